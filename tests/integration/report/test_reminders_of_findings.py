# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""reminder_mails where no end of access is the reason: revoked certificates, an overdue issuer, no access, certificates of leavers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.instants import format_instant, parse_instant
from integration.reminder_office import ANNE, HEAD, IT, JEANNE, Office, error, problem, text
from lab.mail_server import MailServer
from unit.plugins.plugin_utils import report_inputs
from unit.plugins.plugin_utils.crls import crl, issuer, pem
from unit.plugins.plugin_utils.records import DAY, NOW
from unit.plugins.plugin_utils.reminder_inputs import Variables, certificate, entry, hospital, renewed, workstation

ZOE = "petit@chu.example"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with MailServer(None, "none") as server:
        yield Office(server, tmp_path)


def newcomer(**changes: Any) -> Variables:
    """Zoé waits for her first bundle."""
    usual = {"awaiting": "bundle", "expected_from": "2026-11-20"}
    return [("localhost", {}), workstation("ws-2", entry("T4", **(usual | changes)))]


def without_access(**changes: Any) -> Variables:
    """Jeanne has no certificate, and is not logged on."""
    return [("localhost", {}), workstation("ws-1", entry("T1", **changes), away=["T1"])]


def left(*numbers: str) -> Variables:
    """Jeanne works, with time; certificates of others are in her workstations' stores."""
    others = [certificate(each, 300 - numbers[:row].count(each)) for row, each in enumerate(numbers)]
    return [("localhost", {}), workstation("ws-1", entry("T1"), certificates=[certificate("T1", 600), *others])]


def days_pass(office: Office, days: float) -> None:
    """As if the mails had been sent so many days earlier."""
    state = json.loads(office.state.read_bytes())
    for each in state["sent"]:
        each["at"] = format_instant(parse_instant(each["at"]) - timedelta(days=days))
    office.state.write_text(json.dumps(state), encoding="utf-8")


def lists(folder: Path, *revoked: int) -> dict[str, Any]:
    """A list that the authority of ``issuer()`` has signed."""
    (folder / "ca.pem").write_bytes(pem())
    (folder / "ca.crl").write_bytes(crl(dict.fromkeys(revoked, NOW - 2 * DAY)))
    return {"crl": [str(folder / "ca.crl")], "crl_issuer_files": [str(folder / "ca.pem")]}


def revocable(days: float = 600) -> Variables:
    own = replace(certificate("T1", days), issuer=issuer(), serial="0A")
    return [("localhost", {}), workstation("ws-1", entry("T1"), certificates=[own])]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Jeanne Dupont: ask the issuer for a new certificate", "workstation ws-1; last day 2026-11-23")),
        ("fr", ("Jeanne Dupont : demander un nouveau certificat", "poste ws-1 ; dernier jour 23/11/2026")),
    ],
)  # fmt: skip
def test_revoked_certificate_reaches_it_once(office: Office, language: str, said: tuple[str, str]) -> None:
    given = lists(office.folder, 0x0A) | {"language": language}
    office.remind(revocable(), **given)
    assert [each for each in said if each not in text(office.to(IT))] == []
    assert office.arrived() == [IT]
    days_pass(office, 100)
    office.remind(revocable(), **given)
    assert office.arrived() == []


def test_list_that_cannot_be_used_is_red_after_the_mails(office: Office) -> None:
    """IT would take it for a check."""
    given = {"crl": [str(office.folder / "none.crl")]}
    result = office.remind(revocable(10), **given)
    assert (error(result), result["changed"], office.arrived()) == ("revocation_not_checked", True, [IT])
    (sent,) = problem(result)["causes"]
    assert sent == {"code": "done.reminders_sent", "values": {"count": 1}}
    assert "none.crl" in problem(result)["values"]["lists"][0]
    again = office.remind(revocable(10), language="fr", **given)
    assert (error(again), again["changed"], office.arrived()) == ("revocation_not_checked", False, [])
    assert error(office.remind(revocable(10), **lists(office.folder))) is None


