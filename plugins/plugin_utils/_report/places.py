# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A holder at one workstation: status, next step, and the certificate there. Pure."""

from __future__ import annotations

from dataclasses import replace

from .._errors import Problem
from .._facts.evaluation import HolderStatus
from .._facts.holders import HolderEntry, holder_status
from .._facts.schema import REMOVAL_FAILED, CertificateRecord
from .._policy.access import access_there
from .._policy.status import Status
from .model import HolderWorkstation, NextStep, Reachability
from .next_step import LastSeen, RemainingCertificates, after_waiting, at_last, next_step
from .no_answer import no_answer_reason
from .rules import EvaluatedHost, Rules, is_too_old
from .sources import Host

FAILED_RUNS = ("failed", REMOVAL_FAILED)
"""The outcomes of a run that wanted to change something and could not."""


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
        rules.earlier.get((entry.issuer_setting, number, host.name, account))
        for account in (entry.owner_sid or "", entry.user.casefold())
    )
    return next(filter(None, known), None)


def _last_seen(
    entry: HolderEntry, seen: EvaluatedHost, outcome: str | None, problem: Problem | None, not_asked: bool
) -> LastSeen:
    unread = frozenset(each.code for each in seen.host.unread if each.owner_sid == entry.owner_sid)
    return LastSeen(outcome, no_answer_reason(seen.host.problem, seen.answer), unread, problem, not_asked)


def _found_there(entry: HolderEntry, seen: EvaluatedHost) -> HolderStatus:
    """What the facts say. A terminal server may have thousands of holders, so it is made from the certificates of its holder only."""
    number = entry.person.authorisation
    rated = seen.held.get(number, ()) if number else seen.rated
    return holder_status(entry, rated, seen.host.unread, seen.status_rules)


def place_of(entry: HolderEntry, seen: EvaluatedHost, rules: Rules) -> HolderWorkstation:
    """An entry of the inventory at its workstation."""
    number = entry.person.authorisation
    there = _found_there(entry, seen)
    found = there.status
    # Nobody has looked for this holder there yet, or nobody knows who works there now.
    if (there.record is None and not entry.in_facts) or seen.host.reached:
        there = replace(there, status=Status.UNKNOWN)
    statuses = {Reachability.NEVER_SEEN: Status.NEVER_SEEN, Reachability.UNKNOWN: Status.UNKNOWN}
    record = there.record
    outcome = entry.outcome if entry.outcome_at and not is_too_old(entry.outcome_at, rules) else None
    problem = entry.problem if outcome else None
    before = _last_thumbprint(entry, seen.host, rules)
    replaced = before is not None and record is not None and before != record.thumbprint
    known_status = _of_newcomer(statuses.get(seen.answer, there.status), entry, rules)
    not_asked = record is not None and found is Status.UNKNOWN
    first = next_step(known_status, entry, _last_seen(entry, seen, outcome, problem, not_asked))
    end = seen.status_rules.end(record) if record else None
    # The certificate of a workstation that is silent since gives access until it ends.
    access = access_there(found if record else known_status, end, rules.now)
    waited = _waited_days(entry, record if access.until else None, rules)
    first = after_waiting(first, waited, rules.issuer_overdue)
    is_away = first[0] is NextStep.LOG_ON and entry.is_on_leave(rules.calendar.day(rules.now))
    elsewhere = there.elsewhere and not rules.exceptions.accepted(number, Status.WRONG_HOLDER.value, seen.host.name)
    looked_since = entry.outcome_at and seen.host.facts_at and entry.outcome_at < seen.host.facts_at
    failure = problem if outcome in FAILED_RUNS and not looked_since else None
    step, actor = at_last(first, RemainingCertificates(replaced, elsewhere, failure=failure))
    person = replace(entry.person, pattern=rules.index.pattern, name_check=rules.name_check)
    ending = rules.calendar.ending(end, rules.now) if end else None
    return HolderWorkstation(
        workstation=seen.host.name,
        account=entry.user,
        status=Status.ON_LEAVE if is_away else known_status,
        next_step=step,
        actor=actor,
        valid_from=record.not_before if record else None,
        valid_until=end,
        ends_on=ending.on if ending else None,
        days_left=ending.days_left if ending else None,
        thumbprint=record.thumbprint if record else None,
        logged_on=entry.logged_on,
        facts_at=seen.host.facts_at,
        owner_sid=entry.owner_sid,
        outcome=outcome,
        outcome_at=entry.outcome_at if outcome else None,
        revocation=seen.status_rules.revocation(record) if record else None,
        gives_access=access.given,
        access_until=access.until,
        problem=problem,
        issued_to=person.other_name_in(record) if record else None,
    )
