# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run over a mailbox: what is refused before a mail is read, what one bad mail costs, and what the result holds."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail import delivery_run, mail_source, patterns
from lab import mail_forms, mails
from lab.people import ANNE, ELODIE, JEANNE, PAUL, Person
from unit.plugins.action.test_delivery_info import BASE, CHECKED
from unit.plugins.plugin_utils._mail.fake_imap import Mailbox
from unit.plugins.plugin_utils.fakes import now
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

URL = "https://retrait.issuer.example/w?id="
CODE = "C0DE-4711"
IMAP = {"mail_source": "imap", "imap_host": "h", "imap_username": "u", "imap_password": "right"}


def run(folder: Path, *, check_mode: bool = False, no_log: bool = False, **changes: Any) -> dict[str, Any]:
    arguments = {**BASE, "mail_path": str(folder), **changes}
    return run_action("delivery_info", arguments, FakeWorkstation(), check_mode=check_mode, no_log=no_log)


def deliver(folder: Path, *people: Person, form: str = "plain") -> None:
    for person in people:
        mails.deliver(folder, person, f"{URL}{person.rid}", CODE, date=now() - timedelta(days=1), form=form)


def refusal(result: dict[str, Any]) -> str:
    assert result["failed"]
    return str(result["error"]["code"])


WRONG = [
    ({"include_codes": True}, "no_log_required"),
    ({"url_pattern": "x"}, "bad_pattern"),
    ({"code_pattern": "(x)(y)"}, "bad_pattern"),
    ({"mail_subject_pattern": "("}, "bad_pattern"),
    ({"access_subject_pattern": "("}, "bad_pattern"),
    ({"issuer_senders": ["SISERI <a@b.example>"]}, "mail_address"),
    ({"forwarders": ["chu.example"]}, "mail_address"),
    ({"allowed_hosts": ["https://retrait.issuer.example"]}, "bad_arguments"),
    ({"allowed_hosts": []}, "bad_arguments"),
    ({"issuer_senders": []}, "bad_arguments"),
    ({"since_days": 0}, "bad_arguments"),
    ({"since_days": 10**9}, "bad_arguments"),
    ({"max_mails": 0}, "bad_arguments"),
    ({"max_mail_bytes": -1}, "bad_arguments"),
    ({"authenticate": "authentication_results"}, "bad_arguments"),
    ({"mail_source": "imap", "imap_host": "h", "imap_username": "u"}, "bad_arguments"),
    ({"mail_source": "eml", "move_to": "Done"}, "bad_arguments"),
    ({"authenticate": None}, "bad_arguments"),
]


@pytest.mark.parametrize(
    ("changes", "code"), WRONG, ids=lambda value: value if isinstance(value, str) else "-".join(value)
)
def test_wrong_options_are_refused_before_a_mail_is_read(
    changes: dict[str, Any], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_given: object) -> None:
        raise AssertionError("a mail was read")

    monkeypatch.setattr(delivery_run, "read_mails", opened)
    deliver(tmp_path, JEANNE)
    assert refusal(run(tmp_path, **changes)) == code


def test_codes_are_in_the_result_only_when_asked_for(tmp_path: Path) -> None:
    deliver(tmp_path, JEANNE)
    assert CODE not in json.dumps(run(tmp_path))
    assert CODE not in json.dumps(run(tmp_path, no_log=True))
    assert [row["url"] for row in run(tmp_path)["deliveries"]] == ["https://retrait.issuer.example/..."]
    shown = run(tmp_path, no_log=True, include_codes=True)
    assert [(row["code"], row["url"]) for row in shown["deliveries"]] == [(CODE, f"{URL}{JEANNE.rid}")]
    assert shown["newest"][JEANNE.authorisation] == shown["deliveries"][0]
    assert shown["changed"] is False


def test_a_refused_mail_gives_no_code_either(tmp_path: Path) -> None:
    deliver(tmp_path, JEANNE)
    for changes in ({"allowed_hosts": ["x.example"]}, {**CHECKED, "authserv_id": "mx.other.example"}):
        shown = run(tmp_path, no_log=True, include_codes=True, **changes)
        assert CODE not in json.dumps(shown)
        assert [(row["code"], row["url"], row["name"]) for row in shown["deliveries"]] == [(None, None, JEANNE.name)]
        assert shown["newest"] == {}


