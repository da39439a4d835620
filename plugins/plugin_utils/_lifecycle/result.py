# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What became of one holder, as users see it: documented keys, no secret, the same keys whatever happened. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .._crypto.instants import format_instant
from .._crypto.pkcs12_files import near_sentence
from .._crypto.store import StoreCertificate
from .._errors import counted
from .._facts.build import certificate_row
from .._facts.holders import HolderEntry
from .._policy.access import Access, Authorisation, access_of
from .._policy.status import Status
from .._policy.subject import ExpectedSubject
from .._policy.superseding import RemovalMethod
from .._policy.validity import Calendar, best_certificate
from .._workstation.protocol import journal_row
from .run import HolderRun, HolderTask
from .transaction import SkipReason, Transaction

PENDING = {"key_state": "planned", "key_provider": None}
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DeferralRule:
    """When a holder who has to wait counts as failed: if the holder's access has ended, ends within ``within_days``, or is not known.

    Who waits is not logged on, waits for the issuer, or works at a workstation that is off. None in ``within_days`` means always.
    """

    fails: bool = False
    within_days: int | None = None

    def applies(self, access_days_left: int | None, absent_until: date | None, today: date) -> bool:
        """Whether the rule makes the holder fail. It never does before the end of a known absence."""
        if not self.fails or (absent_until is not None and today < absent_until):
            return False
        return self.within_days is None or access_days_left is None or access_days_left <= self.within_days


@dataclass(frozen=True, slots=True)
class ResultContext:
    """The part of a task that all results depend on. ``confirmed``: whether a removal was; if not, nothing was removed."""

    check_mode: bool
    calendar: Calendar
    now: datetime
    deferral: DeferralRule = DeferralRule()
    confirmed: bool = True


def holder_result(run: HolderRun, context: ResultContext) -> dict[str, Any]:
    """One holder's result. In check mode and for a deferred holder, ``certificate`` is the planned one."""
    done = run.transaction
    offered = _offered(done, run.task.entry.person, context.now) if done else None
    access = _access(offered, run.task.entry, context)
    deferred = done is not None and done.deferred is not None
    waits = deferred or (done is not None and done.skipped is SkipReason.WAITING_FOR_ISSUER)
    today = context.calendar.day(context.now)
    awaited = is_awaited(run, today)
    overdue = waits and context.deferral.applies(access.days_left, run.task.entry.absent_until, today)
    error = None if awaited else run.error
    gone = [_gone(done, *each) for each in done.plan.removals.items()] if done and not done.error else []
    unconfirmed = error is None and done is not None and bool(done.plan.removals) and not context.confirmed
    return {
        "outcome": SkipReason.WAITING_FOR_ISSUER.value if awaited else outcome_of(run),
        "failed": error is not None or overdue or unconfirmed,
        "changed": _changed(run) and not unconfirmed,
        "planned": context.check_mode and done is not None and done.plan.changes and not deferred,
        "deferred": deferred,
        "offline": done is not None and done.plan.offline,
        "msg": _message(run, offered, access, context),
        "error": {"code": error.code, "next_step": error.next_step} if error else None,
        "owner": {"sid": done.owner.sid, "account": done.owner.account.name} if done else None,
        "certificate": _certificate(done, offered, context) if done else None,
        "unopened": [{"path": str(each.path), "code": each.refusal.code} for each in run.task.unopened],
        "access_until": format_instant(access.until) if access.until else None,
        "access_days_left": access.days_left,
        "superseded": gone if done and done.leaf else [],
        "removed": gone if done and not done.leaf else [],
        "journal": _journal(run),
    }


def outcome_of(run: HolderRun) -> str:
    """The outcome: ``installed``, ``renewed``, ``unchanged``, ``deferred``, ``failed`` and so on."""
    done = run.transaction
    if run.error is not None or done is None:
        return FAILED
    if done.deferred is not None:
        return "deferred"
    if done.skipped:
        return done.skipped.value
    if done.plan.imports:
        return "renewed" if done.plan.removals else "installed"
    if done.plan.removals:
        return "superseded" if done.leaf else "removed"
    return "changed" if done.plan.changes else "unchanged"


