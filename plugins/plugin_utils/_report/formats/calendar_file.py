# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A calendar file (RFC 5545) with events that take a whole day. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

LONGEST_LINE = 75
"""Bytes, RFC 5545, section 3.1."""


@dataclass(frozen=True, slots=True)
class Event:
    """``identity``: what the event is about. An event with the same identity takes the place of an earlier one."""

    identity: str
    day: date
    summary: str
    description: str


def calendar_file(events: Iterable[Event], stamp: datetime) -> bytes:
    """The file. ``stamp``: when it was made, aware."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//hospital_it.pkcs12//reminder//EN", "METHOD:PUBLISH"]
    for event in events:
        lines += _event(event, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _event(event: Event, stamp: datetime) -> list[str]:
    identity = hashlib.sha256(event.identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return [
        "BEGIN:VEVENT",
        f"UID:{identity}@pkcs12",
        f"DTSTAMP:{stamp.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{_day(event.day)}",
        *([f"DTEND;VALUE=DATE:{_day(event.day + timedelta(days=1))}"] if event.day < date.max else []),
        f"SUMMARY:{_text(event.summary)}",
        f"DESCRIPTION:{_text(event.description)}",
        "TRANSP:TRANSPARENT",  # the day is not busy
        "END:VEVENT",
    ]


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _text(text: str) -> str:
    """A value of type TEXT, RFC 5545, section 3.3.11."""
    lines = text.strip().replace("\r\n", "\n").replace("\r", "\n")
    return lines.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[bytes]:
    """A line in pieces that are not too long. Each piece after the first begins with a space. No character is cut."""
    piece, begin = b"", b""
    for character in line:
        encoded = character.encode("utf-8", "replace")
        if len(begin + piece + encoded) > LONGEST_LINE:
            yield begin + piece
            piece, begin = b"", b" "
        piece += encoded
    yield begin + piece
