# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails with an access code, which came to the wrong mailbox: they are told and left alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from lab import mail_forms, mails
from lab.people import JEANNE, PAUL, Person
from unit.plugins.action.test_delivery_info import CHECKED
from unit.plugins.plugin_utils._mail.test_delivery_run import CODE, URL, deliver, run
from unit.plugins.plugin_utils.fakes import now


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


def test_without_the_pattern_nothing_is_told_of_it(tmp_path: Path) -> None:
    deliver(tmp_path, JEANNE)
    shown = run(tmp_path)
    assert shown["access_mails"] == []


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