def shown_outcome(row: Mapping[str, Any]) -> str:
    """The outcome of a holder's result in words: with ``would be`` in check mode, and how it was reached if that is unusual."""
    outcome = str(row["outcome"]).replace("_", " ")
    how = " without a logon" if row.get("offline") and outcome != FAILED else ""
    would = "would be " if row.get("planned") and outcome != FAILED else ""
    return f"{would}{outcome}{how}"


def is_awaited(run: HolderRun, today: date) -> bool:
    """Whether a newcomer's first bundle is not there yet, and nobody expects it yet."""
    return run.task.entry.is_awaited(today) and has_no_bundle(run)


def has_no_bundle(run: HolderRun) -> bool:
    """Whether the folder has no file for the holder, not even one of nearly the right name."""
    return run.error is not None and run.error.code == "no_bundle" and not run.task.near


def kept_outcome(run: HolderRun) -> str:
    """The outcome that facts keep. It is ``waiting_for_issuer`` also when the task failed because there was no bundle."""
    if has_no_bundle(run):
        return SkipReason.WAITING_FOR_ISSUER.value
    return outcome_of(run)


def _changed(run: HolderRun) -> bool:
    """Whether the run changed the store, or would have in check mode."""
    if run.error is not None:
        return run.error.changed
    done = run.transaction
    return done is not None and done.plan.changes and done.deferred is None


def _journal(run: HolderRun) -> list[dict[str, Any]]:
    if run.transaction is None:
        return [dict(row) for row in run.error.journal] if run.error else []
    return [journal_row(entry) for entry in run.transaction.journal]


def _access(offered: StoreCertificate | None, entry: HolderEntry, context: ResultContext) -> Access:
    """The holder's access with the certificate that a browser offers, and the yearly authorisation."""
    return _access_until(offered.certificate.not_after if offered else None, entry, context)


def cannot_wait(task: HolderTask, context: ResultContext) -> bool:
    """Whether it is too late for a holder at a workstation that does not answer, by the facts of its last answer.

    What the controller knows by itself waits for no workstation: that no bundle opens, or that it is not the holder's.
    """
    access = _access_until(task.entry.certificate_until, task.entry, context)
    today = context.calendar.day(context.now)
    due = access.days_left is None or access.days_left <= context.calendar.renew_before_days
    if task.error is not None or (due and task.may_be_new_and_does_not_open):
        return True
    return not task.entry.is_awaited(today) and context.deferral.applies(
        access.days_left, task.entry.absent_until, today
    )


def _access_until(end: datetime | None, entry: HolderEntry, context: ResultContext) -> Access:
    status = Status.VALID if end else Status.MISSING
    authorisation = Authorisation(entry.anniversary, context.calendar.renew_before_days)
    return access_of(status, end, authorisation, context.calendar, context.now)


def _offered(done: Transaction, person: ExpectedSubject, now: datetime) -> StoreCertificate | None:
    return best_certificate(done.after, person, done.leaf.thumbprint if done.leaf else None, now)


def _gone(done: Transaction, thumbprint: str, method: RemovalMethod) -> dict[str, Any]:
    """A certificate that was or would be superseded or removed, and what happened to its key."""
    stored = done.before.find(thumbprint)
    facts = [
        entry.facts for entry in done.journal if entry.facts.get("thumbprint") == thumbprint and entry.outcome == "done"
    ]
    key = {name: value for each in facts for name, value in each.items()}
    return {
        "thumbprint": thumbprint,
        "subject_cn": stored.certificate.subject_cn if stored else None,
        "not_after": format_instant(stored.certificate.not_after) if stored else None,
        "method": method.value,
        "key": key.get("key", "kept" if facts else "planned"),
        "kept_because": key.get("kept_because", method.value if facts and method is RemovalMethod.ARCHIVE else None),
    }


