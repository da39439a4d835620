# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Days are those on the wall of the site, also where a day has 23 hours, and at both ends of the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import StoreCertificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy import validity
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.use import Use
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import (
    Calendar,
    best_certificate,
    calendar_of,
    is_selectable,
    is_weak,
    status_in_time,
)
from unit.plugins.plugin_utils.fakes import EMAIL, NOW, YEAR, certificate, stored, view
from unit.plugins.plugin_utils.problems import error_of

PARIS, NEW_YORK, AUCKLAND = "Europe/Paris", "America/New_York", "Pacific/Auckland"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", "2026-07-01T23:59:59", "2026-07-01"),
        # Summer time begins on 29 March at 01:00 UTC and ends on 25 October at 01:00 UTC.
        (PARIS, "2026-03-29T21:59:59", "2026-03-29"),
        (PARIS, "2026-03-29T22:00:00", "2026-03-30"),
        (PARIS, "2026-10-25T22:59:59", "2026-10-25"),
        (NEW_YORK, "2026-11-25T04:59:59", "2026-11-24"),
        # The first day of all is a day, and so is the last one (RFC 5280, 4.1.2.5), which is the next year in the east.
        (NEW_YORK, "0001-01-01T00:00:00", "0001-01-01"),
        (NEW_YORK, "9999-12-31T23:59:59", "9999-12-31"),
        (AUCKLAND, "9999-12-31T23:59:59", "9999-12-31"),
    ],
)
def test_a_day_begins_at_the_sites_midnight(zone: str, moment: str, day: str) -> None:
    assert calendar_of(zone, 40).day(utc(moment)) == date.fromisoformat(day)


def test_a_number_of_days_below_0_is_refused() -> None:
    assert calendar_of(PARIS, 0).renew_before_days == 0
    refusal = error_of(lambda: calendar_of("UTC", -1))
    assert refusal.problem == Problem("bad_arguments.due_after_the_end", {"days": -1}, "renew_before_days")


@pytest.mark.parametrize(
    ("zone", "end", "now", "days"),
    [
        (PARIS, "2026-11-25T08:00:00", "2026-11-26T22:59:59", -1),
        # 23 hours are a day, and 25 are no more than one.
        (PARIS, "2026-03-29T22:00:00", "2026-03-28T23:00:00", 1),
        (PARIS, "2026-10-25T23:00:00", "2026-10-24T22:00:00", 1),
        (PARIS, "2026-10-25T22:59:58", "2026-10-24T22:00:00", 0),
        # 40 days later, over the end of summer time.
        (PARIS, "2026-11-24T22:30:00", "2026-10-15T08:00:00", 40),
        # Of an authorisation only the day is known.
        (PARIS, "2026-03-01", "2026-03-01T22:59:59", 0),
        (PARIS, "2026-03-01", "2026-03-01T23:00:00", -1),
    ],
)
def test_days_are_midnights_on_the_sites_wall(zone: str, end: str, now: str, days: int) -> None:
    last = utc(end) if "T" in end else date.fromisoformat(end)
    assert calendar_of(zone, 40).days_left(last, utc(now)) == days


@pytest.mark.parametrize(
    ("zone", "end", "on", "full"),
    [
        (PARIS, "2026-11-24T09:00:00", "2026-11-24", "2026-11-23"),  # during the day: that is no whole day
        (PARIS, "2026-11-24T22:59:58", "2026-11-24", "2026-11-23"),
        (PARIS, "2026-11-24T22:59:59", "2026-11-25", "2026-11-24"),  # the last second of the day
        (PARIS, "2026-11-24T23:59:59", "2026-11-25", "2026-11-24"),  # the last second in UTC, 00:59:59 in Paris
        (NEW_YORK, "2026-11-25T04:59:59", "2026-11-25", "2026-11-24"),
        (AUCKLAND, "2026-04-05T11:59:59", "2026-04-06", "2026-04-05"),  # of a day of 25 hours
        (AUCKLAND, "9999-12-31T23:59:59", "9999-12-31", "9999-12-30"),  # the last second of all
        (PARIS, "2026-11-24", "2026-11-24", "2026-11-23"),  # an authorisation is over on its end date
        (PARIS, "0001-01-01", "0001-01-01", "0001-01-01"),
    ],
)
def test_an_end_is_the_first_day_that_is_not_whole(zone: str, end: str, on: str, full: str) -> None:
    now = utc("2026-11-20T12:00:00")
    found = calendar_of(zone, 40).ending(utc(end) if "T" in end else date.fromisoformat(end), now)
    assert (str(found.on), str(found.last_full_day)) == (on, full)
    assert found.days_left == (found.on - now.date()).days - (zone == AUCKLAND)  # where the 21st has begun


