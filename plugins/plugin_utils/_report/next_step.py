# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What is to be done next for a holder at a workstation, and by whom. Pure."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from .._errors import Actor, Problem
from .._facts.holders import Awaiting, HolderEntry
from .._messages.codes import actor_of
from .._policy.status import Status
from .model import NextStep
from .no_answer import NoAnswerReason

Action = tuple[NextStep, Actor]

NO_STORE = "no_store"
"""Code of a store that is not where it usually is, while nobody says where else: its owner is not logged on."""

NOTHING = (NextStep.NOTHING, Actor.NOBODY)

BY_STATUS = {
    Status.NEVER_SEEN: (NextStep.SET_UP_WORKSTATION, Actor.IT),
    Status.VALID: NOTHING,
    Status.REVOKED: (NextStep.REPLACE_REVOKED, Actor.IT),
    Status.WEAK: (NextStep.ASK_FOR_STRONGER, Actor.ISSUER),
    Status.UNKNOWN_ISSUER: (NextStep.ADD_AUTHORITY, Actor.IT),
    Status.NOT_YET_VALID: (NextStep.CHECK_CLOCK_OR_WAIT, Actor.IT),
    Status.WRONG_HOLDER: (NextStep.REMOVE_FROM_OTHERS, Actor.IT),
}
"""What a status alone decides."""

BY_TASK = {
    Status.DUPLICATE: NextStep.RETIRE_OLDER,
    Status.RENEWAL_DUE: NextStep.RENEW,
    Status.EXPIRED: NextStep.RENEW,
    Status.MISSING: NextStep.ENROL,
    Status.KEY_MISSING: NextStep.ENROL,
}
"""What a task of ours cures, as soon as the holder is logged on and the issuer has delivered."""


AWAITED = {
    Awaiting.DOCUMENT: (NextStep.RETURN_DOCUMENT, Actor.EMPLOYER),
    Awaiting.BUNDLE: (NextStep.AWAIT_BUNDLE, Actor.ISSUER),
}
"""What a newcomer's first certificate waits for. Until then, IT can do nothing."""


BY_REASON = {
    NoAnswerReason.REFUSED: NextStep.ADMIT_ACCOUNT,
    NoAnswerReason.NAME_NOT_RESOLVED: NextStep.CORRECT_NAME,
    NoAnswerReason.CONTROLLER: NextStep.PREPARE_CONTROLLER,
    NoAnswerReason.CONNECTION: NextStep.CORRECT_CONNECTION,
    NoAnswerReason.LISTENER: NextStep.CORRECT_LISTENER,
    NoAnswerReason.FAILED: NextStep.RUN_AUDIT,
    NoAnswerReason.NOT_ASKED: NextStep.RUN_AUDIT,
    NoAnswerReason.UNUSABLE: NextStep.RUN_AUDIT,
    NoAnswerReason.VARIABLES: NextStep.CORRECT_VARIABLES,
}
"""What makes a workstation answer in another way than reaching it."""