def test_one_mail_that_breaks_the_library_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(tmp_path, JEANNE)
    bad = mails.put(tmp_path, b"Subject: boom\n\n")
    genuine = delivery_run.received.parsed

    def parsed(data: bytes) -> Any:
        if b"boom" in data:
            raise RecursionError(CODE)
        return genuine(data)

    monkeypatch.setattr(delivery_run.received, "parsed", parsed)
    shown = run(tmp_path)
    assert [(each["place"], each["error"]["code"]) for each in shown["problems"]] == [(str(bad), "mail_unreadable")]
    assert len(shown["newest"]) == 1
    assert CODE not in json.dumps(shown)


def test_a_pattern_without_end_costs_only_its_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_run, "limited_time", lambda: patterns.limited_time(0.3))
    deliver(tmp_path, JEANNE)
    slow = mails.delivery_mail(PAUL, URL, "a" * 60, now() - timedelta(days=1)).data
    mails.put(tmp_path, slow)
    started = time.process_time()
    shown = run(tmp_path, code_pattern=r"Code de retrait 1 : (C0DE-4711|(?:a+)+!)")
    assert time.process_time() - started < 20
    told = [row["error"]["code"] for row in shown["deliveries"] if row["error"]]
    assert told == ["pattern_too_slow"]
    assert list(shown["newest"]) == [JEANNE.authorisation]


def test_mails_of_many_people_and_none(tmp_path: Path) -> None:
    deliver(tmp_path, JEANNE, PAUL, ELODIE, ANNE, form="html")
    mails.put(tmp_path, b"From: x@y.example\nSubject: Lunch\n\n")
    shown = run(tmp_path)
    assert sorted(shown["newest"]) == sorted(each.authorisation for each in (JEANNE, PAUL, ELODIE, ANNE))
    assert shown["ignored"] == {"other_mails": 1, "other_subjects": 4, "too_old": 0, "other_authorisations": 0}
    told = Problem.from_map(shown["told"])
    assert told == Problem(
        "done.mails_read",
        {"count": 9},
        causes=(
            Problem("mails_read.new", {"count": 4}),
            Problem("mails_read.other_subjects", {"count": 4}),
            Problem("mails_read.other_senders", {"count": 1}),
        ),
    )


def test_moving_takes_what_is_usable_and_asked_for(tmp_path: Path) -> None:
    deliver(tmp_path, JEANNE, PAUL)
    bad = mails.delivery_mail(JEANNE, "http://x.example", CODE, now() - timedelta(days=1)).data
    kept = mails.put(tmp_path, bad)
    changes = {"move_to": "Done", "collect_authorisations": [JEANNE.authorisation]}
    checked = run(tmp_path, check_mode=True, **changes)
    assert not (tmp_path / ".Done").exists()
    moved = run(tmp_path, **changes)
    assert checked["moved"] == moved["moved"]
    assert (checked["changed"], moved["changed"], len(moved["moved"])) == (True, True, 1)
    assert kept.exists()
    assert sorted(run(tmp_path)["newest"]) == [PAUL.authorisation]
    assert run(tmp_path, **changes)["changed"] is False


def sent(folder: Path, code: str, days: int, *, form: str = "plain", url: str = URL) -> tuple[str, Path]:
    """A mail for Jeanne: its Message-ID and its place."""
    when = now() - timedelta(days=days)
    mail = mails.delivery_mail(JEANNE, url, code, when, form)
    return mail.message_id, mails.put(folder, mail.data, when)


def test_with_a_mail_goes_all_that_it_supersedes_and_no_newer_one(tmp_path: Path) -> None:
    _oldest, first = sent(tmp_path, "C1", 9)
    chosen, second = sent(tmp_path, "C2", 7)
    _copy, late_copy_of_the_first = sent(tmp_path, "C1", 6, form="attached")
    _copy, copy_of_the_second = sent(tmp_path, "C2", 5, form="attached")
    _bad, bad = sent(tmp_path, "C2", 8, url="http://x.example")
    newer, third = sent(tmp_path, "C3", 3)
    moved = run(tmp_path, move_to="Done", move_message_ids=[chosen])
    goes = {first, second, late_copy_of_the_first, copy_of_the_second}
    assert {Path(place) for place in moved["moved"]} == goes
    assert (bad.exists(), third.exists()) == (True, True)
    assert run(tmp_path)["newest"][JEANNE.authorisation]["message_id"] == newer
    run(tmp_path, move_to="Done", move_message_ids=[newer])
    assert run(tmp_path)["newest"] == {}
    assert bad.exists()


