# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""reminder_mails where the inventory says more than the certificates: newcomers, and holders who are away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.reminder_office import HEAD, IT, JEANNE, Office, text
from lab.mail_server import MailServer
from unit.plugins.plugin_utils.reminder_inputs import Variables, certificate, entry, hospital, workstation

BACK = "2026-12-02"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with MailServer(None, "none") as server:
        yield Office(server, tmp_path)


def with_newcomer(**changes: str) -> Variables:
    """Zoé has no certificate yet, and waits for annex 1."""
    newcomer = entry("T4", mail=None, awaiting="annex_1", **changes)
    paul = entry("T2", authorisation_anniversary="2026-12-25")
    return [*hospital()[:2], workstation("ws-2", paul, newcomer, certificates=[certificate("T2", 500)])]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("expected_from", ["2026-11-01", "2027-02-01"])
def test_employer_is_told_of_a_newcomer_once(office: Office, language: str, expected_from: str) -> None:
    """A newcomer has no last day with access. The people whose authorisation ends are in the same mail."""
    newcomer = with_newcomer(expected_from=expected_from)
    office.remind(newcomer, language=language)
    said = text(office.to(HEAD))
    assert said.count("Zoé Petit") == 1 and said.count("Paul Martin") == 1
    assert said.index("2") < said.index("Zoé Petit")  # the date of Paul is not beside the newcomer
    assert "2026-12-25" in said or "25/12/2026" in said
    assert IT not in office.arrived()
    office.remind(newcomer, language=language)
    assert office.arrived() == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_newcomer_alone_is_in_a_mail_that_names_no_date(office: Office, language: str) -> None:
    result = office.remind(with_newcomer(), language=language, report_query="[?authorisation=='T4']", calendar=True)
    assert result["counts"] == {"sent": 1}
    mail = office.to(HEAD).message
    assert "Zoé Petit" in text(office.to(HEAD)) and "None" not in text(office.to(HEAD))
    assert "20" not in text(office.to(HEAD))
    assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]


def test_newcomer_is_in_the_list_for_it_when_the_employer_has_no_address(office: Office) -> None:
    office.remind(with_newcomer(), employer_to=[])
    assert "Zoé Petit" in text(office.to(IT)) and "head of the establishment" in text(office.to(IT))


def test_holder_who_is_away_is_reminded_on_the_day_back(office: Office) -> None:
    """Who cannot log on need not be told to. The reminder is not used up meanwhile."""
    away = hospital(absent_until=BACK)
    office.remind(away)
    assert JEANNE not in office.arrived()
    office.remind(away, report_date="2026-12-01T12:00:00Z")
    assert JEANNE not in office.arrived()
    office.remind(away, report_date=f"{BACK}T12:00:00Z")
    assert office.arrived() == [JEANNE]


def test_holder_on_leave_without_access_is_reminded_on_the_day_back(office: Office) -> None:
    away = [("localhost", {}), workstation("ws-1", entry("T1", absent_until=BACK), away=["T1"])]
    assert office.remind(away)["counts"] == {}
    office.remind(away, report_date=f"{BACK}T12:00:00Z")
    assert office.arrived() == [JEANNE]


def test_holder_who_is_away_without_an_address_is_no_work_for_it(office: Office) -> None:
    office.remind([("localhost", {}), workstation("ws-1", entry("T1", absent_until=BACK, mail=None), away=["T1"])])
    assert office.arrived() == []


def test_employer_is_told_of_an_authorisation_whose_holder_is_away(office: Office) -> None:
    away = entry("T2", authorisation_anniversary="2026-12-25", absent_until="2027-02-01")
    office.remind([("localhost", {}), workstation("ws-2", away, certificates=[certificate("T2", 500)])])
    assert office.arrived() == [HEAD]


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
