# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Days as people at the site count them: from one date on the wall to another, in the site's time zone. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timezone, tzinfo
from zoneinfo import ZoneInfo

from ._errors import PkcsError

UTC = "UTC"


@dataclass(frozen=True, slots=True)
class Calendar:
    """``renew_before_days``: calendar days before its end from which a certificate is due. ``zone``: the site's."""

    renew_before_days: int = 40
    zone: tzinfo = field(default=timezone.utc)

    def day(self, moment: datetime) -> date:
        """The date on the wall. At both ends of the calendar (a certificate without end, RFC 5280 4.1.2.5) it is that of UTC."""
        try:
            return moment.astimezone(self.zone).date()
        except OverflowError:
            return moment.date()

    def days_left(self, end: datetime | date, now: datetime) -> int:
        """Midnights until the day of the end: 0 on that day, negative after it."""
        last = self.day(end) if isinstance(end, datetime) else end
        return (last - self.day(now)).days

    def is_due(self, end: datetime, now: datetime) -> bool:
        """Whether renewal is due."""
        return self.days_left(end, now) <= self.renew_before_days


def calendar_of(time_zone: str, renew_before_days: int) -> Calendar:
    """The calendar of a zone by its IANA name. Raises ``PkcsError`` (``bad_time_zone``)."""
    if time_zone == UTC:  # known without a time zone database
        return Calendar(renew_before_days)
    try:
        return Calendar(renew_before_days, ZoneInfo(time_zone))
    except (ValueError, OSError, LookupError):
        raise PkcsError(
            code="bad_time_zone",
            cause=f"The controller knows no time zone {time_zone!r}.",
            next_step="Give a name of the IANA database such as Europe/Paris; if it is one, install tzdata on the controller.",
        ) from None