def test_call_to_the_issuer_reaches_it_with_what_to_look_for(office: Office) -> None:
    said = {"issuer_contact": "Registry 0158", "issuer_mail_sender": "ca@registry.example"}
    office.remind(issuer_overdue_days=7, report_query="[?authorisation=='T3']", **said)
    words = text(office.to(IT))
    assert "Anne Roux: ask the holder for the issuer\u2019s mail (ca@registry.example)" in words
    assert "then call the issuer" in words and "Registry 0158" in words
    assert ANNE not in office.arrived()


@pytest.mark.parametrize(("expected_from", "asked"), [("2026-11-21", []), ("2026-11-20", [ZOE]), (None, [])])
def test_newcomer_is_asked_for_the_first_bundle_when_it_is_late(office: Office, expected_from: Any, asked: Any) -> None:
    late = newcomer(expected_from=expected_from)
    office.remind(late)
    assert office.arrived() == asked
    office.remind(late, bundle_overdue_days=4)
    assert office.arrived() == ([ZOE] if expected_from == "2026-11-21" else [])


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "Hello Zoé Petit,",
                "you have no access by certificate at ws-2.",
                f"this one mail as an attachment to {IT}",
            ),
        ),
        (
            "fr",
            (
                "Bonjour Zoé Petit,",
                "vous n'avez pas d'accès par certificat sur ws-2.",
                f"ce seul message en pièce jointe à {IT}",
            ),
        ),
    ],
)
def test_words_to_a_newcomer_whose_bundle_is_late(office: Office, language: str, said: tuple[str, ...]) -> None:
    office.remind(newcomer(), language=language, calendar=True)
    assert [each for each in said if each not in text(office.to(ZOE))] == []
    assert list(office.to(ZOE).message.iter_attachments()) == []


def test_newcomer_without_a_workstation_is_asked_too(office: Office) -> None:
    zoe = {"name": "Zoé Petit", "authorisation": "T4", "mail": ZOE, "awaiting": "bundle", "expected_from": "2026-11-01"}
    office.remind([*hospital()[:2]], register_holders=[zoe], report_query="[?authorisation=='T4']")
    assert "Forward this one mail as an attachment" in text(office.to(ZOE))


@pytest.mark.parametrize(
    ("language", "keeps", "asks", "ends"),
    [
        (
            "en",
            "is for you alone. Keep it, and forward it to nobody.",
            "ask the holder to forward",
            "a withdrawal code",
        ),
        (
            "fr",
            "est pour vous seul. Le garder, et ne le transférer à personne.",
            "demander au titulaire",
            "code de retrait",
        ),
    ],
)
def test_only_the_mail_with_the_link_is_asked_for(
    office: Office, language: str, keeps: str, asks: str, ends: str
) -> None:
    """No mail asks for what the next line says that nobody asks for, and IT is told to ask the holder."""
    office.remind(newcomer(), language=language)
    assert keeps in text(office.to(ZOE))
    office.remind(newcomer(mail=None), language=language, state_path=str(office.folder / "other.json"))
    assert asks in text(office.to(IT))
    assert not any(ends in text(each) for each in (office.to(ZOE), office.to(IT)))


def test_call_for_a_newcomer_follows_the_mail_to_it_about_the_bundle(office: Office) -> None:
    """Zoé has no address, so both are IT's. The call does not wait for 30 days."""
    office.remind(newcomer(mail=None))
    assert "forward the issuer's mail with the link" in text(office.to(IT)) and "no end of access" in text(
        office.to(IT)
    )
    office.arrived()
    days_pass(office, 3)
    for _run in range(2):
        office.remind(newcomer(mail=None), issuer_overdue_days=5)
    assert "call the issuer" in text(office.to(IT))
    assert office.arrived() == [IT]


@pytest.mark.parametrize(("days", "again"), [(1, []), (29.9, []), (30.1, [JEANNE]), (500, [JEANNE])])
def test_who_has_no_access_is_reminded_again_after_30_days(office: Office, days: float, again: list[str]) -> None:
    office.remind(without_access())
    assert office.arrived() == [JEANNE]
    days_pass(office, days)
    office.remind(without_access())
    assert office.arrived() == again
    office.remind(without_access())
    assert office.arrived() == []  # the 30 days have begun anew