@pytest.mark.parametrize(("stuck", "goes"), [("older", []), ("copy", ["older"])])
def test_the_mail_that_counts_stays_when_one_that_it_makes_useless_cannot_be_moved(
    stuck: str, goes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that came later would count in the next run as well as an older mail would."""
    _id, older = sent(tmp_path, "C1", 9)
    newest, _place = sent(tmp_path, "C2", 7)
    _id, copy = sent(tmp_path, "C2", 5, form="attached")
    places = {"older": str(older), "copy": str(copy)}
    genuine = mail_source.Maildir.move

    def move(self: mail_source.Maildir, place: str, folder: str) -> None:
        if place == places[stuck]:
            raise Pkcs12Error(Problem("mail_not_moved.folder_name", {"folder": folder}))
        genuine(self, place, folder)

    monkeypatch.setattr(mail_source.Maildir, "move", move)
    shown = run(tmp_path, move_to="Done", move_message_ids=[newest])
    assert shown["moved"] == [places[each] for each in goes]
    assert [each["error"]["code"] for each in shown["problems"]] == ["mail_not_moved"]
    assert run(tmp_path)["newest"][JEANNE.authorisation]["message_id"] == newest


def test_a_mail_with_a_good_and_a_bad_delivery_stays(tmp_path: Path) -> None:
    when = now() - timedelta(days=1)
    good = mails.delivery_mail(JEANNE, URL, CODE, when).data
    part = b"Content-Type: message/rfc822\r\n\r\n" + good.replace(b"https://", b"http://")
    both = mail_forms.attached(good, when)
    end = b"--" + both.partition(b'boundary="')[2].partition(b'"')[0]
    place = mails.put(tmp_path, both.replace(end + b"--", end + b"\r\n" + part + b"\r\n" + end + b"--"))
    shown = run(tmp_path, move_to="Done")
    assert sorted(row["state"] for row in shown["deliveries"]) == ["new", "refused"]
    assert (shown["moved"], place.exists()) == ([], True)


def test_since_counts_from_the_arrival(tmp_path: Path) -> None:
    old = mails.delivery_mail(JEANNE, URL, CODE, now() - timedelta(days=60)).data
    mails.put(tmp_path, mail_forms.attached(old, now() - timedelta(days=2)))
    mails.put(tmp_path, mails.delivery_mail(PAUL, URL, CODE, now() - timedelta(days=31)).data)
    mails.put(tmp_path, mails.delivery_mail(ANNE, URL, CODE, now()).data.replace(b"\r\nDate:", b"\r\nX-Date:"))
    shown = run(tmp_path, since_days=30)
    assert {row["authorisation"] for row in shown["deliveries"]} == {JEANNE.authorisation, ANNE.authorisation}
    assert shown["ignored"]["too_old"] == 1


def test_the_arrival_at_the_server_counts_before_the_clock_of_the_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = now() - timedelta(days=30, minutes=1), now()
    sent = ((JEANNE, old, new), (PAUL, new, old))
    given = [(mails.delivery_mail(person, URL, CODE, date).data, arrived) for person, date, arrived in sent]
    box = Mailbox(mails={"INBOX": dict(enumerate(given, 1))})
    monkeypatch.setitem(sys.modules, "imapclient", box.library())  # type: ignore[arg-type]
    shown = run(Path("unused"), **IMAP, since_days=30)
    assert ([row["authorisation"] for row in shown["deliveries"]], shown["ignored"]["too_old"]) == (
        [JEANNE.authorisation],
        1,
    )


@pytest.mark.parametrize(
    ("changes", "check_mode", "is_read_only"),
    [({}, False, True), ({"move_to": "Done"}, True, True), ({"move_to": "Done"}, False, False)],
)
def test_a_folder_is_opened_for_writing_only_to_move(
    changes: dict[str, Any], check_mode: bool, is_read_only: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Mailbox()
    monkeypatch.setitem(sys.modules, "imapclient", box.library())  # type: ignore[arg-type]
    run(Path("unused"), check_mode=check_mode, **IMAP, **changes)
    assert ("select", "INBOX", is_read_only) in box.commands


def test_a_subject_pattern_that_finds_nothing_is_told(tmp_path: Path) -> None:
    deliver(tmp_path, JEANNE, PAUL)
    shown = run(tmp_path, mail_subject_pattern="^Delivery of")
    assert [each["error"]["code"] for each in shown["problems"]] == ["no_subject_fits"]
    assert Path(shown["problems"][0]["place"]).exists()
    assert (shown["ignored"]["other_subjects"], shown["ignored"]["other_mails"]) == (4, 0)


def test_mails_with_other_subjects_are_no_problem_beside_a_delivery_or_an_access_mail(tmp_path: Path) -> None:
    deliver(tmp_path, JEANNE)
    assert run(tmp_path)["problems"] == []
    mails.put(tmp_path / "other", b"From: x@y.example\nSubject: Lunch\n\n")
    assert run(tmp_path / "other")["problems"] == []
    mails.put(tmp_path / "access", mails.access_mail(JEANNE, now()).data)
    assert run(tmp_path / "access", access_subject_pattern="^CONFIDENTIEL")["problems"] == []


def test_a_mail_forwarded_as_text_is_told_with_a_strict_pattern(tmp_path: Path) -> None:
    data = mails.delivery_mail(JEANNE, URL, CODE, now() - timedelta(days=1), "inline").data
    mails.put(tmp_path, data)
    assert [each["error"]["code"] for each in run(tmp_path)["problems"]] == ["sender_differs"]
    shown = run(tmp_path, inline_forwards=True, **CHECKED, forwarders=["@chu.example"])
    assert [row["error"]["code"] for row in shown["deliveries"]] == ["forwarded_inline"]


def test_access_code_is_never_in_a_result(tmp_path: Path) -> None:
    deliver(tmp_path, JEANNE)
    shown = run(
        tmp_path, no_log=True, include_codes=True, access_subject_pattern="^CONFIDENTIEL", mail_subject_pattern="SISERI"
    )
    (told,) = shown["access_mails"]
    assert told.keys() == {"date", "message_id", "place"}
    access = Problem("access_code_received", {"count": 1, "places": (told["place"],)})
    assert Problem.from_map(shown["told"]).causes[-1] == access
    assert f" {mails.access_code(JEANNE)}" not in json.dumps(shown)


def test_an_access_mail_is_told_although_nothing_shows_whose_it_is(tmp_path: Path) -> None:
    """A holder's forward rarely keeps what would show it, and the mail is left alone in any case."""
    for days in (1, 2):
        mails.put(tmp_path, mails.access_mail(JEANNE, now() - timedelta(days=days), results=()).data)
    shown = run(tmp_path, **CHECKED, access_subject_pattern="^CONFIDENTIEL")
    assert len(shown["access_mails"]) == 2


def both_attached(person: Person, url: str, when: datetime) -> bytes:
    """A forward of both mails of the issuer."""
    one = mail_forms.attached(mails.delivery_mail(person, url, CODE, when).data, when)
    part = b"Content-Type: message/rfc822\r\n\r\n" + mails.access_mail(person, when).data
    boundary = one.partition(b'boundary="')[2].partition(b'"')[0]
    return one.replace(b"--" + boundary + b"--", b"--" + boundary + b"\r\n" + part + b"\r\n--" + boundary + b"--")


def test_a_mail_with_an_access_code_is_never_moved(tmp_path: Path) -> None:
    """Nor what supersedes a delivery in the same mail: the old delivery would count in the next run."""
    when = now() - timedelta(days=5)
    stays = [
        mails.put(tmp_path, both_attached(JEANNE, URL, when)),
        mails.put(tmp_path, mails.delivery_mail(JEANNE, f"{URL}2", CODE, when + timedelta(days=2)).data),
        mails.put(tmp_path, mails.access_mail(JEANNE, when).data),
        mails.put(tmp_path, mails.access_mail(PAUL, when, "attached").data),
    ]
    goes = [
        mails.put(tmp_path, mails.delivery_mail(JEANNE, f"{URL}0", CODE, when - timedelta(days=2)).data),
        mails.put(tmp_path, mails.delivery_mail(PAUL, URL, CODE, when).data),
    ]
    before = [path.read_bytes() for path in stays]
    shown = run(tmp_path, move_to="Done", access_subject_pattern="^CONFIDENTIEL")
    assert {Path(place) for place in shown["moved"]} == set(goes)
    assert [path.read_bytes() for path in stays] == before
    assert {each["place"] for each in shown["access_mails"]} == {str(stays[at]) for at in (0, 2, 3)}
