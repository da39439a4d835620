# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""reminder_mails where no end of access is the reason, or where the inventory says more than the certificates."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.instants import format_instant, parse_instant
from integration.reminder_office import ANNE, HEAD, IT, JEANNE, Office, error, problem, text
from unit.plugins.plugin_utils.crls import crl, issuer, pem
from unit.plugins.plugin_utils.records import DAY, NOW
from unit.plugins.plugin_utils.reminder_inputs import Variables, certificate, entry, hospital, workstation

ZOE = "petit@chu.example"


def newcomer(**changes: Any) -> Variables:
    """Zoé waits for her first bundle."""
    usual = {"awaiting": "bundle", "expected_from": "2026-11-20"}
    return [("localhost", {}), workstation("ws-2", entry("T4", **(usual | changes)))]


def without_access(**changes: Any) -> Variables:
    """Jeanne has no certificate, and is not logged on."""
    return [("localhost", {}), workstation("ws-1", entry("T1", **changes), away=["T1"])]


def left(*numbers: str) -> Variables:
    """Jeanne works, with time; certificates of others are in her workstations' stores."""
    others = [
        certificate(each, 300 - numbers[:row].count(each), subject_cn=f"Somebody - {each}")
        for row, each in enumerate(numbers)
    ]
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
        ("en", ("Jeanne Dupont: ask the issuer for a new certificate", "workstation ws-1; no access from 2026-11-23 on")),
        ("fr", ("Jeanne Dupont : demander un nouveau certificat", "poste ws-1 ; plus d'accès à partir du 23/11/2026")),
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


@pytest.mark.parametrize(
    ("language", "keeps", "asks", "ends"),
    [
        (
            "en",
            "is for you alone. Keep it, and forward it to nobody.",
            "ask the holder whether it came there",
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
    said = text(office.to(IT))
    assert "look for the issuer's mail with the link" in said and "no access from" not in said
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


def test_file_of_an_earlier_version_is_read(office: Office) -> None:
    office.remind()
    state = json.loads(office.state.read_bytes())
    for each in state["sent"]:
        assert each.pop("next_step") is None  # each has a step
    office.state.write_text(json.dumps(state), encoding="utf-8")
    office.arrived()
    assert (error(office.remind()), office.arrived()) == (None, [])


TO_RETIRE = {
    "en": "(certificate without a holder): run the playbook retire, with a last day in the row or the number in pkcs12_leavers\n"
    "  workstation ws-1\n",
    "fr": "(certificat sans titulaire) : lancer la suppression (retire), avec un dernier jour dans la ligne ou le numéro dans "
    "pkcs12_leavers\n  poste ws-1\n",
}


@pytest.mark.parametrize("language", TO_RETIRE)
def test_certificates_of_leavers_and_of_nobody_reach_it(office: Office, language: str) -> None:
    result = office.remind(left("T3", "T3", "T2"), leavers=["T3"], language=language)
    said = text(office.to(IT))
    assert said.count(f"Somebody {TO_RETIRE[language]}") == 2, said
    assert [
        each
        for each in ("T2", "T3", "Anne", "Paul", "Jeanne", "plus d'accès à partir", "no access from")
        if each in said
    ] == []
    assert result["mails"][0]["holders"] == []
    assert office.arrived() == [IT]
    days_pass(office, 29.9)
    office.remind(left("T3", "T2"), leavers=["T3"])
    assert office.arrived() == []
    days_pass(office, 0.2)
    office.remind(left("T3", "T2"), leavers=["T3"])
    assert office.arrived() == [IT]


BACK = "2026-12-02"


def with_newcomer(**changes: str) -> Variables:
    """Zoé has no certificate yet, and waits for the yearly document."""
    newcomer = entry("T4", mail=None, awaiting="document", **changes)
    paul = entry("T2", authorisation_anniversary="2026-12-25")
    return [*hospital()[:2], workstation("ws-2", paul, newcomer, certificates=[certificate("T2", 500)])]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("expected_from", ["2026-11-01", "2027-02-01"])
def test_employer_is_told_of_a_newcomer_once(office: Office, language: str, expected_from: str) -> None:
    """A newcomer has no end of access. The people whose authorisation ends are in the same mail."""
    newcomer = with_newcomer(expected_from=expected_from)
    office.remind(newcomer, language=language)
    said = text(office.to(HEAD))
    assert said.count("Zoé Petit") == 1 and said.count("Paul Martin") == 1
    assert said.index("2") < said.index("Zoé Petit")  # the date of Paul is not beside the newcomer
    assert "2026-12-25" in said or "25/12/2026" in said
    assert IT not in office.arrived()
    office.remind(newcomer, language=language)
    assert office.arrived() == []


def test_holder_who_is_away_is_reminded_on_the_day_back(office: Office) -> None:
    """Who cannot log on need not be told to. The reminder is not used up meanwhile."""
    away = hospital(absent_until=BACK)
    office.remind(away)
    assert JEANNE not in office.arrived()
    office.remind(away, report_date="2026-12-01T12:00:00Z")
    assert JEANNE not in office.arrived()
    office.remind(away, report_date=f"{BACK}T12:00:00Z")
    assert office.arrived() == [JEANNE]


def test_each_event_of_the_calendar_is_about_the_people_of_its_day(office: Office) -> None:
    people = [
        entry("T1", authorisation_anniversary="2026-12-05"),
        entry("T2", authorisation_anniversary="2026-12-25"),
        entry("T3", authorisation_anniversary="2026-11-10"),  # an event in the past helps nobody
    ]
    certificates = [certificate(each["authorisation"], 500) for each in people]
    office.remind([("localhost", {}), workstation("ws-2", *people, certificates=certificates)], calendar=True)
    mail = office.to(HEAD).message
    (file,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    content = str(file.get_payload(decode=True), "utf-8").replace("\r\n ", "")
    events = content.split("BEGIN:VEVENT")[1:]
    assert [event.partition("DTSTART;VALUE=DATE:")[2][:8] for event in events] == ["20261204", "20261224"]
    named = [[each for each in ("Jeanne", "Paul", "Anne Roux") if each in event] for event in events]
    assert named == [["Jeanne"], ["Paul"]]
    assert all(name in text(office.to(HEAD)) for name in ("Jeanne", "Paul", "Anne Roux"))
