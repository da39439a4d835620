# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""How long a certificate is valid, in the calendar days of the site, and whether a browser would offer it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from .._crypto.certificate import MIN_RSA_BITS, Certificate
from .._crypto.store import CertificateStore, StoreCertificate
from .._errors import Pkcs12Error, Problem
from .held import signed_for
from .issuers import Issuers
from .status import Status
from .subject import ExpectedSubject
from .superseding import rank
from .use import Use, use_of

UTC = "UTC"
DAY = 24 * 60 * 60
"""Seconds. Dates are compared in numbers: a number of days that a user gives may be too large for a timedelta."""
SECOND = timedelta(seconds=1)
LAST_SECOND = datetime.max.replace(microsecond=0, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Ending:
    """An end as people read it. ``on``: the first day of the site without access on the whole of it. ``days_left``: calendar days until
    then; 0 on that day, negative after it.
    """

    on: date
    days_left: int

    @property
    def last_full_day(self) -> date:
        """The day before. Where Python has none, the first one."""
        return date.fromordinal(max(self.on.toordinal() - 1, 1))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The site's days. ``renew_before_days``: a certificate is due from so many calendar days before its end. ``zone``: the time zone.

    ``authorisation_due_within_days``: the same of a yearly authorisation.
    """

    renew_before_days: int = 40
    zone: tzinfo = field(default=timezone.utc)
    authorisation_due_within_days: int = 40

    def day(self, moment: datetime) -> date:
        """The date in the zone. Where Python has no such date (a certificate without end, RFC 5280 4.1.2.5), the date in UTC."""
        try:
            return moment.astimezone(self.zone).date()
        except OverflowError:
            return moment.date()

    def ends_on(self, end: datetime | date) -> date:
        """The first day that is not whole: of a last second, or the end date of an authorisation, on which that is over."""
        if not isinstance(end, datetime):
            return end
        # The last second that Python has is that of a certificate without end.
        return self.day(end + SECOND if end < LAST_SECOND else end)

    def ending(self, end: datetime | date, now: datetime) -> Ending:
        """An end as people read it."""
        day = self.ends_on(end)
        return Ending(day, (day - self.day(now)).days)

    def days_left(self, end: datetime | date, now: datetime) -> int:
        """Calendar days until an end as ``ending`` has it, or until any other day."""
        return self.ending(end, now).days_left

    def is_due(self, end: datetime, now: datetime) -> bool:
        """Whether a certificate that ends at ``end`` is due for renewal."""
        return self.days_left(end, now) <= self.renew_before_days


def calendar_of(time_zone: str, renew_before_days: int, authorisation_due_within_days: int = 40) -> Calendar:
    """The calendar of a zone by its IANA name. Raises ``Pkcs12Error`` (``bad_arguments``, ``bad_time_zone``)."""
    if renew_before_days < 0:
        raise Pkcs12Error(Problem("bad_arguments.due_after_the_end", {"days": renew_before_days}, "renew_before_days"))
    if authorisation_due_within_days < 0:
        given = {"given": authorisation_due_within_days}
        raise Pkcs12Error(Problem("bad_arguments.days", given, "authorisation_due_within_days"))
    try:
        # UTC works without a time zone database.
        zone = timezone.utc if time_zone == UTC else ZoneInfo(time_zone)
        return Calendar(renew_before_days, zone, authorisation_due_within_days)
    except (ValueError, OSError, LookupError):
        raise Pkcs12Error(Problem("bad_time_zone", {"given": time_zone}, "time_zone")) from None


def best_certificate(
    store: CertificateStore,
    person: ExpectedSubject,
    leaf: str | None,
    now: datetime,
    site: Issuers = Issuers(),  # noqa: B008
) -> StoreCertificate | None:
    """The person's usable certificate of the site's issuer that is valid longest, or None. ``leaf`` is a thumbprint that counts as the
    person's."""
    usable = (
        stored
        for stored in signed_for(store, site, person, leaf)
        if stored.certificate.is_in_date(now)
        and is_selectable(use_of(stored.certificate), stored.has_key, stored.archived)
    )
    return max(usable, key=lambda stored: rank(stored.certificate), default=None)


def is_selectable(use: Use, has_key: bool, archived: bool) -> bool:
    """Whether a browser offers it and a portal can accept it, apart from its dates: for authentication, with a key link, not archived."""
    return use is Use.AUTHENTICATION and has_key and not archived


MIN_EC_BITS = 256
"""Bits. A smaller key can be broken (ANSSI, RGS B1)."""


WEAK_HASHES = ("md5", "sha1")


def is_weak(key_type: str, key_size: int, signature_hash: str | None) -> bool:
    """Whether the key or the hash of the issuer's signature is too weak. ``key_size`` in bits."""
    short = (key_type == "RSA" and key_size < MIN_RSA_BITS) or (key_type.startswith("EC ") and key_size < MIN_EC_BITS)
    return short or signature_hash in WEAK_HASHES


def status_in_time(certificate: Certificate, now: datetime, calendar: Calendar) -> Status:
    """The status by the dates alone: expired, not yet valid, due for renewal, or valid."""
    if now > certificate.not_after:
        return Status.EXPIRED
    if now < certificate.not_before:
        return Status.NOT_YET_VALID
    return Status.RENEWAL_DUE if calendar.is_due(certificate.not_after, now) else Status.VALID
