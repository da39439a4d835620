# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access takes a certificate and an authorisation: it ends with the first of them, and there is none on the end date of the second."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.access import (
    Access,
    Authorisation,
    access_of,
    access_there,
    doubt_of,
    last_second_before,
    next_end,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import WORST_FIRST, Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar, calendar_of

UTC = timezone.utc
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TODAY = NOW.date()
END = datetime(2027, 3, 10, 8, 0, 0, tzinfo=UTC)
CALENDAR = Calendar(40)


def access(
    day: date | None,
    end: datetime | None = END,
    status: Status = Status.VALID,
    calendar: Calendar = CALENDAR,
    now: datetime = NOW,
) -> Access:
    return access_of(status, (access_there(status, end, now),), Authorisation(day), calendar, now)


@pytest.mark.parametrize(
    ("day", "until", "ends_on"),
    [
        (date(2027, 3, 1), datetime(2027, 2, 28, 23, 59, 59, tzinfo=UTC), date(2027, 3, 1)),  # before the certificate
        (date(2027, 3, 10), datetime(2027, 3, 9, 23, 59, 59, tzinfo=UTC), date(2027, 3, 10)),  # on the day of its end
        (date(2027, 3, 11), END, date(2027, 3, 10)),  # after it
        (None, END, date(2027, 3, 10)),  # not known
        (date.min, datetime.min.replace(tzinfo=UTC), date.min),
    ],
)
def test_access_ends_with_the_first_of_certificate_and_authorisation(
    day: date | None, until: datetime, ends_on: date
) -> None:
    found = access(day)
    assert (found.until, found.ends_on, found.days_left) == (until, ends_on, (ends_on - TODAY).days)


@pytest.mark.parametrize(
    ("days", "status"),
    [
        (41, Status.VALID),
        (40, Status.RENEWAL_DUE),
        (1, Status.RENEWAL_DUE),  # the last day with access
        (0, Status.EXPIRED),  # the end date itself
    ],
)
def test_on_the_end_date_itself_there_is_no_access(days: int, status: Status) -> None:
    day = TODAY + timedelta(days=days)
    assert (access(day).days_left, access(day).status) == (days, status)
    assert Authorisation(day).status(CALENDAR, NOW) is status


def test_without_a_certificate_there_is_no_end_of_access() -> None:
    assert access(date(2027, 3, 1), None, Status.MISSING) == Access(None, None, Status.MISSING)
    # A newcomer has no access that could end soon. After the end date, the newcomer will get none.
    soon, over = (access(TODAY + timedelta(days=days), None, Status.AWAITED).status for days in (20, 0))
    assert (soon, over) == (Status.AWAITED, Status.EXPIRED)


def test_what_is_not_known_or_of_a_certificate_alone_leaves_the_status_alone() -> None:
    assert [access(None, status=status).status for status in Status] == list(Status)
    assert access(TODAY, status=Status.SUPERSEDED).status is Status.SUPERSEDED  # that is of a certificate alone


@pytest.mark.parametrize("days", [500, 20, 0], ids=["valid", "renewal_due", "expired"])
@pytest.mark.parametrize("certificate", WORST_FIRST)
def test_the_worse_of_both_statuses_counts(certificate: Status, days: int) -> None:
    said = {500: Status.VALID, 20: Status.RENEWAL_DUE, 0: Status.EXPIRED}[days]
    found = access(TODAY + timedelta(days=days), status=certificate).status
    assert WORST_FIRST.index(found) == min(WORST_FIRST.index(certificate), WORST_FIRST.index(said))
    none = (Status.MISSING, Status.EXPIRED, Status.REVOKED)
    assert (found in none) == (days == 0 or certificate in none)


@pytest.mark.parametrize(
    ("zone", "now", "left", "status"),
    [
        ("Europe/Paris", "2027-02-28T22:59:59+00:00", 1, Status.RENEWAL_DUE),
        ("Europe/Paris", "2027-02-28T23:00:00+00:00", 0, Status.EXPIRED),  # 00:00 of the end date in Paris
        ("America/New_York", "2027-03-01T04:59:59+00:00", 1, Status.RENEWAL_DUE),
    ],
)
def test_the_end_date_begins_at_midnight_of_the_site(zone: str, now: str, left: int, status: Status) -> None:
    calendar, moment = calendar_of(zone, 40), datetime.fromisoformat(now)
    found = access(date(2027, 3, 1), calendar=calendar, now=moment)
    assert (found.days_left, found.status) == (left, status)
    assert found.until is not None
    assert (found.until >= moment) is (left > 0)
    assert (calendar.day(found.until), found.ends_on) == (date(2027, 2, 28), date(2027, 3, 1))


@pytest.mark.parametrize(
    ("zone", "day", "until"),
    [
        ("Europe/Paris", date(2027, 3, 29), datetime(2027, 3, 28, 21, 59, 59, tzinfo=UTC)),  # after the clocks change
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 2, 59, 59, tzinfo=UTC)),  # a day without 00:00
    ],
)
def test_the_last_second_is_an_instant(zone: str, day: date, until: datetime) -> None:
    assert last_second_before(day, calendar_of(zone, 40)) == until


@pytest.mark.parametrize(
    ("today", "end", "doubt"),
    [
        ("2026-11-30", "2026-11-30", "past"),  # on the end date it is over
        ("2026-11-30", "2026-12-01", None),
        ("2026-11-30", "2027-12-30", None),  # 13 months
        ("2026-11-30", "2027-12-31", "far"),
        ("2026-12-15", "2028-01-15", None),
        ("2026-12-15", "2028-01-16", "far"),
        ("2027-01-31", "2028-02-29", None),  # the last day of a shorter month
        ("2027-01-31", "2028-03-01", "far"),
        ("2026-01-31", "2027-03-01", "far"),
        ("2028-02-29", "2029-03-29", None),
    ],
)
def test_an_end_date_may_be_a_slip(today: str, end: str, doubt: str | None) -> None:
    assert doubt_of(date.fromisoformat(end), date.fromisoformat(today)) == doubt


@pytest.mark.parametrize(
    ("end", "today", "following"),
    [
        ("2026-11-20", "2026-11-25", "2027-11-20"),
        ("2026-11-25", "2026-11-25", "2027-11-25"),  # on the day itself
        ("2024-12-01", "2026-11-25", "2026-12-01"),  # nobody has written the dates of two years
        ("2024-02-29", "2026-11-25", "2027-02-28"),
        ("2024-02-29", "2027-11-25", "2028-02-29"),
    ],
)
def test_the_next_end_is_the_same_day_of_the_first_year_that_has_it_to_come(
    end: str, today: str, following: str
) -> None:
    assert next_end(date.fromisoformat(end), date.fromisoformat(today)) == date.fromisoformat(following)
