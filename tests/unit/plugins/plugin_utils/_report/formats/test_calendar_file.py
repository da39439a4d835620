# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendar files: RFC 5545's folding and escaping, and identities that stay."""

from __future__ import annotations

from datetime import date, datetime, timezone

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.calendar_file import (
    Event,
    calendar_file,
)

STAMP = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)


def lines(*events: Event) -> list[str]:
    """Unfolded."""
    return calendar_file(events, STAMP).decode("utf-8").replace("\r\n ", "").split("\r\n")


def event(
    summary: str = "End", description: str = "Text", identity: str = "one", day: date = date(2026, 12, 31)
) -> Event:
    return Event(identity, day, summary, description)


def test_lines_are_short_in_bytes_and_no_character_is_cut() -> None:
    text = "é" * 200 + "\U0001f600" * 50
    data = calendar_file([event(text)], STAMP)
    pieces = data.split(b"\r\n")
    assert max(map(len, pieces)) <= 75
    assert [piece.decode("utf-8") for piece in pieces]
    assert f"SUMMARY:{text}" in lines(event(text))


def test_text_cannot_begin_another_line() -> None:
    found = lines(event("a\r\nBEGIN:VALARM", "b;c,d\\e\rf"))
    assert "SUMMARY:a\\nBEGIN:VALARM" in found
    assert "DESCRIPTION:b\\;c\\,d\\\\e\\nf" in found
    assert [line for line in found if line.startswith("BEGIN")] == ["BEGIN:VCALENDAR", "BEGIN:VEVENT"]


def test_event_takes_its_day_only_and_keeps_its_identity() -> None:
    found = lines(event())
    assert {"DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101", "DTSTAMP:20261125T120000Z"} <= set(found)
    uid = [
        [line for line in lines(each) if line.startswith("UID:")]
        for each in (event("x"), event("y"), event(identity="two"))
    ]
    assert uid[0] == uid[1] != uid[2]
    assert "DTSTART;VALUE=DATE:99991231" in lines(event(day=date.max))
