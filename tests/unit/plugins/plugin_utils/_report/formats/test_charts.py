# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the marks of the two pictures are: every end in its month, every bar at its days, whoever is left out counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.charts import (
    DRAWN,
    FULL_HEIGHT,
    MONTHS,
    YEARS,
    Bar,
    Bars,
    bars,
    months,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import HolderRow, Report
from unit.plugins.plugin_utils._report.drawn_reports import drawn_report
from unit.plugins.plugin_utils._report.reports import NOW, PARAMETERS, TODAY, holder

EMPTY = Report(PARAMETERS, (), (), (), (), (), None, None)
ROW = replace(holder(0), authorisation_until=None)


def until(end: datetime, authorisation: date | None = None, start: datetime | None = None) -> HolderRow:
    ends_on = Calendar(zone=ZoneInfo(PARAMETERS.time_zone)).ends_on(end)
    return replace(
        ROW,
        valid_from=start or end - timedelta(days=1095),
        valid_until=end,
        certificate_ends_on=ends_on,
        access_until=end,
        ends_on=min(ends_on, authorisation or ends_on),
        authorisation_until=authorisation,
    )


def ends(rows: Iterable[HolderRow], report: Report = EMPTY) -> dict[tuple[int, int], tuple[int, int]]:
    """The months in which something ends, with how many certificates and authorisations."""
    return {
        (each.year, each.month): (each.certificates, each.authorisations)
        for each in months(report, rows)
        if each.certificates or each.authorisations
    }


def the_bar(row: HolderRow, report: Report = EMPTY) -> Bar:
    (found,) = bars(report, [row]).drawn
    return found


def test_there_are_the_month_of_the_report_and_the_twelve_after_it() -> None:
    found = months(EMPTY, [])
    assert [(each.year, each.month) for each in found] == [
        (2026, 11),
        (2026, 12),
        *((2027, month) for month in range(1, 12)),
    ]
    assert len(found) == MONTHS
    assert [each.left for each in found] == sorted(each.left for each in found)
    assert all(each.left < each.middle < each.left + each.width <= 100 for each in found)
    assert {(each.certificate_height, each.authorisation_height) for each in found} == {(0.0, 0.0)}


def test_ends_are_counted_in_the_month_of_the_site() -> None:
    evening = datetime(2026, 12, 31, 22, 30, tzinfo=timezone.utc)
    night = datetime(2026, 12, 31, 23, 30, tzinfo=timezone.utc)
    # In the night before the month from which on there is no access.
    last = datetime(2026, 12, 31, 22, 59, 59, tzinfo=timezone.utc)
    assert ends([until(evening), until(night, date(2027, 1, 31)), until(night), until(last)]) == {
        (2026, 12): (1, 0),
        (2027, 1): (3, 1),
    }


def test_what_is_over_or_far_away_is_not_counted() -> None:
    second = timedelta(seconds=1)
    rows = [
        until(NOW - second, TODAY - timedelta(days=1)),
        until(NOW, TODAY),  # it ends on the day of the report
        until(NOW, TODAY + timedelta(days=1)),
        until(datetime(2027, 11, 30, 12, tzinfo=timezone.utc)),
        until(datetime(2027, 12, 1, 12, tzinfo=timezone.utc), date(2028, 1, 1)),
        ROW,
        replace(ROW, valid_until=None, valid_from=None, certificate_ends_on=None),
    ]
    assert ends(rows) == {(2026, 11): (3, 2), (2027, 11): (1, 0)}


def test_the_month_with_the_most_has_the_full_height() -> None:
    december = datetime(2026, 12, 15, tzinfo=timezone.utc)
    rows = [until(december, date(2026, 12, 1))] * 3 + [until(december + timedelta(days=31))] * 2
    found = {each.month: each for each in months(EMPTY, rows)}
    assert found[12].certificate_height + found[12].authorisation_height == FULL_HEIGHT
    assert found[1].certificate_height == pytest.approx(FULL_HEIGHT / 3, abs=0.01)


def test_a_bar_lies_at_its_days() -> None:
    end = datetime(2027, 1, 1, 12, tzinfo=timezone.utc)
    found = the_bar(until(end, date(2028, 1, 1), start=datetime(2026, 1, 1, 12, tzinfo=timezone.utc)))
    ticks = dict(bars(EMPTY, []).ticks)
    assert (found.start, found.end) == (date(2026, 1, 1), date(2027, 1, 1))
    assert found.left == ticks[2026]
    assert found.left + found.width == pytest.approx(ticks[2027], abs=0.002)
    assert found.authorisation == ticks[2028]
    assert found.window_width / found.width == pytest.approx(PARAMETERS.renew_before_days / 365, abs=0.001)
    assert found.window_left + found.window_width == pytest.approx(found.left + found.width, abs=0.002)
    assert not found.before
    assert not found.after


