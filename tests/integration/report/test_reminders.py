# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""reminder_mails against a mail server: who is reminded of what, in which words, and once for each reminder day."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from integration.reminder_office import ANNE, HEAD, IN_3_DAYS, IN_9_DAYS, IT, JEANNE, Office, text
from unit.plugins.plugin_utils import report_inputs
from unit.plugins.plugin_utils._mail.deliveries import known
from unit.plugins.plugin_utils.reminder_inputs import (
    hospital,
    renewed,
)


def test_each_is_told_what_to_do_in_one_mail(office: Office) -> None:
    result = office.remind(forward_to="box@chu.example")
    assert (result["changed"], result["counts"]) == (True, {"sent": 3})
    assert "Log on at ws-1" in text(office.to(JEANNE))
    assert "to box@chu.example" in text(office.to(ANNE)) and IT not in text(office.to(ANNE))
    assert "the yearly document" in text(office.to(HEAD)) and "Paul Martin (physicist): 2026-12-25" in text(
        office.to(HEAD)
    )
    assert office.arrived() == sorted([JEANNE, ANNE, HEAD])


def test_what_was_sent_is_not_sent_again_until_the_next_step(office: Office) -> None:
    office.remind()
    office.arrived()
    again = office.remind()
    assert (again["changed"], again["mails"], again["already_reminded"]) == (False, [], 3)
    assert office.arrived() == []
    office.remind(report_date=IN_3_DAYS)  # Jeanne has 7 days left, the others stay in their step
    assert office.arrived() == [JEANNE]
    office.remind(report_date=IN_3_DAYS)
    assert office.arrived() == []
    office.remind(report_date=IN_9_DAYS)
    assert office.arrived() == [JEANNE]


def test_whoever_has_no_address_is_in_the_list_for_it(office: Office) -> None:
    office.remind(hospital(mail=None), employer_to=[], contact="IT, 1234")
    said = text(office.to(IT))
    assert "Jeanne Dupont: log on" in said and "Please tell the holder" in said
    assert "Paul Martin (physicist): the head" in said and "Please tell the head" in said
    assert "IT, 1234" in said
    assert office.arrived() == sorted([ANNE, IT])
    office.remind(employer_to=[])  # Jeanne has an address now
    assert office.arrived() == [JEANNE]


def test_dry_run_and_check_mode_send_nothing_and_write_nothing(office: Office) -> None:
    dry, checked = office.remind(dry_run=True), office.remind(check_mode=True)
    assert (office.arrived(), list(office.folder.iterdir())) == ([], [office.folder / "own"])
    assert (dry["changed"], checked["changed"]) == (False, True)
    assert dry["mails"] == checked["mails"]
    assert {row["state"] for row in dry["mails"]} == {"planned"}
    bodies = {row["to"]: (row["subject"], row["body"]) for row in dry["mails"]}
    sent = office.remind()
    assert {mail.recipients[0]: (mail.message["Subject"], text(mail)) for mail in office.server.mails} == bodies
    assert "body" not in json.dumps(sent)
    assert office.remind(check_mode=True)["changed"] is False


SITE: dict[str, Any] = {
    "establishment": "CHU de Bellevue",
    "service": {"name": "Dosimétrie", "link": "https://portal.example"},
    "authorisation_document": {"name": "annexe 1", "registry": "registre national", "link": "https://registry.example"},
}
WHO = {"en": "The IT department of CHU de Bellevue", "fr": "Le service informatique (CHU de Bellevue)"}
ANSWERS = {
    ("holder", "en"): ("personal certificate for Dosimétrie", "it ends on 2026-12-05 (in 10 days)", "have to do before 2026-12-05"),
    ("holder", "fr"): ("certificat personnel (Dosimétrie)", "il prend fin le 05/12/2026 (dans 10 jours)", "À faire avant le 05/12/2026"),
    ("employer", "en"): ("certificates for Dosimétrie", "authorisation of the people below ends", ": 2026-12-25 (in 30 days)"),
    ("employer", "fr"): ("certificats personnels (Dosimétrie)", "l'échéance annuelle (autorisation)", " : 25/12/2026 (dans 30 jours)"),
    ("it", "en"): ("certificates for Dosimétrie", "so that nobody", "no access from 2026-12-05 on (in 10 days)"),
    ("it", "fr"): ("certificats personnels (Dosimétrie)", "pour que personne", "plus d'accès à partir du 05/12/2026 (dans 10 jours)"),
}  # fmt: skip
"""Of each mail: the service, why it comes, and by when something is to be done."""


@pytest.mark.parametrize("contact", [None, "poste 1234"])
@pytest.mark.parametrize(("recipient", "language"), ANSWERS)
def test_a_mail_says_who_writes_for_whom_why_by_when_and_whom_to_ask(
    office: Office, recipient: str, language: str, contact: str | None
) -> None:
    office.remind(hospital(**({"mail": None} if recipient == "it" else {})), language=language, contact=contact, **SITE)
    mail = office.to({"holder": JEANNE, "employer": HEAD, "it": IT}[recipient])
    said, subject = text(mail), str(mail.message["Subject"])
    answers = (WHO[language], *ANSWERS[recipient, language], contact or "certificats@chu.example")
    assert [answer for answer in answers if answer not in " ".join(said.replace("\u2019", "'").split())] == []
    assert "Dosimétrie" in subject and "://" not in said
    document = {"en": 'the document "annexe 1"', "fr": "le document «\u00a0annexe 1\u00a0»"}[language]
    assert (f"{document} (registre national)" in said) == (recipient == "employer")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_mail_of_a_site_that_names_nothing_is_whole(office: Office, language: str) -> None:
    office.remind(language=language)
    holder, head = (text(office.to(each)).replace("\u2019", "'") for each in (JEANNE, HEAD))
    assert {"en": "The hospital's IT department", "fr": "Le service informatique de l'établissement"}[
        language
    ] in holder
    assert {"en": "for the portal.", "fr": "(le portail)."}[language] in holder
    assert {"en": "return the yearly document before", "fr": "retourner le document annuel"}[language] in head


