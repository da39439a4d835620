# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Until when a holder has access: it takes a certificate and the yearly authorisation, and ends with the first of them. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum

from .status import WORST_FIRST, GivesAccess, Status, Trait
from .validity import Calendar


@dataclass(frozen=True, slots=True)
class Authorisation:
    """The yearly authorisation. ``end``: its end date, on which it is over already; None if it is not known.

    ``of_site``: the end date is that of the whole site.
    """

    end: date | None
    of_site: bool = False

    def status(self, calendar: Calendar, now: datetime) -> Status | None:
        """``valid``, ``renewal_due`` or ``expired`` at ``now``; None if the end date is not known."""
        if self.end is None:
            return None
        left = calendar.days_left(self.end, now)
        if left <= 0:
            return Status.EXPIRED
        return Status.RENEWAL_DUE if left <= calendar.authorisation_due_within_days else Status.VALID


class Doubt(str, Enum):
    """Why the end date of a yearly authorisation may be a slip: it has passed, or is more than 13 months ahead."""

    PAST = "past"
    FAR = "far"


MOST_MONTHS = 13


def doubt_of(end: date, today: date) -> Doubt | None:
    """What is odd about an end date that somebody wrote down; None if nothing is."""
    if end <= today:
        return Doubt.PAST
    years, month = divmod(today.month - 1 + MOST_MONTHS, 12)
    return Doubt.FAR if end > _day_of(today.year + years, month + 1, today.day) else None


def next_end(end: date, today: date) -> date:
    """The same day of the first year in which it is still to come."""
    this_year = _day_of(today.year, end.month, end.day)
    return this_year if this_year > today else _day_of(today.year + 1, end.month, end.day)


def _day_of(year: int, month: int, day: int) -> date:
    """The day, or else the last one of the month."""
    return date(year, month, min(day, monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class AccessThere:
    """What a holder's certificate at one workstation gives. ``until``: the last instant at which it gives access, or gave it; None if it
    never did, or nobody knows."""

    given: GivesAccess
    until: datetime | None


NOWHERE: Sequence[AccessThere] = ()
"""Of who has no certificate at any workstation."""


def access_there(status: Status, certificate_end: datetime | None, now: datetime) -> AccessThere:
    """What a certificate at one workstation gives, of a holder who has this status there, and whose certificate has this last second."""
    until = None if Trait.NO_END in status.traits else certificate_end
    if until is None:
        return AccessThere(status.gives_access, None)
    return AccessThere(GivesAccess.YES if now <= until else GivesAccess.NO, until)


def anywhere(places: Sequence[AccessThere]) -> GivesAccess:
    """Whether a holder has access as far as certificates are concerned: while one workstation gives it."""
    given = {each.given for each in places}
    return next((each for each in (GivesAccess.YES, GivesAccess.UNKNOWN) if each in given), GivesAccess.NO)


@dataclass(frozen=True, slots=True)
class Access:
    """A holder's access. ``until`` is its last second, in UTC; None without a certificate that gives access, or ever gave it, and where
    nobody knows.

    ``ends_on``: the first day of the site without access on the whole of it. ``days_left``: calendar days until then. ``given``: whether
    there is access now.
    """

    until: datetime | None
    days_left: int | None
    status: Status
    ends_on: date | None = None
    given: GivesAccess = GivesAccess.NO


def access_of(
    certificate: Status,
    places: Sequence[AccessThere],
    authorisation: Authorisation,
    calendar: Calendar,
    now: datetime,
) -> Access:
    """The access of a holder with these certificates, of which the worst has this status: it lasts as long as that of one workstation.

    If the authorisation is not known, the access is that of the certificates.
    """
    there = anywhere(places)
    # Where nobody knows whether there is access, nobody knows its end either: one that is over elsewhere would read as no access.
    ends = [] if there is GivesAccess.UNKNOWN else [each.until for each in places if each.until]
    certificate_end = max(ends, default=None)
    said = authorisation.status(calendar, now)
    given = GivesAccess.NO if said is Status.EXPIRED else there
    if certificate_end is None and said is Status.RENEWAL_DUE:
        said = None  # there is no access whose end comes nearer
    # A status of a certificate alone, such as superseded, stays as it is.
    worst = min((certificate, said), key=WORST_FIRST.index) if said and certificate in WORST_FIRST else certificate
    if certificate_end is None:
        return Access(None, None, worst, given=given)
    end = authorisation.end
    until = certificate_end if end is None else min(certificate_end, last_second_before(end, calendar))
    ending = calendar.ending(until, now)
    return Access(until, ending.days_left, worst, ending.on, given)


def last_second_before(day: date, calendar: Calendar) -> datetime:
    """The last second before a day of the site begins, in UTC. Where Python has no such instant, its first one."""
    try:
        midnight = datetime.combine(day, time.min, calendar.zone)
        return midnight.astimezone(timezone.utc) - timedelta(seconds=1)
    except OverflowError:
        return datetime.min.replace(tzinfo=timezone.utc)
