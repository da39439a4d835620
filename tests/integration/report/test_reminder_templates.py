# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of the site for reminder_mails: what is refused before a mail is out, in which words, and what a calendar's event says."""

from __future__ import annotations

import json
import re

import pytest

from integration.plays import Json
from integration.reminder_office import HEAD, IN_9_DAYS, IT, JEANNE, Office, error, problem, text
from lab.mail_server import Mail
from unit.plugins.plugin_utils.reminder_inputs import hospital

NOBODY_ASKS = {
    "en": "It asks for no password and no code, and nothing in it is to be clicked.",
    "fr": "Il ne demande ni mot de passe ni code, et rien n'y est à cliquer.",
}


def refused(office: Office, **templates: str) -> Json:
    """Why. Nothing is sent and nothing is remembered, so the next run sends it. ``__`` stands for a dot of a file's name."""
    for name, content in templates.items():
        (office.folder / "own" / f"{name.replace('__', '.')}.j2").write_text(content, encoding="utf-8")
    result = office.remind(templates_folder=str(office.folder / "own"))
    assert error(result) == "reminder_template"
    assert (office.arrived(), office.state.exists() and json.loads(office.state.read_bytes())["sent"]) in (
        ([], False),
        ([], []),
    )
    return problem(result)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("{{ matter.thumbprint }}", 1),
        ("a\n{% if %}", 2),
        ("{{ 1 / 0 }}", 1),
        ("{{ matter.name.__class__.__mro__ }}", 1),
        ("a\nb\n{{ matters.append(1) }}\n", 3),
        ("a\n{% include '/etc/passwd' %}", 2),
        ("{% include '../x' %}", 1),
    ],
)
def test_template_that_fails_sends_nothing_and_is_named_with_its_line(office: Office, content: str, line: int) -> None:
    said = refused(office, holder__en__txt=content)
    assert said["code"] in ("reminder_template.fails", "reminder_template.missing", "reminder_template.unknown")
    assert said["values"]["template"] == f"{office.folder}/own/holder.en.txt.j2:{line}"


@pytest.mark.parametrize(
    ("value", "name", "now"),
    [
        ("name", "name", None),  # of an entry
        ("nobody", "nobody", None),
        ("matter.service", "service", None),  # of the mail
        ("matter.last_day", "last_day", "ends_on"),
        ("matters[0].last_day", "last_day", "ends_on"),
    ],
)
def test_a_value_that_is_not_there_is_told_with_those_that_are(
    office: Office, value: str, name: str, now: str | None
) -> None:
    said = refused(office, holder__en__txt=f"Hello {{{{ {value} }}}}")
    assert (said["code"], said["values"]["name"]) == ("reminder_template.unknown", name)
    assert ("name" in said["values"]["of_entry"], "service" in said["values"]["of_mail"]) == (True, True)
    assert [each["values"] for each in said.get("causes", ())] == ([{"name": name, "now": now}] if now else [])


@pytest.mark.parametrize("part", ["holder__en__txt", "holder__en__subject", "employer__en__txt", "holder__en__html"])
@pytest.mark.parametrize("content", ["", " \n", "{% if false %}x{% endif %}", "{# nothing #}"])
def test_template_that_gives_nothing_sends_no_empty_mail(office: Office, part: str, content: str) -> None:
    said = refused(office, **{part: content})
    template = f"{office.folder}/own/{part.replace('__', '.')}.j2"
    assert said == {"code": "reminder_template.empty", "values": {"template": template}}
    (office.folder / "own" / f"{part.replace('__', '.')}.j2").unlink()
    office.remind(templates_folder=str(office.folder / "own"))
    assert {HEAD, JEANNE} <= set(office.arrived())


def test_folder_and_names_are_refused(office: Office) -> None:
    missing = office.remind(templates_folder="/nope")
    assert (error(missing), office.arrived()) == ("reminder_template", [])
    folder = {"code": "reminder_template.folder", "values": {"folder": "/nope"}, "setting": "templates_folder"}
    assert problem(missing) == folder
    said = refused(office, holder__en__text="x")
    path = f"{office.folder}/own/holder.en.text.j2"
    assert said == {"code": "reminder_template.name", "values": {"path": path}}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_mail_says_that_nobody_asks_for_a_password(office: Office, language: str) -> None:
    office.remind(hospital(mail=None), language=language)
    mails = [text(mail) for mail in office.server.mails]
    assert len(mails) == 3 and all(NOBODY_ASKS[language] in mail for mail in mails)
    assert {HEAD, IT} <= set(office.arrived())


def test_no_mail_and_no_event_has_a_link_whatever_its_values_say(office: Office) -> None:
    told = "HTTPS://help.chu.example:443/a, or :http:////b and www"
    office.remind(hospital(mail=None, function="//files, ftp://x"), contact=told, calendar=True)
    parts = [part for mail in office.server.mails for part in mail.message.walk() if not part.is_multipart()]
    said = [str(part.get_payload(decode=True), "utf-8") for part in parts]
    assert len(said) > len(office.server.mails) and "help.chu.example:443/a" in said[0]
    assert not any("://" in each for each in said)


def event(mail: Mail) -> dict[str, str]:
    """The lines of the only event in a mail."""
    (file,) = mail.message.iter_attachments()
    content = str(file.get_payload(decode=True), "utf-8").replace("\r\n ", "")
    assert content.count("BEGIN:VEVENT") == 1
    return dict(line.split(":", 1) for line in content.splitlines())


@pytest.mark.parametrize(
    ("language", "summary", "relative"),
    [
        ("en", "Personal certificate, the portal: no access from 2026-12-05 on", r"\bin \d+ days?|today|tomorrow|\(\)"),
        (
            "fr",
            "Certificat personnel, le portail : plus d'accès à partir du 05/12/2026",
            r"\bdans \d+ jours?|aujourd|demain|\(\)",
        ),
    ],
)
def test_event_says_the_day_in_no_relative_words(office: Office, language: str, summary: str, relative: str) -> None:
    """Whoever looks at the calendar does so on another day than that of the mail."""
    for date in ({}, {"report_date": IN_9_DAYS}):
        office.remind(calendar=True, language=language, **date)
        mail = office.to(JEANNE)
        found = event(mail)
        assert (found["SUMMARY"].replace("\\,", ","), found["DTSTART;VALUE=DATE"]) == (summary, "20261204")
        assert not re.search(relative, found["DESCRIPTION"]), found["DESCRIPTION"]
        assert re.search(relative, str(mail.message["Subject"])) and re.search(relative, text(mail))
        office.arrived()


def test_event_of_an_own_template_has_no_distance_either(office: Office) -> None:
    (office.folder / "own" / "holder.en.subject.j2").write_text(
        "End {{ matter.ends_on }} {{ matter.distance }} {{ matter.days_left }}", encoding="utf-8"
    )
    office.remind(calendar=True, templates_folder=str(office.folder / "own"))
    assert str(office.to(JEANNE).message["Subject"]) == "End 2026-12-05 in 10 days 10"
    assert event(office.to(JEANNE))["SUMMARY"] == "End 2026-12-05  1"