def test_mail_programs_see_that_nobody_wrote_it(office: Office) -> None:
    office.remind(language="fr", **SITE)
    message = office.to(JEANNE).message
    assert message["Date"] and message["Message-ID"].endswith("@chu.example>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(message["List-Id"]) == "Certificats personnels, Dosimétrie <reminders.pkcs12.chu.example>"


def _payload(part: EmailMessage) -> bytes:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data


def unfolded(data: bytes) -> list[tuple[str, str]]:
    """Names and values of the lines of a calendar file, RFC 5545, section 3.1."""
    assert data.endswith(b"\r\n") and max(map(len, data.split(b"\r\n"))) <= 75
    lines = data.decode("utf-8").replace("\r\n ", "").split("\r\n")[:-1]
    assert not [line for line in lines if "\n" in line]
    return [(line.partition(":")[0], line.partition(":")[2]) for line in lines]


def test_calendar_file_has_the_last_full_day(office: Office) -> None:
    office.remind(calendar=True, language="fr")
    (file,) = office.to(JEANNE).message.iter_attachments()
    assert isinstance(file, EmailMessage)
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "access.ics")
    lines = unfolded(_payload(file))
    assert [name for name, _value in lines if name in ("BEGIN", "END")] == ["BEGIN", "BEGIN", "END", "END"]
    found = dict(lines)
    assert found["DTSTART;VALUE=DATE"] == "20261204" and found["DTEND;VALUE=DATE"] == "20261205"
    assert "plus d'accès à partir du 05/12/2026" in found["SUMMARY"] and "Ouvrir une session" in found["DESCRIPTION"]
    assert len(list(office.to(HEAD).message.iter_attachments())) == 1
    office.server.mails.clear()
    office.state.unlink()
    office.remind()
    assert list(office.to(JEANNE).message.iter_attachments()) == []


def test_mail_says_no_more_of_a_certificate_than_names_and_days(office: Office) -> None:
    office.remind(hospital(mail=None), calendar=True, deliveries=known("T3"))
    assert list(office.to(IT).message.iter_attachments()) == []  # its list is work, not an appointment
    cards = [
        each
        for _host, known_ in hospital()
        for each in known_.get("ansible_facts", {}).get("pkcs12", {}).get("certificates", ())
    ]
    details = {
        str(card[key]) for card in cards for key in ("thumbprint", "subject", "issuer", "owner_sid", "key_provider")
    }
    details |= {"T1", "T2", "T3", "CHU\\dupont", "AC"}
    sent = "".join(text(mail) + str(mail.message["Subject"]) for mail in office.server.mails)
    assert (
        office.server.mails
        and [each for each in details if each in sent.split() or (len(each) > 8 and each in sent)] == []
    )


def test_markup_and_line_breaks_in_names_stay_text(office: Office) -> None:
    (office.folder / "own" / "holder.en.html.j2").write_text("<p>{{ matter.name }}</p>", encoding="utf-8")
    (office.folder / "own" / "holder.en.subject.j2").write_text("{{ matter.name }}: log on", encoding="utf-8")
    name = "Jeanne\r\nBcc: everybody@elsewhere.example\u2028<script>{{ 7 * 7 }}</script>"
    office.remind(
        hospital(name=name), templates_folder=str(office.folder / "own"), report_query="[?authorisation=='T1']"
    )
    mail = office.to(JEANNE)
    assert mail.message["Bcc"] is None and mail.recipients == (JEANNE,)
    assert "Bcc: everybody" in str(mail.message["Subject"])
    assert "{{ 7 * 7 }}" in text(mail)
    page = mail.message.get_body(("html",))
    assert page is not None and "&lt;script&gt;" in page.get_content() and "<script>" not in page.get_content()


def test_site_replaces_a_template_and_keeps_the_others(office: Office) -> None:
    (office.folder / "own" / "holder.en.txt.j2").write_text(
        "{% include '_head.j2' %}: {{ matter.words }}", encoding="utf-8"
    )
    (office.folder / "own" / "_head.j2").write_text("CHU", encoding="utf-8")
    office.remind(templates_folder=str(office.folder / "own"))
    assert text(office.to(JEANNE)).strip() == "CHU: log on at the workstation"
    assert "the yearly document" in text(office.to(HEAD))


def test_browser_is_closed_once_after_a_renewal(office: Office, tmp_path: Path) -> None:
    before = [*hospital()]
    (tmp_path / "reports").mkdir()
    report_inputs.run(tmp_path / "reports", before, report_formats=["json"], report_name="before")
    new = renewed(before, "ws-1", "T1")
    given: dict[str, Any] = {
        "previous_report": str(tmp_path / "reports" / "before.json"),
        "report_query": "[?authorisation=='T1']",
    }
    office.remind(new, **given)
    assert "Close all windows of the browser at ws-1" in text(office.to(JEANNE))
    office.arrived()
    office.remind(new, **given)
    assert office.arrived() == []
