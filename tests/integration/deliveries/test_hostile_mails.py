# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each hostile mail has its sentence, whatever else is in the mailbox; and the genuine one among them is found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.hostile_mails import HOST, HOSTILE, NOTHING, PROBLEM, ROW, Hostile
from integration.plays import Json, run_play, tasks
from lab import mails
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE


@dataclass(frozen=True)
class Read:
    """The result of one task for all mails, and the mails by their places."""

    result: Json
    places: dict[str, str]

    def told(self, where: str, name: str) -> list[Json]:
        """What the result says of a mail, among its rows or its problems."""
        return [each for each in self.result[where] if self.places.get(each["place"]) == name]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp("hostile")
    places = {str(mails.put(folder / "box", each.make())): each.name for each in HOSTILE}
    secret = folder / "secret"
    secret.write_bytes(mails.delivery_mail(JEANNE, f"https://{HOST}/w", "X", datetime.now(UTC)).data)
    (folder / "box" / "new" / "link").symlink_to(secret)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    mails.deliver(folder / "box", ELODIE, f"https://{HOST}/good", "GOOD", date=yesterday)
    call = {
        "mail_source": "maildir",
        "mail_path": str(folder / "box"),
        "issuer_senders": [mails.SENDER],
        "mail_subject_pattern": "^Délivrance du certificat",
        "access_subject_pattern": "^CONFIDENTIEL",
        "allowed_hosts": [HOST],
        "authenticate": "authentication_results",
        "authserv_id": mails.MAIL_SERVER,
        "forwarders": ["@chu.example"],
        "collect_authorisations": [JEANNE.authorisation, ELODIE.authorisation],
        "include_codes": False,
    }
    with Hospital(tmp_path_factory.mktemp("hospital"), []) as hospital:
        hospital.passphrases.write_text("{}", encoding="utf-8")
        run = run_play(hospital, hosts="localhost", connection="local", tasks=tasks({"delivery_info": call}))
    (row,) = run.rows
    return Read(dict(row.result), places)


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_mail_has_its_sentence(read: Read, hostile: Hostile) -> None:
    rows, problems = (read.told(where, hostile.name) for where in ("deliveries", "problems"))
    assert {ROW: (1, 0), PROBLEM: (0, 1), NOTHING: (0, 0)}[hostile.place] == (len(rows), len(problems))
    for told in (*rows, *problems):
        if told["error"]:
            assert told["error"]["code"] == hostile.code
            assert told["msg"]
            assert told["error"]["next_step"]
    assert [row["error"] is None for row in rows] == [hostile.code is None] * len(rows)


def test_no_text_of_a_mail_writes_to_the_terminal(read: Read) -> None:
    shown = json.dumps(read.result, ensure_ascii=False)  # which writes ESC and BEL as \\u001b and \\u0007
    assert not [each for each in ("\\u001b", "\\u0007", "\x9b") if each in shown]
    assert "SISERI\ufffd[2J\ufffd\ufffd" in shown
    assert f"\ufffd[2J\ufffd{JEANNE.name}" in shown


def test_a_mail_that_may_not_be_used_gives_neither_url_nor_state_of_a_good_one(read: Read) -> None:
    bad = [row for row in read.result["deliveries"] if row["error"]]
    assert {row["state"] for row in bad} == {"refused", "not_authentic"}
    assert {row["url"] for row in bad} == {None}


def test_the_genuine_mails_are_found_among_them(read: Read) -> None:
    newest = read.result["newest"]
    assert sorted(newest) == [JEANNE.authorisation, ELODIE.authorisation]
    assert newest[ELODIE.authorisation]["url"] == f"https://{HOST}/..."
    assert len(read.result["access_mails"]) == 1
    assert newest[JEANNE.authorisation]["place"] in read.places


def test_a_link_in_the_mailbox_is_not_followed(read: Read) -> None:
    assert not [each for each in read.result["deliveries"] if Path(each["place"]).name == "link"]
