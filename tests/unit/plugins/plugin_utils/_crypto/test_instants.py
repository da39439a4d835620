# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instants as text and back."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.instants import (
    day_and_time,
    format_instant,
    parse_instant,
)

MOMENT = datetime(2026, 11, 25, 4, 34, 43, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "moment",
    [
        MOMENT, datetime.min.replace(tzinfo=timezone.utc), datetime.max.replace(microsecond=0, tzinfo=timezone.utc),
        datetime(999, 1, 1, tzinfo=timezone.utc),
    ],
    ids=["usual", "first", "last", "three_digits"],
)  # fmt: skip
def test_an_instant_has_one_form_that_sorts_by_time(moment: datetime) -> None:
    assert parse_instant(format_instant(moment)) == moment
    assert len(format_instant(moment)) == len("2026-11-25T04:34:43Z")


def test_an_instant_is_in_utc_and_whole_seconds() -> None:
    east = MOMENT.astimezone(timezone(timedelta(hours=2))).replace(microsecond=999_999)
    assert format_instant(east) == "2026-11-25T04:34:43Z"


@pytest.mark.parametrize(
    "text", ["", "2026-11-25", "2026-11-25T04:34:43", "2026-11-25T04:34:43+01:00", "2026-11-25T04:34:43.5Z", "Z"]
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


def test_a_sentence_has_minutes_and_the_zone() -> None:
    assert day_and_time(MOMENT) == (date(2026, 11, 25), "04:34 UTC")
    assert day_and_time(MOMENT, ZoneInfo("America/New_York")) == (date(2026, 11, 24), "23:34 America/New_York")
    without_end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)
    assert day_and_time(without_end, ZoneInfo("Europe/Paris")) == (date(9999, 12, 31), "23:59 UTC")
