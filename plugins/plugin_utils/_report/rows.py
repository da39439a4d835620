# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The rows of the report: each workstation judged, each holder summed up over his workstations. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from .._facts.evaluation import Judge, Judged, judge_all
from .._facts.holders import Seat, standing_of
from .._policy.subject import Register
from .._policy.validity import DAY, Calendar, Status
from .model import Answer, CertificateRow, HolderRow, Place, WorkstationRow
from .next_step import NOTHING, Leftovers, at_last, next_step
from .sources import Host

WORST_FIRST = (
    Status.MISSING,
    Status.EXPIRED,
    Status.KEY_MISSING,
    Status.WRONG_HOLDER,
    Status.NOT_YET_VALID,
    Status.NEVER_SEEN,
    Status.UNKNOWN,
    Status.DUPLICATE,
    Status.WEAK,
    Status.RENEWAL_DUE,
    Status.VALID,
)
"""A holder with several workstations is as well off as at the worst of them."""

Earlier = Mapping[tuple[str, str], str]
"""Thumbprints of an earlier report by account and workstation."""


@dataclass(frozen=True, slots=True)
class Rules:
    """By what rows are made. ``accounts`` are those of all workstations: a holder may log on where the inventory does not say so.

    ``authorisation_due_within`` and ``facts_max_age`` are in days. ``authorised``: until when the register says so, by number.
    """

    now: datetime
    calendar: Calendar
    register: Register
    accounts: Mapping[str, Set[str]]
    authorisation_due_within: int
    facts_max_age: int
    earlier: Earlier
    authorised: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeenHost:
    """A workstation and what was judged of it; ``held`` is the part with an authorisation number, by that number."""

    host: Host
    answer: Answer
    judge: Judge
    judged: tuple[Judged, ...]
    held: Mapping[str, Sequence[Judged]]


def see(host: Host, rules: Rules) -> SeenHost:
    """Judges the certificates of a workstation by the day of the report."""
    judge = Judge(rules.register, rules.accounts, rules.calendar, rules.now)
    judged = judge_all(host.certificates, judge)
    held: dict[str, list[Judged]] = {}
    for each in judged:
        if each.holder:
            held.setdefault(each.holder, []).append(each)
    return SeenHost(host, _answer(host, rules), judge, judged, held)


def holder_key(seat: Seat) -> tuple[str, str]:
    """By whom rows are gathered: the authorisation number; without one, the account."""
    return seat.person.authorisation or "", "" if seat.person.authorisation else seat.user


def holder_row(
    seats: Sequence[tuple[Seat, SeenHost]],
    rules: Rules,
    left: Leftovers = Leftovers(),  # noqa: B008
) -> HolderRow:
    """One holder over all his workstations. ``left``: what certificates leave to do, be it where he does not work."""
    first = min((seat for seat, _seen in seats), key=lambda seat: (seat.person.name or "", seat.user))
    places = sorted(
        (_place(seat, seen, rules) for seat, seen in seats), key=lambda place: (place.workstation, place.account)
    )
    worst = min(places, key=lambda place: (WORST_FIRST.index(place.status), (place.next_step, place.actor) == NOTHING))
    ends = sorted((place for place in places if place.valid_until), key=lambda place: str(place.valid_until))
    said = (rules.authorised.get(first.person.authorisation or ""), *(seat.anniversary for seat, _seen in seats))
    until = max((day for day in said if day), default=None)
    authorisation = authorisation_status(until, rules)
    step = at_last((worst.next_step, worst.actor), replace(left, authorisation=authorisation))
    return HolderRow(
        name=first.person.name or first.user,
        authorisation=first.person.authorisation or "",
        status=worst.status,
        next_step=step[0],
        actor=step[1],
        valid_from=ends[0].valid_from if ends else None,
        valid_until=ends[0].valid_until if ends else None,
        days_left=ends[0].days_left if ends else None,
        authorisation_until=until,
        authorisation_days_left=rules.calendar.days_left(until, rules.now) if until else None,
        authorisation_status=authorisation,
        places=tuple(places),
    )


def authorisation_status(until: date | None, rules: Rules) -> Status | None:
    """The yearly authorisation holds until the end of its anniversary."""
    if until is None:
        return None
    left = rules.calendar.days_left(until, rules.now)
    if left < 0:
        return Status.EXPIRED
    return Status.RENEWAL_DUE if left <= rules.authorisation_due_within else Status.VALID


def certificate_rows(seen: SeenHost) -> Iterable[CertificateRow]:
    """All certificates of a workstation; it has answered once, or has none."""
    for gathered, each in zip(seen.host.certificates, seen.judged, strict=True):
        if seen.host.facts_at:
            now = each.record
            yield CertificateRow(seen.host.name, each.holder, now.status, now.days_left, seen.host.facts_at, gathered)


def workstation_row(seen: SeenHost, rules: Rules) -> WorkstationRow:
    """Whether a workstation answered, and what it did not tell."""
    host = seen.host
    return WorkstationRow(
        workstation=host.name,
        computer=host.computer,
        answer=seen.answer,
        facts_at=host.facts_at,
        facts_age_days=-rules.calendar.days_left(host.facts_at, rules.now) if host.facts_at else None,
        problem=host.problem or None,
        holders=len(host.seats),
        certificates=len(host.certificates),
        not_listed=host.not_listed,
        clock_skew_seconds=host.clock_skew_seconds,
        unread=host.unread,
    )


def _answer(host: Host, rules: Rules) -> Answer:
    if host.facts_at is None:
        return Answer.NEVER_SEEN
    return Answer.UNKNOWN if host.problem or _is_too_old(host.facts_at, rules) else Answer.ANSWERED


def _is_too_old(moment: datetime, rules: Rules) -> bool:
    return (rules.now - moment).total_seconds() > rules.facts_max_age * DAY


def _place(seat: Seat, seen: SeenHost, rules: Rules) -> Place:
    number = seat.person.authorisation
    # Of a terminal server with thousands of holders each looks at his own certificates alone.
    standing = standing_of(seat, seen.held.get(number, ()) if number else seen.judged, seen.host.unread, seen.judge)
    statuses = {Answer.NEVER_SEEN: Status.NEVER_SEEN, Answer.UNKNOWN: Status.UNKNOWN}
    status = statuses.get(seen.answer, standing.status)
    record = standing.record
    outcome = seat.outcome if seat.outcome_at and not _is_too_old(seat.outcome_at, rules) else None
    before = rules.earlier.get((seat.user, seen.host.name))
    replaced = before is not None and record is not None and before != record.thumbprint
    first = next_step(status, seat, outcome, seen.answer is Answer.ANSWERED)
    step, actor = at_last(first, Leftovers(replaced, standing.elsewhere))
    return Place(
        workstation=seen.host.name,
        account=seat.user,
        status=status,
        next_step=step,
        actor=actor,
        valid_from=record.not_before if record else None,
        valid_until=record.not_after if record else None,
        days_left=rules.calendar.days_left(record.not_after, rules.now) if record else None,
        thumbprint=record.thumbprint if record else None,
        logged_on=seat.logged_on,
        facts_at=seen.host.facts_at,
        owner_sid=seat.owner_sid,
        outcome=outcome,
        outcome_at=seat.outcome_at if outcome else None,
    )
