# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The rows of the report: each workstation rated, and each holder summed up over his workstations. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from .._delivery.records import DeliveryRecord
from .._facts.evaluation import RatedCertificate, StatusRules, rate_certificates
from .._facts.holders import HolderEntry, holder_status
from .._facts.schema import CertificateRecord
from .._policy.access import WORST_FIRST, Authorisation, access_of
from .._policy.revocation import Revocation, Revocations
from .._policy.subject import HolderIndex
from .._policy.validity import DAY, Calendar, Status
from .acceptance import AUTHORISATION
from .deliveries import with_delivery
from .exceptions import Exceptions
from .model import Actor, HolderRow, HolderWorkstation, NextStep, Reachability, WorkstationRow
from .next_step import AWAITED, NOTHING, LastSeen, RemainingCertificates, after_waiting, at_last, next_step
from .silence import silence
from .sources import Host

Earlier = Mapping[tuple[str, str, str], str]
"""Thumbprints of an earlier report by authorisation number, workstation, and account: its SID, and as it is written in small letters."""


@dataclass(frozen=True, slots=True)
class Rules:
    """By what rows are made. ``accounts`` are those of all workstations: a holder may log on where the inventory does not say so.

    ``authorisation_due_within``, ``facts_max_age`` and ``issuer_overdue`` are in days. ``register``: the entries of persons with or
    without a workstation. ``leavers``: authorisation numbers of those who should have no certificate any more.
    ``deliveries``: the last one of each holder, by number. ``exceptions``: what the site has accepted.
    ``revocations``: what the CRLs say.
    """

    now: datetime
    calendar: Calendar
    index: HolderIndex
    accounts: Mapping[str, Set[str]]
    authorisation_due_within: int
    facts_max_age: int
    earlier: Earlier
    issuer_overdue: int | None = None
    leavers: Set[str] = frozenset()
    register: Mapping[str, Sequence[HolderEntry]] = field(default_factory=dict)
    deliveries: Mapping[str, DeliveryRecord] = field(default_factory=dict)
    exceptions: Exceptions = field(default_factory=Exceptions)
    revocations: Revocations = field(default_factory=Revocations)

    def all_entries(self, entries: Sequence[HolderEntry]) -> Sequence[HolderEntry]:
        """All entries of one holder: these, and those of the register."""
        number = entries[0].person.authorisation
        return [*entries, *(self.register.get(number, ()) if number else ())]

    def authorisation(self, entries: Iterable[HolderEntry]) -> Authorisation:
        """The authorisation of a holder by all his entries: the latest end date of his own, else the latest of his sites."""
        days = [(not entry.is_site_anniversary, entry.anniversary) for entry in entries if entry.anniversary]
        is_own, end = max(days, default=(True, None))
        return Authorisation(end, self.authorisation_due_within, not is_own)


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
    status_rules = StatusRules(rules.index, rules.accounts, rules.calendar, rules.now, rules.revocations)
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
    places = sorted(
        (_place(entry, seen, rules) for entry, seen in entries), key=lambda place: (place.workstation, place.account)
    )
    number = entries[0][0].person.authorisation
    held = [rules.exceptions.accepted(number, place.status.value, place.workstation) for place in places]
    worst = min(places, key=_severity)
    # The status stays the worst one. Nobody has to act where the site has accepted it.
    pressing = min(
        (place for place, found in zip(places, held, strict=True) if found is None), key=_severity, default=None
    )
    ends = sorted((place for place in places if place.valid_until), key=lambda place: str(place.valid_until))
    return person_row(
        replace(
            blank_row([entry for entry, _seen in entries], rules),
            status=worst.status,
            next_step=pressing.next_step if pressing else NextStep.NOTHING,
            actor=pressing.actor if pressing else Actor.NOBODY,
            accepted=tuple(dict.fromkeys(filter(None, held))),
            valid_from=ends[0].valid_from if ends else None,
            valid_until=ends[0].valid_until if ends else None,
            certificate_days_left=ends[0].days_left if ends else None,
            places=tuple(places),
        ),
        rules.authorisation(rules.all_entries([entry for entry, _seen in entries])),
        left,
        rules,
    )


def _severity(place: HolderWorkstation) -> tuple[int, bool]:
    return WORST_FIRST.index(place.status), (place.next_step, place.actor) == NOTHING


def blank_row(named: Sequence[HolderEntry], rules: Rules) -> HolderRow:
    """The row of a holder without any workstation or certificate. Of several entries, the first that says something counts."""
    first = min(named, key=lambda entry: (entry.person.name or "", entry.user))
    entries = rules.all_entries(named)
    newcomer = next((entry for entry in entries if entry.awaiting), None)
    today = rules.calendar.day(rules.now)
    step, actor = (
        AWAITED[newcomer.awaiting] if newcomer and newcomer.awaiting else (NextStep.ASSIGN_WORKSTATION, Actor.IT)
    )
    return HolderRow(
        name=first.person.name or first.user,
        authorisation=first.person.authorisation or "",
        function=next((entry.function for entry in entries if entry.function), None),
        absent_until=max((entry.absent_until for entry in entries if entry.absent_until), default=None),
        awaiting=newcomer.awaiting if newcomer else None,
        expected_from=next((entry.expected_from for entry in entries if entry.expected_from), None),
        status=Status.AWAITED if newcomer and newcomer.is_awaited(today) else Status.MISSING,
        next_step=step,
        actor=actor,
        access_until=None,
        days_left=None,
        valid_from=None,
        valid_until=None,
        certificate_days_left=None,
        authorisation_until=None,
        authorisation_of_site=False,
        authorisation_days_left=None,
        authorisation_status=None,
        places=(),
    )


