# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A removal takes what is selected and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.removal import (
    RemovalSelector,
    parse_thumbprint,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of
from unit.plugins.plugin_utils.fakes import CARD, NOW, certificate, stored, view
from unit.plugins.plugin_utils.problems import error_of

JEANNE = stored(certificate("Jeanne Dupont - T123456"))
PAUL = stored(certificate("Paul Martin - T654321"))
EXPIRED = stored(certificate("Jeanne Dupont - T123456", left=timedelta(days=-30)))
FOREIGN = stored(certificate("Jeanne Dupont - T123456", issuer="CN=Another CA"))
ON_CARD = stored(certificate("Jeanne Dupont - T123456", left=timedelta(days=7)), CARD)
STORE = view(JEANNE, PAUL, EXPIRED, FOREIGN, ON_CARD)
DIGITS = "97041873E4F198A43651B3001A4FA921A3B8BDF7"


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        (RemovalSelector((JEANNE.thumbprint, "0" * 40)), [JEANNE]),
        (RemovalSelector(()), []),
        (RemovalSelector(issuer="Personnes"), [JEANNE, PAUL, EXPIRED]),
        (RemovalSelector(issuer=".", person=ExpectedSubject(authorisation="T654321")), [PAUL]),
        (RemovalSelector(issuer=".", person=ExpectedSubject(authorisation="")), []),
        (RemovalSelector(issuer=".", person=ExpectedSubject("Paul Martin")), [PAUL]),
        (RemovalSelector(issuer=".", person=ExpectedSubject("Paul Martin", "T123456")), []),
        (RemovalSelector(issuer=".", expired_for_days=30), [EXPIRED]),
        (RemovalSelector(issuer=".", expired_for_days=31), []),
        (RemovalSelector(issuer=".", expired_for_days=10**12), []),  # more days than a calendar has
        (RemovalSelector((JEANNE.thumbprint,), issuer="Another"), []),
        (RemovalSelector((ON_CARD.thumbprint,)), []),
    ],
)
def test_all_that_is_given_has_to_match(selector: RemovalSelector, meant: list[object]) -> None:
    assert list(selector.select(STORE, NOW)) == meant


@pytest.mark.parametrize("issuer", [None, ""])
def test_a_removal_that_says_nothing_is_refused(issuer: str | None) -> None:
    assert error_of(lambda: RemovalSelector(None, issuer)).problem == Problem("bad_arguments.nothing_selected")


@pytest.mark.parametrize(
    "pasted",
    [
        DIGITS,
        DIGITS.lower(),
        "\u200e" + " ".join(DIGITS[at : at + 2].lower() for at in range(0, 40, 2)),
        ":".join(DIGITS[at : at + 2] for at in range(0, 40, 2)),
        f"\ufeff{DIGITS}\r\n\u00a0\t",
    ],
)
def test_a_thumbprint_is_taken_as_people_paste_it(pasted: str) -> None:
    assert parse_thumbprint(pasted) == DIGITS


@pytest.mark.parametrize(
    ("wrong", "variant"),
    [(DIGITS[:-1], "other_text"), (DIGITS[:-1] + "G", "other_text"), ("", "other_text"), ("a" * 64, "sha256")],
)
def test_what_is_none_is_refused(wrong: str, variant: str) -> None:
    refusal = error_of(lambda: parse_thumbprint(wrong))
    assert refusal.problem == Problem(f"bad_thumbprint.{variant}", {"given": wrong})


@pytest.mark.parametrize(
    ("zone", "now", "days", "meant"),
    [
        ("Europe/Paris", "2026-10-26T12:00", 0, False),  # the certificate ends at 12:00 of this day
        ("Europe/Paris", "2026-10-26T12:01", 0, True),
        ("Europe/Paris", "2026-10-26T22:59", 1, False),
        ("Europe/Paris", "2026-10-26T23:00", 1, True),  # midnight in Paris
        ("UTC", "2026-10-26T23:00", 1, False),
        ("UTC", "2026-10-20T00:00", -30, False),
    ],
)
def test_days_since_the_end_are_calendar_days_of_the_site(zone: str, now: str, days: int, meant: bool) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=timezone.utc)
    selector = RemovalSelector(issuer=".", expired_for_days=days, calendar=calendar_of(zone, 40))
    assert (EXPIRED in selector.select(view(EXPIRED), moment)) is meant