def test_what_has_a_step_is_never_sent_twice(office: Office) -> None:
    office.remind()
    assert len(office.arrived()) == 3
    days_pass(office, 700)
    office.remind()
    assert office.arrived() == []


def test_file_of_an_earlier_version_is_read(office: Office) -> None:
    office.remind()
    state = json.loads(office.state.read_bytes())
    for each in state["sent"]:
        assert each.pop("next_step") is None  # each has a step
    office.state.write_text(json.dumps(state), encoding="utf-8")
    office.arrived()
    assert (error(office.remind()), office.arrived()) == (None, [])


def test_browser_is_not_closed_again_after_30_days(office: Office) -> None:
    variables = closed(office)
    office.remind(variables, previous_report=str(office.folder / "before.json"))
    assert office.arrived() == [JEANNE]
    days_pass(office, 100)
    office.remind(variables, previous_report=str(office.folder / "before.json"))
    assert office.arrived() == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_closing_the_browser_is_no_event_in_three_months(office: Office, language: str) -> None:
    variables = closed(office)
    before = str(office.folder / "before.json")
    office.remind(variables, previous_report=before, calendar=True, language=language)
    assert list(office.to(JEANNE).message.iter_attachments()) == []


def closed(office: Office) -> Variables:
    """Jeanne's certificate was replaced since the report ``before.json``."""
    only = [*hospital()[:2]]
    report_inputs.run(office.folder, only, report_formats=["json"], report_name="before")
    return renewed(only, "ws-1", "T1")


def test_no_access_at_one_workstation_has_no_date_of_another(office: Office) -> None:
    jeanne = entry("T1")
    two = [
        ("localhost", {}),
        workstation("ws-1", jeanne, certificates=[certificate("T1", 600)]),
        workstation("ws-2", jeanne, away=["T1"]),
    ]
    office.remind(two, calendar=True)
    said = text(office.to(JEANNE))
    assert "you have no access by certificate at ws-2." in said and "Log on at ws-2" in said
    assert "20" not in said and list(office.to(JEANNE).message.iter_attachments()) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "certificate without a holder: remove it with the role retire\n  workstation ws-1\n"),
        ("fr", "certificat sans titulaire : lancer la suppression (retire)\n  poste ws-1\n"),
    ],
)
def test_certificates_of_leavers_and_of_nobody_reach_it(office: Office, language: str, words: str) -> None:
    result = office.remind(left("T3", "T3", "T2"), leavers=["T3"], language=language)
    said = text(office.to(IT))
    assert said.count(words) == 2, said
    assert [
        each for each in ("T2", "T3", "Anne", "Paul", "Jeanne", "sans date de fin", "no end of access") if each in said
    ] == []
    assert result["mails"][0]["holders"] == []
    assert office.arrived() == [IT]
    days_pass(office, 29.9)
    office.remind(left("T3", "T2"), leavers=["T3"])
    assert office.arrived() == []
    days_pass(office, 0.2)
    office.remind(left("T3", "T2"), leavers=["T3"])
    assert office.arrived() == [IT]


def test_accepted_certificate_of_a_leaver_is_in_no_mail(office: Office) -> None:
    accepted = {"authorisation": "T3", "what": "without_holder", "reason": "Letters.", "until": "2026-12-31"}
    office.remind(left("T3"), leavers=["T3"], exceptions=[accepted])
    assert office.arrived() == []


def test_leaver_at_two_workstations_is_one_line(office: Office) -> None:
    both = [*left("T3"), workstation("ws-2", certificates=[certificate("T3", 300)])]
    office.remind(both, leavers=["T3"])
    assert text(office.to(IT)).count("certificate without a holder") == 1
    assert "workstation ws-1, ws-2\n" in text(office.to(IT))
    assert HEAD not in office.arrived()