def lone_row(entry: HolderEntry, rules: Rules) -> HolderRow:
    """The row of a holder without a workstation, which an exception may accept."""
    row = blank_row([entry], rules)
    accepted = rules.exceptions.accepted(row.authorisation, row.status.value)
    return replace(row, next_step=NextStep.NOTHING, actor=Actor.NOBODY, accepted=(accepted,)) if accepted else row


def person_row(row: HolderRow, authorisation: Authorisation, left: RemainingCertificates, rules: Rules) -> HolderRow:
    """A row with what certificate and authorisation come to together: end of access, status and next step."""
    access = access_of(row.status, row.valid_until, authorisation, rules.calendar, rules.now)
    status = authorisation.status(rules.calendar, rules.now)
    delivery = rules.deliveries.get(row.authorisation)
    delivered = with_delivery((row.next_step, row.actor), row, delivery)
    accepted = rules.exceptions.accepted(row.authorisation, f"{AUTHORISATION}{status.value}") if status else None
    step, actor = at_last(delivered, replace(left, authorisation=None if accepted else status))
    return replace(
        row,
        delivery=delivery,
        accepted=(*row.accepted, accepted) if accepted else row.accepted,
        status=access.status,
        next_step=step,
        actor=actor,
        access_until=access.until,
        days_left=access.days_left,
        authorisation_until=authorisation.end,
        authorisation_of_site=authorisation.of_site,
        authorisation_days_left=rules.calendar.days_left(authorisation.end, rules.now) if authorisation.end else None,
        authorisation_status=status,
    )


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
        store_owners=host.store_owners,
    )


def _answer(host: Host, rules: Rules) -> Reachability:
    if host.facts_at is None:
        return Reachability.NEVER_SEEN
    return Reachability.UNKNOWN if host.problem or _is_too_old(host.facts_at, rules) else Reachability.ANSWERED


def _is_too_old(moment: datetime, rules: Rules) -> bool:
    return (rules.now - moment).total_seconds() > rules.facts_max_age * DAY


def _of_newcomer(status: Status, entry: HolderEntry, rules: Rules) -> Status:
    return Status.AWAITED if status is Status.MISSING and entry.is_awaited(rules.calendar.day(rules.now)) else status


def _waited_days(entry: HolderEntry, record: CertificateRecord | None, rules: Rules) -> int | None:
    """Days since a new bundle was due: for the next certificate, or for a newcomer's first."""
    if record:
        return rules.calendar.renew_before_days - rules.calendar.days_left(record.not_after, rules.now)
    return -rules.calendar.days_left(entry.expected_from, rules.now) if entry.expected_from else None


def _last_thumbprint(entry: HolderEntry, host: Host, rules: Rules) -> str | None:
    """The thumbprint of the holder's certificate there in the earlier report."""
    number = entry.person.authorisation or ""
    known = (
        rules.earlier.get((number, host.name, account)) for account in (entry.owner_sid or "", entry.user.casefold())
    )
    return next(filter(None, known), None)


def _end(record: CertificateRecord, revocation: Revocation | None) -> datetime:
    """The last instant at which the certificate gave access. An issuer may date a revocation before the certificate."""
    return max(record.not_before, revocation.at) if revocation else record.not_after


def _last_seen(entry: HolderEntry, seen: EvaluatedHost, outcome: str | None) -> LastSeen:
    unread = frozenset(each.code for each in seen.host.unread if each.owner_sid == entry.owner_sid)
    return LastSeen(outcome, silence(seen.host.problem, seen.answer), unread)


def _place(entry: HolderEntry, seen: EvaluatedHost, rules: Rules) -> HolderWorkstation:
    number = entry.person.authorisation
    # A terminal server may have thousands of holders, so each row is made from the certificates of its holder only.
    there = holder_status(
        entry, seen.held.get(number, ()) if number else seen.rated, seen.host.unread, seen.status_rules
    )
    if there.record is None and not entry.in_facts:
        there = replace(there, status=Status.UNKNOWN)  # nobody has looked for this holder there yet
    statuses = {Reachability.NEVER_SEEN: Status.NEVER_SEEN, Reachability.UNKNOWN: Status.UNKNOWN}
    record = there.record
    outcome = entry.outcome if entry.outcome_at and not _is_too_old(entry.outcome_at, rules) else None
    before = _last_thumbprint(entry, seen.host, rules)
    replaced = before is not None and record is not None and before != record.thumbprint
    known_status = _of_newcomer(statuses.get(seen.answer, there.status), entry, rules)
    first = next_step(known_status, entry, _last_seen(entry, seen, outcome))
    first = after_waiting(first, _waited_days(entry, record, rules), rules.issuer_overdue)
    is_away = first[0] is NextStep.LOG_ON and entry.is_on_leave(rules.calendar.day(rules.now))
    elsewhere = there.elsewhere and not rules.exceptions.accepted(number, Status.WRONG_HOLDER.value, seen.host.name)
    step, actor = at_last(first, RemainingCertificates(replaced, elsewhere))
    revocation = seen.status_rules.revocation(record) if record else None
    end = _end(record, revocation) if record else None
    return HolderWorkstation(
        workstation=seen.host.name,
        account=entry.user,
        status=Status.ON_LEAVE if is_away else known_status,
        next_step=step,
        actor=actor,
        valid_from=record.not_before if record else None,
        valid_until=end,
        days_left=rules.calendar.days_left(end, rules.now) if end else None,
        thumbprint=record.thumbprint if record else None,
        logged_on=entry.logged_on,
        facts_at=seen.host.facts_at,
        owner_sid=entry.owner_sid,
        outcome=outcome,
        outcome_at=entry.outcome_at if outcome else None,
        revocation=revocation,
    )