NOT_TO_SET_UP = (
    NoAnswerReason.REFUSED,
    NoAnswerReason.NAME_NOT_RESOLVED,
    NoAnswerReason.CONTROLLER,
    NoAnswerReason.CONNECTION,
    NoAnswerReason.LISTENER,
    NoAnswerReason.UNUSABLE,
    NoAnswerReason.VARIABLES,
    NoAnswerReason.NOT_ASKED,
)
"""What a workstation of which no facts can be read needs something else for than to be set up."""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What is known from the workstation. ``outcome``: what the last renewal said; ``problem``: why it failed, or
    why a file does not open that may be the new bundle. ``no_answer``: None if the
    workstation answered, so that what is unknown is in its store. ``unread``: codes of the reasons for which the holder's store was not
    read. ``not_asked``: nobody has looked who signed the certificate.
    """

    outcome: str | None
    no_answer: NoAnswerReason | None
    unread: Set[str] = frozenset()
    problem: Problem | None = None
    not_asked: bool = False


def next_step(status: Status, entry: HolderEntry, seen: LastSeen) -> Action:
    """The step. A holder whom the facts of the workstation do not know was not looked for there yet."""
    if status in (Status.MISSING, Status.AWAITED) and entry.awaiting:
        return AWAITED[entry.awaiting]
    if entry.row_problem and status not in (Status.UNKNOWN, Status.NEVER_SEEN, Status.WRONG_HOLDER):
        return NextStep.CORRECT_ROW, Actor.IT  # nothing else is done for this person until then
    if status is Status.UNKNOWN or (status is Status.NEVER_SEEN and seen.no_answer in NOT_TO_SET_UP):
        return _of_unknown(entry, seen), Actor.IT
    return _by_certificate(status, entry, seen)


def _by_certificate(status: Status, entry: HolderEntry, seen: LastSeen) -> Action:
    if status is not Status.NEVER_SEEN and entry.owner_sid is None:
        return NextStep.CORRECT_INVENTORY, Actor.IT
    if status not in BY_TASK:
        return BY_STATUS[status]
    if seen.outcome == "waiting_for_issuer":
        return NextStep.AWAIT_BUNDLE, Actor.ISSUER
    if seen.problem and seen.outcome != "deferred":  # a logon would not mend it, and the same again would fail again
        return NextStep.MEND_FAILURE, actor_of(seen.problem)
    if seen.outcome == "deferred" or not entry.logged_on:
        return NextStep.LOG_ON, Actor.HOLDER
    return BY_TASK[status], Actor.IT


def _of_unknown(entry: HolderEntry, seen: LastSeen) -> NextStep:
    if seen.no_answer:
        return BY_REASON.get(seen.no_answer, NextStep.REACH_WORKSTATION)
    if not entry.in_facts or seen.not_asked:
        return NextStep.RUN_AUDIT
    return NextStep.AUDIT_LOGGED_ON if seen.unread == {NO_STORE} else NextStep.REPAIR_PROFILE


def after_waiting(step: Action, waited_days: int | None, overdue_days: int | None) -> Action:
    """What comes after the issuer was waited for too long: the mail may have come to the holder, or somebody has to call.

    ``waited_days``: since the bundle was due, None if it never was. ``overdue_days``: from so many days on; None: never.
    """
    if step != (NextStep.AWAIT_BUNDLE, Actor.ISSUER) or waited_days is None or overdue_days is None:
        return step
    return (NextStep.CALL_ISSUER, Actor.IT) if waited_days >= overdue_days else step


@dataclass(frozen=True, slots=True)
class RemainingCertificates:
    """Work that may be left although the certificate itself needs nothing.

    ``replaced``: it is another one than in the earlier report. ``elsewhere``: somebody else has one of the holder's. ``unassigned``: the
    holder has one where the inventory does not know him. ``failure``: why the last run failed here, where nobody has looked since.
    """

    replaced: bool = False
    elsewhere: bool = False
    unassigned: bool = False
    failure: Problem | None = None


def at_last(step: Action, left: RemainingCertificates) -> Action:
    """The step. If there is none, the most urgent remaining work."""
    if step != NOTHING:
        return step
    if left.elsewhere:
        return NextStep.REMOVE_FROM_OTHERS, Actor.IT
    if left.failure:
        return NextStep.MEND_FAILURE, actor_of(left.failure)
    if left.unassigned:
        return NextStep.ASSIGN_WORKSTATION, Actor.IT
    if left.replaced:
        # A running browser still offers the certificate that it used before.
        return NextStep.CLOSE_BROWSER, Actor.HOLDER
    return NOTHING


def with_authorisation(step: Action, authorisation: Status | None, is_first: bool) -> Action:
    """The step, or the renewal of the authorisation where that comes first.

    ``is_first``: access ends with the authorisation before it ends with the certificate. After the end of the authorisation, no certificate
    gives access, and the issuer sends none. Only a certificate that somebody else could use is more urgent.
    """
    if authorisation not in (Status.RENEWAL_DUE, Status.EXPIRED) or step[0] is NextStep.REMOVE_FROM_OTHERS:
        return step
    comes_first = authorisation is Status.EXPIRED or is_first or step == NOTHING
    return (NextStep.RENEW_AUTHORISATION, Actor.EMPLOYER) if comes_first else step
