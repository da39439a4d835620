# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The rows of the report: each workstation rated, and each holder summed up over his workstations. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from .._facts.evaluation import RatedCertificate, StatusRules, rate_certificates
from .._facts.holders import HolderEntry, holder_status
from .._policy.subject import HolderIndex
from .._policy.validity import DAY, Calendar, Status
from .model import CertificateRow, HolderRow, HolderWorkstation, Reachability, WorkstationRow
from .next_step import NOTHING, RemainingCertificates, at_last, next_step
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

Earlier = Mapping[tuple[str, str, str], str]
"""Thumbprints of an earlier report by authorisation number, workstation, and account: its SID, and as it is written in small letters."""


@dataclass(frozen=True, slots=True)
class Rules:
    """By what rows are made. ``accounts`` are those of all workstations: a holder may log on where the inventory does not say so.

    ``authorisation_due_within`` and ``facts_max_age`` are in days. ``authorised``: until when the register says so, by number.
    """

    now: datetime
    calendar: Calendar
    index: HolderIndex
    accounts: Mapping[str, Set[str]]
    authorisation_due_within: int
    facts_max_age: int
    earlier: Earlier
    authorised: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvaluatedHost:
    """A workstation and its rated certificates; ``held`` is the part with an authorisation number, by that number."""

    host: Host
    answer: Reachability
    status_rules: StatusRules
    rated: tuple[RatedCertificate, ...]
    held: Mapping[str, Sequence[RatedCertificate]]


def evaluate_host(host: Host, rules: Rules) -> EvaluatedHost:
    """Sets the status of each certificate of a workstation, by the day of the report."""
    status_rules = StatusRules(rules.index, rules.accounts, rules.calendar, rules.now)
    rated = rate_certificates(host.certificates, status_rules)
    held: dict[str, list[RatedCertificate]] = {}
    for each in rated:
        if each.holder:
            held.setdefault(each.holder, []).append(each)
    return EvaluatedHost(host, _answer(host, rules), status_rules, rated, held)


def holder_key(entry: HolderEntry, sids: Mapping[str, str]) -> tuple[str, str]:
    """By whom rows are gathered: the authorisation number; without one, the account by its SID. ``sids``: of accounts as they are written.

    Several people may share an account, and one person may have an account under several names.
    """
    if entry.person.authorisation:
        return entry.person.authorisation, ""
    account = entry.user.casefold()
    return "", entry.owner_sid or sids.get(account) or account


def holder_row(
    entries: Sequence[tuple[HolderEntry, EvaluatedHost]],
    rules: Rules,
    left: RemainingCertificates = RemainingCertificates(),  # noqa: B008
) -> HolderRow:
    """One holder at all workstations. ``left``: work that certificates cause, also at workstations where the holder does not work."""
    first = min((entry for entry, _seen in entries), key=lambda entry: (entry.person.name or "", entry.user))
    places = sorted(
        (_place(entry, seen, rules) for entry, seen in entries), key=lambda place: (place.workstation, place.account)
    )
    worst = min(places, key=lambda place: (WORST_FIRST.index(place.status), (place.next_step, place.actor) == NOTHING))
    ends = sorted((place for place in places if place.valid_until), key=lambda place: str(place.valid_until))
    said = (rules.authorised.get(first.person.authorisation or ""), *(entry.anniversary for entry, _seen in entries))
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


def certificate_rows(seen: EvaluatedHost) -> Iterable[CertificateRow]:
    """All certificates of a workstation. A workstation that never answered has none."""
    for gathered, each in zip(seen.host.certificates, seen.rated, strict=True):
        if seen.host.facts_at:
            now = each.record
            yield CertificateRow(seen.host.name, each.holder, now.status, now.days_left, seen.host.facts_at, gathered)


def workstation_row(seen: EvaluatedHost, rules: Rules) -> WorkstationRow:
    """Whether a workstation answered, and what could not be read there."""
    host = seen.host
    return WorkstationRow(
        workstation=host.name,
        computer=host.computer,
        answer=seen.answer,
        facts_at=host.facts_at,
        facts_age_days=-rules.calendar.days_left(host.facts_at, rules.now) if host.facts_at else None,
        problem=host.problem or None,
        holders=len(host.entries),
        certificates=len(host.certificates),
        not_listed=host.not_listed,
        clock_skew_seconds=host.clock_skew_seconds,
        unread=host.unread,
        browsers=host.browsers,
    )


def _answer(host: Host, rules: Rules) -> Reachability:
    if host.facts_at is None:
        return Reachability.NEVER_SEEN
    return Reachability.UNKNOWN if host.problem or _is_too_old(host.facts_at, rules) else Reachability.ANSWERED


def _is_too_old(moment: datetime, rules: Rules) -> bool:
    return (rules.now - moment).total_seconds() > rules.facts_max_age * DAY


def _place(entry: HolderEntry, seen: EvaluatedHost, rules: Rules) -> HolderWorkstation:
    number = entry.person.authorisation
    # A terminal server may have thousands of holders, so each row is made from the certificates of its holder only.
    standing = holder_status(
        entry, seen.held.get(number, ()) if number else seen.rated, seen.host.unread, seen.status_rules
    )
    if standing.record is None and not entry.in_facts:
        standing = replace(standing, status=Status.UNKNOWN)  # nobody has looked for this holder there yet
    statuses = {Reachability.NEVER_SEEN: Status.NEVER_SEEN, Reachability.UNKNOWN: Status.UNKNOWN}
    status = statuses.get(seen.answer, standing.status)
    record = standing.record
    outcome = entry.outcome if entry.outcome_at and not _is_too_old(entry.outcome_at, rules) else None
    known = (
        rules.earlier.get((number or "", seen.host.name, account))
        for account in (entry.owner_sid or "", entry.user.casefold())
    )
    before = next(filter(None, known), None)
    replaced = before is not None and record is not None and before != record.thumbprint
    first = next_step(status, entry, outcome, seen.answer is Reachability.ANSWERED)
    step, actor = at_last(first, RemainingCertificates(replaced, standing.elsewhere))
    return HolderWorkstation(
        workstation=seen.host.name,
        account=entry.user,
        status=status,
        next_step=step,
        actor=actor,
        valid_from=record.not_before if record else None,
        valid_until=record.not_after if record else None,
        days_left=rules.calendar.days_left(record.not_after, rules.now) if record else None,
        thumbprint=record.thumbprint if record else None,
        logged_on=entry.logged_on,
        facts_at=seen.host.facts_at,
        owner_sid=entry.owner_sid,
        outcome=outcome,
        outcome_at=entry.outcome_at if outcome else None,
    )