def _certificate(done: Transaction, offered: StoreCertificate | None, context: ResultContext) -> dict[str, Any] | None:
    """The certificate to install. Without one, the certificate that gives access now."""
    leaf = done.leaf
    installed = done.after.find(leaf.thumbprint) if leaf else offered
    if leaf and (installed is None or not installed.has_key):
        planned = StoreCertificate(leaf, None, False, None)
        return certificate_row(planned, context.calendar, context.now) | PENDING
    return certificate_row(installed, context.calendar, context.now) if installed else None


def _message(run: HolderRun, offered: StoreCertificate | None, access: Access, context: ResultContext) -> str:
    if run.error is not None:
        return run.error.sentences
    done = run.transaction
    if done is None:
        return ""
    if done.plan.removals and not context.confirmed:
        return " ".join(filter(None, (_would_lose(done), done.deferred)))
    if done.deferred is not None:
        return f"{done.deferred}{_absence(run, context)}"
    if done.skipped and access.until:
        return f"{_skipped(done)}; {_access_sentence(access, context)}{_unopened(run)}{near_sentence(run.task.near)}"
    return f"{_sentence(done, offered, context.check_mode)}{_unopened(run)}"


def _skipped(done: Transaction) -> str:
    reason = "no new bundle is there" if done.skipped is SkipReason.WAITING_FOR_ISSUER else "renewal is not due"
    return f"{done.owner.name}: {reason}"


def _access_sentence(access: Access, context: ResultContext) -> str:
    """Only an authorisation can have ended: the certificate is one that a browser offers."""
    if access.until is None:
        return ""
    if access.status is Status.EXPIRED:
        return f"the yearly authorisation has ended, and access with it on {context.calendar.day(access.until)}."
    return f"access works until {context.calendar.day(access.until)}."


def _unopened(run: HolderRun) -> str:
    """Files of the folder that are the holder's by name and do not open; one of them may be the new bundle."""
    files = ", ".join(f"{each.path.name} ({each.refusal.code})" for each in run.task.unopened)
    return f" Not opened: {files}." if files else ""


def _absence(run: HolderRun, context: ResultContext) -> str:
    back = run.task.entry.absent_until
    return f" The holder is away until {back}." if back and context.calendar.day(context.now) < back else ""


def _sentence(done: Transaction, offered: StoreCertificate | None, check_mode: bool) -> str:
    removals = len(done.plan.removals)
    would = "would be" if check_mode else "was"
    leaf = done.leaf or (offered.certificate if offered and not removals else None)
    if leaf is None:
        return _removed(done, removals, check_mode)
    verb = f"{would} installed" if done.plan.imports else "is installed"
    proof = " and its key signs" if done.proven else ""
    superseded = (
        f"; {counted(removals, 'older certificate')} {_were(removals, check_mode)} superseded" if removals else ""
    )
    name = leaf.subject_cn or leaf.thumbprint
    return f"{name} {verb} for {done.owner.name}{proof}{superseded}; valid until {leaf.not_after:%Y-%m-%d}."


def _would_lose(done: Transaction) -> str:
    found = [stored.certificate for thumbprint in done.plan.removals if (stored := done.before.find(thumbprint))]
    lost = (
        f"{each.subject_cn or each.subject} of {each.issuer_cn or each.issuer}, valid until {each.not_after:%Y-%m-%d}"
        for each in found
    )
    return f"would lose {'; '.join(lost)}."


def _removed(done: Transaction, count: int, check_mode: bool) -> str:
    if not count:
        return f"There is nothing to remove for {done.owner.name} on {done.inventory.computer}."
    were = _were(count, check_mode)
    how = ", from the profile, without a logon" if done.plan.offline else ""
    return f"{counted(count, 'certificate')} {were} removed for {done.owner.name} on {done.inventory.computer}{how}."


def _were(number: int, check_mode: bool) -> str:
    return "would be" if check_mode else "was" if number == 1 else "were"
