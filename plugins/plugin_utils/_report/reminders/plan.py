# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Who has to be reminded of what, by the next steps of a report. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from ..._errors import Actor, Problem
from ..._policy.status import Status
from ..._policy.validity import Calendar, calendar_of
from ..acceptance import is_authorisation_due, is_left
from ..model import CertificateRow, HolderRow, HolderWorkstation, NextStep, Report


class Recipient(str, Enum):
    """Whom a mail is for."""

    HOLDER = "holder"
    EMPLOYER = "employer"
    IT = "it"


@dataclass(frozen=True, slots=True)
class Terms:
    """When somebody is reminded. ``days``: so many before the day from which on there is no access, at least one, in any order.

    ``bundle_overdue_days``: how long a renewal has been due, or a newcomer's first bundle expected, before a holder is asked for the
    issuer's mail.
    """

    days: Sequence[int]
    bundle_overdue_days: int


@dataclass(frozen=True, slots=True)
class ReminderItem:
    """What a recipient has to do for one holder, or with a certificate that has none.

    ``person``: the authorisation number, without one the name; of nobody's certificate the thumbprint. ``name``: empty for a certificate
    without a holder. ``reminder_day``: the one of ``Terms.days`` that is reached; None for what has no end, or is due at once.
    ``ends_on``: the day from which on there is no access, None without one, and for what no end of access is about;
    ``days_left``: days of the site until it.
    ``instead_of``: who should have got this, and has no address. ``issuer_setting``: of the row that it is about. ``actor``: who can do
    it; ``problems``: what the last run found, where that is to be mended. ``issued_to``: without a holder, whom the certificate names.
    """

    person: str
    name: str
    function: str | None
    workstations: tuple[str, ...]
    next_step: NextStep
    recipient: Recipient
    reminder_day: int | None
    ends_on: date | None
    days_left: int | None
    certificate_until: date | None
    authorisation_until: date | None
    instead_of: Recipient | None = None
    issuer_setting: str = ""
    actor: Actor = Actor.IT
    problems: tuple[Problem, ...] = ()
    issued_to: str = ""


def person_of(authorisation: str | None, name: str) -> str:
    """By what a person is known in reminders: the authorisation number, without one the name or account in small letters."""
    return authorisation or name.casefold()


def day_reached(days_left: int, days: Iterable[int]) -> int | None:
    """The last day that has begun: with 40, 14 and 7 it is 14 from 14 to 8 days before the end, and 7 from then on, also
    after the end. None while none has begun.
    """
    return min((day for day in days if day >= days_left), default=None)


def matters_of(report: Report, terms: Terms) -> tuple[ReminderItem, ...]:
    """What the rows of a report come to on its day, in their order. Raises ``Pkcs12Error``: ``bad_time_zone``."""
    parameters = report.parameters
    calendar = calendar_of(parameters.time_zone, parameters.renew_before_days)
    today = calendar.day(parameters.report_date)
    found = []
    for row in (*report.holders, *report.without_workstation):
        found += [matter for matter in (_yearly(row, terms), _own(row, terms, calendar, today)) if matter]
    return (*found, *_without_holder(report.without_holder))


def _yearly(row: HolderRow, terms: Terms) -> ReminderItem | None:
    """The yearly authorisation. It is due beside any other next step, because the issuer sends no certificate without it."""
    end, left = row.authorisation_until, row.authorisation_days_left
    if row.next_step is NextStep.GIVE_OWN_NUMBER:
        return None  # the end may be another person's; IT is told first
    if end is None or left is None or not is_authorisation_due(row):
        return None
    matter = _matter(row, Recipient.EMPLOYER, NextStep.RENEW_AUTHORISATION)
    return _at_its_day(replace(matter, ends_on=end, days_left=left), terms)


def _own(row: HolderRow, terms: Terms, calendar: Calendar, today: date) -> ReminderItem | None:
    """What is to be done about the certificates. After the end of the authorisation nothing is: the issuer sends none."""
    if row.authorisation_status is Status.EXPIRED and row.next_step is NextStep.RENEW_AUTHORISATION:
        return None
    recipient = _recipient(row, terms, calendar, today)
    if recipient is None:
        return None
    matter = replace(_matter(row, recipient, row.certificate_step), actor=row.certificate_actor)
    if row.access_until is not None:
        # Where the authorisation ends first, the employer is reminded of that end. No step about the certificate changes it. Of several
        # workstations that need the step, the first end counts.
        ends = [(each.ends_on, each.days_left) for each in _waiting(row) if each.ends_on and each.access_until]
        ends_on, left = min(ends, default=(row.certificate_ends_on, row.certificate_days_left))
        matter = replace(matter, ends_on=ends_on, days_left=left)
    if row.certificate_step is NextStep.CLOSE_BROWSER:
        return matter  # the new certificate has just come, and its end is far away
    is_without = any(place.access_until is None for place in _waiting(row))
    # Where there is no access, it is due at once, however long access lasts at another workstation.
    return _at_its_day(matter, terms) or (replace(matter, ends_on=None, days_left=None) if is_without else None)