def test_utc_needs_no_time_zone_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ZoneInfo:
        raise LookupError(name)

    monkeypatch.setattr(validity, "ZoneInfo", missing)
    assert calendar_of("UTC", 7) == Calendar(7)
    assert error_of(lambda: calendar_of(PARIS, 7)).code == "bad_time_zone"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "Europe", "../etc/passwd", "Europe/\0Paris"])
def test_a_time_zone_that_nobody_knows_is_refused(zone: str) -> None:
    refusal = error_of(lambda: calendar_of(zone, 40))
    assert refusal.problem == Problem("bad_time_zone", {"given": zone}, "time_zone")


JEANNE = ExpectedSubject(authorisation="T123456")
GOOD = stored(certificate())
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("use", "has_key", "archived", "offered"),
    [
        (Use.AUTHENTICATION, True, False, True),
        (Use.ENCRYPTION, True, False, False),
        (Use.AUTHENTICATION, False, False, False),
        (Use.AUTHENTICATION, True, True, False),
    ],
)
def test_a_browser_offers_what_is_for_authentication_has_a_key_and_is_not_archived(
    use: Use, has_key: bool, archived: bool, offered: bool
) -> None:
    assert is_selectable(use, has_key, archived) is offered


@pytest.mark.parametrize(
    "worse",
    [
        stored(certificate("Paul Martin - T654321", left=2 * YEAR)),
        stored(certificate(left=4 * YEAR)),
        stored(certificate(left=-SECOND)),
        stored(certificate(left=2 * YEAR), None),
        stored(certificate(left=2 * YEAR), archived=True),
        stored(certificate(left=2 * YEAR, eku=(EMAIL,))),
        stored(certificate(left=YEAR / 2)),
    ],
    ids=["another's", "not_yet_valid", "expired", "no_key", "archived", "for_mail", "shorter"],
)
def test_of_all_certificates_the_usable_one_of_the_holder_that_lasts_longest_counts(worse: StoreCertificate) -> None:
    for order in ((GOOD, worse), (worse, GOOD)):
        assert best_certificate(view(*order), JEANNE, None, NOW) == GOOD
    usable = worse.certificate.not_after == NOW + YEAR / 2
    assert best_certificate(view(worse), JEANNE, None, NOW) == (worse if usable else None)


@pytest.mark.parametrize(
    ("person", "leaf", "found"),
    [
        (ExpectedSubject(), None, None),
        (ExpectedSubject(authorisation="T654321"), GOOD.thumbprint, GOOD),
        (ExpectedSubject(authorisation="T654321"), "0" * 40, None),
    ],
)
def test_the_certificate_of_the_task_is_the_holders_whatever_it_says(
    person: ExpectedSubject, leaf: str | None, found: Any
) -> None:
    assert best_certificate(view(GOOD), person, leaf, NOW) == found


MIDNIGHT = datetime(2029, 1, 1, tzinfo=timezone.utc)
BASE = replace(certificate("Jeanne"), not_before=datetime(2026, 1, 1, tzinfo=timezone.utc), not_after=MIDNIGHT)


@pytest.mark.parametrize(
    ("now", "status", "days"),
    [
        (BASE.not_before - SECOND, Status.NOT_YET_VALID, 1097),
        (BASE.not_before, Status.VALID, 1096),
        (MIDNIGHT - timedelta(days=40) - SECOND, Status.VALID, 41),
        (MIDNIGHT - timedelta(days=40), Status.RENEWAL_DUE, 40),
        (BASE.not_after, Status.RENEWAL_DUE, 0),
        (BASE.not_after + SECOND, Status.EXPIRED, 0),
    ],
)
def test_status_changes_on_the_second(now: datetime, status: Status, days: int) -> None:
    assert status_in_time(BASE, now, Calendar()) is status
    assert Calendar().days_left(BASE.not_after, now) == days


@pytest.mark.parametrize(
    ("key_type", "key_size", "signature_hash", "weak"),
    [
        ("RSA", 2048, "sha256", False),
        ("RSA", 2047, "sha256", True),
        ("RSA", 4096, "md5", True),
        ("EC secp256r1", 256, "sha256", False),
        ("EC secp224r1", 224, "sha256", True),
        ("EC secp521r1", 521, "sha1", True),
        ("unknown", 0, None, False),
    ],
)
def test_a_short_key_and_a_broken_hash_are_weak(
    key_type: str, key_size: int, signature_hash: str | None, weak: bool
) -> None:
    assert is_weak(key_type, key_size, signature_hash) is weak