def test_a_bar_ends_with_the_authorisation_that_ends_before_the_certificate() -> None:
    start, end = datetime(2026, 1, 1, 12, tzinfo=timezone.utc), datetime(2029, 1, 1, 12, tzinfo=timezone.utc)
    found, whole = the_bar(until(end, date(2027, 1, 1), start)), the_bar(until(end, start=start))
    ticks = dict(bars(EMPTY, []).ticks)
    day = (ticks[2027] - ticks[2026]) / 365
    assert (found.start, found.end) == (whole.start, whole.end)  # which the words beside it say
    assert found.left + found.width == pytest.approx(ticks[2027], abs=0.002)
    assert found.window_left == pytest.approx(ticks[2027] - day * PARAMETERS.authorisation_due_within_days, abs=0.01)
    assert found.window_left + found.window_width == pytest.approx(found.left + found.width, abs=0.002)
    assert whole.left + whole.width > ticks[2028]
    over = the_bar(until(end, date(2025, 6, 1), start))
    assert (over.left, over.width) == (whole.left, 0)
    both = the_bar(until(datetime(2027, 1, 20, 12, tzinfo=timezone.utc), date(2027, 1, 19), start),
                   replace(EMPTY, parameters=replace(PARAMETERS, authorisation_due_within_days=5)))  # fmt: skip
    assert both.window_width == pytest.approx(day * (PARAMETERS.renew_before_days - 1), abs=0.01)


def test_the_axis_has_the_same_years_on_both_sides() -> None:
    found = bars(EMPTY, [])
    assert [year for year, _place in found.ticks] == list(range(2026 - YEARS, 2026 + YEARS + 1))
    assert found.ticks[0][1] == 0
    places = dict(found.ticks)
    assert places[2026] < found.today < places[2027]
    assert (found.today - places[2026]) / (places[2027] - places[2026]) == pytest.approx(328 / 365, abs=0.001)


def test_what_goes_beyond_the_picture_says_so() -> None:
    found = the_bar(
        until(datetime(2040, 1, 1, tzinfo=timezone.utc), date(2041, 1, 1), datetime(2001, 1, 1, tzinfo=timezone.utc))
    )
    assert (found.left, found.width, found.before, found.after, found.authorisation) == (0, 100, True, True, None)
    later = the_bar(until(datetime(2050, 1, 1, tzinfo=timezone.utc), start=datetime(2045, 1, 1, tzinfo=timezone.utc)))
    assert (later.left, later.width, later.before, later.after) == (100, 0, False, True)


@pytest.mark.parametrize("days", [0, 40, 365, 10**20])
def test_the_time_to_renew_is_never_longer_than_the_certificate(days: int) -> None:
    found = the_bar(until(NOW), replace(EMPTY, parameters=replace(PARAMETERS, renew_before_days=days)))
    assert found.left <= found.window_left
    assert found.window_left + found.window_width == pytest.approx(found.left + found.width, abs=0.002)


def test_a_certificate_without_end_has_its_bar() -> None:
    """RFC 5280, 4.1.2.5: it ends in the last second of the year 9999, which is another year in Paris."""
    endless = until(datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc), start=NOW)
    assert the_bar(endless).end == date(9999, 12, 31)
    assert ends([endless]) == {}
    last = replace(
        EMPTY, parameters=replace(PARAMETERS, report_date=datetime(9999, 12, 31, 23, 59, tzinfo=timezone.utc))
    )
    assert bars(last, [endless]).drawn
    assert ends([endless], last) == {(9999, 12): (1, 0)}


def test_the_earliest_end_is_on_top_and_whoever_is_not_drawn_is_counted() -> None:
    rows = [replace(until(NOW + timedelta(days=(days * 7) % 500)), name=str(days)) for days in range(DRAWN + 30)]
    rows += [replace(ROW, valid_from=None, valid_until=None, access_until=None)] * 4
    rows[9] = replace(rows[9], access_until=NOW - timedelta(days=9))
    found = bars(EMPTY, rows)
    drawn = [each.holder.access_until for each in found.drawn]
    assert drawn == sorted(row.access_until for row in rows if row.access_until)[:DRAWN]
    assert counts(found) == (DRAWN, 30, 4)
    assert counts(bars(EMPTY, rows[:5])) == (5, 0, 0)
    assert counts(bars(EMPTY, [])) == (0, 0, 0)


def counts(found: Bars) -> tuple[int, int, int]:
    return len(found.drawn), found.not_drawn, found.without


@pytest.mark.parametrize("seed", range(40))
def test_whatever_a_report_holds_it_stays_in_the_picture(seed: int) -> None:
    report = drawn_report(seed)
    holders = (*report.holders, *report.without_workstation)
    assert all(
        0 <= each.certificate_height + each.authorisation_height <= FULL_HEIGHT + 0.01
        for each in months(report, holders)
    )
    found = bars(report, holders)
    assert sum(counts(found)) == len(holders)
    for each in found.drawn:
        assert 0 <= each.left <= 100
        assert each.left + each.width <= 100.001
        assert each.authorisation is None or 0 <= each.authorisation <= 100
