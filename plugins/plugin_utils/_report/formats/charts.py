# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Where the marks of the two pictures are. Horizontal places are per cent of the width, so that text keeps its size. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ..model import HolderRow, Report

MONTHS = 13
"""Months on the axis: the month of the report and the twelve after it."""

FULL_HEIGHT = 90
"""Pixels of the month with the most ends."""

DRAWN = 120
"""The largest number of bars. The page says how many holders have no bar."""

YEARS = 3
"""Years before and after the report's year. A certificate is valid for about as long."""


@dataclass(frozen=True, slots=True)
class Month:
    """A column of the first chart: the numbers of ends, their heights in pixels, and left edge, width and middle in per cent."""

    year: int
    month: int
    certificates: int
    authorisations: int
    certificate_height: float
    authorisation_height: float
    left: float
    width: float
    middle: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the second chart, in per cent. ``start``, ``end``: of the certificate. The bar ends with access, which may be earlier.

    ``before``, ``after``: the bar begins before the axis, or ends after it.
    """

    holder: HolderRow
    start: date
    end: date
    left: float
    width: float
    window_left: float
    window_width: float
    authorisation: float | None
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """The second chart: its ticks as (year, per cent), the report's day, the bars, and the numbers of holders without a bar."""

    ticks: tuple[tuple[int, float], ...]
    today: float
    drawn: tuple[Bar, ...]
    not_drawn: int
    without: int


def months(report: Report, holders: Iterable[HolderRow]) -> tuple[Month, ...]:
    """Counts the ends from the report's day on, by month of the site."""
    zone = ZoneInfo(report.parameters.time_zone)
    today = _day(report.parameters.report_date, zone)
    certificates: Counter[tuple[int, int]] = Counter()
    authorisations: Counter[tuple[int, int]] = Counter()
    for row in holders:
        if row.certificate_ends_on and row.certificate_ends_on >= today:
            certificates[_month(row.certificate_ends_on)] += 1
        if row.authorisation_until and row.authorisation_until >= today:
            authorisations[_month(row.authorisation_until)] += 1
    numbers = [divmod(today.year * 12 + today.month - 1 + ahead, 12) for ahead in range(MONTHS)]
    named = [(year, month + 1) for year, month in numbers]
    highest = max(1, *(certificates[month] + authorisations[month] for month in named))
    slot = 100 / MONTHS
    return tuple(
        Month(
            year=key[0],
            month=key[1],
            certificates=certificates[key],
            authorisations=authorisations[key],
            certificate_height=round(certificates[key] * FULL_HEIGHT / highest, 2),
            authorisation_height=round(authorisations[key] * FULL_HEIGHT / highest, 2),
            left=round(slot * (position + 0.2), 3),
            width=round(slot * 0.6, 3),
            middle=round(slot * (position + 0.5), 3),
        )
        for position, key in enumerate(named)
    )


def bars(report: Report, holders: Iterable[HolderRow]) -> Bars:
    """Draws those whose access ends first, the earliest end on top."""
    zone = ZoneInfo(report.parameters.time_zone)
    today = _day(report.parameters.report_date, zone)
    axis = _Axis(date(max(today.year - YEARS, 1), 1, 1), date(min(today.year + YEARS + 1, date.max.year), 1, 1))
    rows = list(holders)
    dated = [
        (row.access_until, row, _day(row.valid_from, zone), row.certificate_ends_on)
        for row in rows
        if row.access_until and row.valid_from and row.certificate_ends_on
    ]
    dated.sort(key=lambda item: item[0])
    return Bars(
        ticks=tuple((year, axis.position(date(year, 1, 1))) for year in range(axis.first.year, axis.last.year)),
        today=axis.position(today),
        drawn=tuple(_bar(row, start, end, axis, report) for _end, row, start, end in dated[:DRAWN]),
        not_drawn=max(0, len(dated) - DRAWN),
        without=len(rows) - len(dated),
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    first: date
    last: date

    def position(self, day: date) -> float:
        """Per cent from the left, from 0 to 100."""
        share = (day.toordinal() - self.first.toordinal()) / (self.last.toordinal() - self.first.toordinal())
        return round(100 * min(1.0, max(0.0, share)), 3)


def _bar(row: HolderRow, start: date, end: date, axis: _Axis, report: Report) -> Bar:
    until = row.authorisation_until
    # Without the authorisation there is no access, so a bar ends with what ends first, and the time to renew begins with what is due first.
    is_first = until is not None and until <= end
    last = max(start, row.ends_on or end).toordinal()
    # In numbers of days, because a limit that a user gives may be too large for a timedelta.
    dues = [end.toordinal() - report.parameters.renew_before_days]
    if until and is_first:
        dues.append(until.toordinal() - report.parameters.authorisation_due_within_days)
    due = min(last, max(start.toordinal(), min(dues)))
    left, right, window = (axis.position(day) for day in (start, date.fromordinal(last), date.fromordinal(due)))
    return Bar(
        holder=row,
        start=start,
        end=end,
        left=left,
        width=round(right - left, 3),
        window_left=window,
        window_width=round(right - window, 3),
        authorisation=axis.position(until) if until and axis.first <= until <= axis.last else None,
        before=start < axis.first,
        after=date.fromordinal(last) > axis.last,
    )


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _day(moment: datetime, zone: ZoneInfo) -> date:
    """The day in the zone. A certificate without end (RFC 5280, 4.1.2.5) ends on the last day of Python, so UTC has to do."""
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return moment.date()
