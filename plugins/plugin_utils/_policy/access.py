# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Until when a holder has access: it takes a certificate and the yearly authorisation, and ends with the first of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from .status import WORST_FIRST, Status
from .validity import Calendar


@dataclass(frozen=True, slots=True)
class Authorisation:
    """The yearly authorisation. ``end``: its end date, on which it is over already; None if it is not known.

    ``due_within``: its renewal is due from so many days before the end date. ``of_site``: the end date is that of the whole site.
    """

    end: date | None
    due_within: int
    of_site: bool = False

    def status(self, calendar: Calendar, now: datetime) -> Status | None:
        """``valid``, ``renewal_due`` or ``expired`` at ``now``; None if the end date is not known."""
        if self.end is None:
            return None
        left = calendar.days_left(self.end, now)
        if left <= 0:
            return Status.EXPIRED
        return Status.RENEWAL_DUE if left <= self.due_within else Status.VALID


@dataclass(frozen=True, slots=True)
class Access:
    """A holder's access. ``until`` is its last second, in UTC; None without a certificate that gives access.

    ``days_left``: calendar days until the day of ``until``. It is 0 on the last day with access and negative after it. ``last_day``: that
    day at the site, which may be another date than that of ``until``.
    """

    until: datetime | None
    days_left: int | None
    status: Status
    last_day: date | None = None


def access_of(
    certificate: Status,
    certificate_end: datetime | None,
    authorisation: Authorisation,
    calendar: Calendar,
    now: datetime,
) -> Access:
    """The access of a holder whose certificate has this status and this last second.

    If the authorisation is not known, the access is that of the certificate.
    """
    said = authorisation.status(calendar, now)
    if certificate_end is None and said is Status.RENEWAL_DUE:
        said = None  # there is no access whose end comes nearer
    # A status of a certificate alone, such as superseded, stays as it is.
    worst = min((certificate, said), key=WORST_FIRST.index) if said and certificate in WORST_FIRST else certificate
    if certificate_end is None:
        return Access(None, None, worst)
    left = calendar.days_left(certificate_end, now)
    if authorisation.end is None:
        return Access(certificate_end, left, worst, calendar.day(certificate_end))
    # The last day with access is the day before the end date.
    until = min(certificate_end, last_second_before(authorisation.end, calendar))
    left = min(left, calendar.days_left(authorisation.end, now) - 1)
    return Access(until, left, worst, calendar.day(until))


def last_second_before(day: date, calendar: Calendar) -> datetime:
    """The last second before a day of the site begins, in UTC. Where Python has no such instant, its first one."""
    try:
        midnight = datetime.combine(day, time.min, calendar.zone)
        return midnight.astimezone(timezone.utc) - timedelta(seconds=1)
    except OverflowError:
        return datetime.min.replace(tzinfo=timezone.utc)