def _waiting(row: HolderRow) -> Sequence[HolderWorkstation]:
    """The workstations that need the certificate's step."""
    return [place for place in row.places if place.next_step is row.certificate_step]


def _recipient(row: HolderRow, terms: Terms, calendar: Calendar, today: date) -> Recipient | None:
    if row.certificate_step is NextStep.NOTHING:
        return None
    recipient = _who_acts(row, terms, calendar, today)
    # A holder who is away cannot do it. The mail comes on the day back, because each reminder day is used once.
    return None if recipient is Recipient.HOLDER and row.absent_until else recipient


def _who_acts(row: HolderRow, terms: Terms, calendar: Calendar, today: date) -> Recipient | None:
    if row.certificate_step is NextStep.AWAIT_BUNDLE:
        # The issuer's mail comes some days after the bundle became due, and may lie unread in the holder's mailbox.
        waited = _waited_days(row, calendar, today)
        # Who has no access, and is no newcomer, is asked at once: since when the bundle is due, nobody knows.
        is_late = (
            waited >= terms.bundle_overdue_days if waited is not None else row.access_until is None and not row.awaiting
        )
        return Recipient.HOLDER if is_late else None
    return {Actor.HOLDER: Recipient.HOLDER, Actor.EMPLOYER: Recipient.EMPLOYER}.get(row.certificate_actor, Recipient.IT)


def _waited_days(row: HolderRow, calendar: Calendar, today: date) -> int | None:
    """Days since a bundle was due: for the next certificate, or for a newcomer's first. None if nobody knows when it was."""
    waiting = [place for place in row.places if place.next_step is NextStep.AWAIT_BUNDLE and place.access_until]
    days = [calendar.renew_before_days - place.days_left for place in waiting if place.days_left is not None]
    if days:
        return max(days)
    return (today - row.expected_from).days if row.expected_from else None


def _without_holder(rows: Iterable[CertificateRow]) -> Iterable[ReminderItem]:
    """What IT has to do with the certificates of leavers and of nobody: one matter for each person, or for a certificate of nobody."""
    found: dict[tuple[str, NextStep], dict[str, CertificateRow]] = {}
    for row in filter(is_left, rows):
        found.setdefault((row.holder or row.certificate.thumbprint, row.next_step), {}).setdefault(row.workstation, row)
    for (person, step), there in found.items():
        issued_to = ", ".join(filter(None, dict.fromkeys(map(_issued_to, there.values()))))
        yield ReminderItem(
            *(person, "", None, tuple(there), step, Recipient.IT, None, None, None, None, None),
            problems=tuple(dict.fromkeys(each.problem for each in there.values() if each.problem)),
            issued_to=issued_to,
        )


def _issued_to(row: CertificateRow) -> str:
    """Whom a certificate names, without the authorisation number, which no mail has. Names have no digit."""
    words = (row.certificate.subject_cn or "").split()
    return " ".join(each for each in words if not any(map(str.isdecimal, each))).strip(" -,/\u2013")


def _matter(row: HolderRow, recipient: Recipient, step: NextStep) -> ReminderItem:
    there = [place.workstation for place in row.places if place.next_step is step]
    failed = (place.problem for place in row.places if step is place.next_step is NextStep.MEND_FAILURE)
    return ReminderItem(
        person=person_of(row.authorisation, row.name),
        name=row.name,
        function=row.function,
        workstations=tuple(dict.fromkeys(there or [place.workstation for place in row.places])),
        next_step=step,
        recipient=recipient,
        reminder_day=None,
        ends_on=row.ends_on,
        days_left=row.days_left,
        certificate_until=row.certificate_ends_on,
        authorisation_until=row.authorisation_until,
        issuer_setting=row.issuer_setting,
        problems=tuple(dict.fromkeys(filter(None, failed))),
    )


def _at_its_day(matter: ReminderItem, terms: Terms) -> ReminderItem | None:
    """The matter with the reminder day that is reached; None while there is time. Whoever has no access yet is not made to wait."""
    if matter.days_left is None:
        return matter
    day = day_reached(matter.days_left, terms.days)
    return None if day is None else replace(matter, reminder_day=day)
