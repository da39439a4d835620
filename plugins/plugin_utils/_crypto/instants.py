# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""How instants are written, here and by the drivers: RFC 3339 in UTC and whole seconds, ``2026-11-25T04:34:43Z``. Pure."""

from __future__ import annotations

from datetime import date, datetime, timezone, tzinfo


def format_instant(moment: datetime) -> str:
    """``2026-11-25T04:34:43Z``, without a fraction of a second. ``moment`` is aware.

    Unlike strftime it writes years before 1000 with four digits.
    """
    return moment.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def parse_instant(text: str) -> datetime:
    """The inverse of ``format_instant``, aware, in UTC. Raises ``ValueError``, also for other forms of ISO 8601."""
    moment = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)
    if format_instant(moment) != text:
        raise ValueError(f"{text!r} is no instant like 2026-11-25T04:34:43Z")
    return moment


def day_and_time(moment: datetime, zone: tzinfo = timezone.utc) -> tuple[date, str]:
    """The day and ``04:34 UTC`` or ``05:34 Europe/Paris``, as values of a sentence. ``moment`` is aware."""
    try:
        there = moment.astimezone(zone)
    except OverflowError:  # a certificate without end
        there, zone = moment.astimezone(timezone.utc), timezone.utc
    return there.date(), f"{there:%H:%M} {zone}"
