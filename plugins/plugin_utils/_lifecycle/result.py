# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What became of a holder, and of all holders of a workstation, as users see it: documented keys, the same whatever happened. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from .._crypto.instants import format_instant
from .._crypto.pkcs12_files import UnopenedFile
from .._crypto.store import StoreCertificate
from .._errors import ConnectionLost, ErrorRow, Pkcs12Error, Problem, Sentences, Value
from .._facts.build import FactsScope, LastRun, RecordKey, certificate_row, workstation_record
from .._facts.codec import to_map
from .._facts.holders import HolderEntry, other_names, resolve_accounts
from .._facts.issuer_settings import IssuerSettings
from .._facts.schema import REMOVAL_FAILED, WorkstationRecord
from .._policy.access import Access, Authorisation, access_of, access_there
from .._policy.issuers import Issuers
from .._policy.status import Status
from .._policy.subject import ExpectedSubject
from .._policy.superseding import RemovalMethod, for_other_uses
from .._policy.use import opens_old_data, use_of
from .._policy.validity import Calendar, best_certificate
from .._workstation.lost_connection import may_be_off, unreachable_result
from .._workstation.protocol import journal_row
from .absent import Absent
from .outcomes import DEFERRED, FAILED, grouped, totals
from .present import last_end
from .remaining_keys import kept_with
from .run import HolderRun, HolderTask, WorkstationRun, concerned
from .transaction import SkipReason, Transaction

PENDING = {"key_state": "planned", "key_provider": None}
UNCONFIRMED = Problem("not_confirmed")
"""Nothing was removed, because nobody has confirmed it."""


@dataclass(frozen=True, slots=True)
class DeferralRule:
    """When a holder who has to wait counts as failed: if the holder's access has ended, ends within ``within_days``, or is not known.

    Who waits is not logged on, waits for the issuer, or works at a workstation that is off. None in ``within_days`` means always.
    """

    fails: bool = False
    within_days: int | None = None

    def applies(self, access_days_left: int | None, is_on_leave: bool) -> bool:
        """Whether the rule makes the holder fail. It never does during a known absence."""
        if not self.fails or is_on_leave:
            return False
        return self.within_days is None or access_days_left is None or access_days_left <= self.within_days


@dataclass(frozen=True, slots=True)
class ResultContext:
    """The part of a task that all results depend on. ``confirmed``: whether a removal was; if not, nothing was removed. ``site``: its
    issuers."""

    check_mode: bool
    calendar: Calendar
    now: datetime
    deferral: DeferralRule = DeferralRule()
    confirmed: bool = True
    site: Issuers = field(default_factory=Issuers)


def holder_result(run: HolderRun, context: ResultContext) -> dict[str, Any]:
    """One holder's result. In check mode and for a deferred holder, ``certificate`` is the planned one."""
    done = run.transaction
    context = replace(context, site=run.task.site or context.site)
    offered = _offered(done, run.task.entry.person, context.now, context.site) if done else None
    access = _access_until(offered.certificate.not_after if offered else None, run.task.entry, context)
    deferred = done is not None and done.deferred is not None
    waits = deferred or (done is not None and done.skipped is SkipReason.WAITING_FOR_ISSUER)
    today = context.calendar.day(context.now)
    is_newcomer = is_awaited(run, today)
    overdue = waits and context.deferral.applies(access.days_left, run.task.entry.is_on_leave(today))
    error = None if is_newcomer else run.error
    gone = [_gone(done, *each) for each in done.plan.removals.items()] if done and not done.error else []
    unconfirmed = done is not None and not done.error and bool(done.plan.removals) and not context.confirmed
    return {
        "outcome": SkipReason.WAITING_FOR_ISSUER.value if is_newcomer else outcome_of(run),
        "failed": error is not None or overdue or unconfirmed,
        "changed": _changed(run) and not unconfirmed,
        "planned": context.check_mode and done is not None and done.plan.changes and not deferred,
        "deferred": deferred,
        "offline": done is not None and done.plan.offline,
        "msg": _told(run, offered, access, context),
        "error": ErrorRow(error.problem) if error else None,
        "warning": ErrorRow(refusal.problem) if (refusal := _later_refusal(run)) else None,
        "owner": {"sid": done.owner.sid, "account": done.owner.account.name} if done else None,
        "certificate": _certificate(done, offered, context) if done else None,
        "unopened": [{"path": str(each.path), "code": each.refusal.code} for each in run.task.unopened],
        "access_until": format_instant(access.until) if access.until else None,
        "access_ends_on": access.ends_on.isoformat() if access.ends_on else None,
        "access_days_left": access.days_left,
        "superseded": gone if done and done.leaf else [],
        "removed": gone if done and not done.leaf else [],
        "kept": _kept(run, context.site, context.now),
        "journal": _journal(run),
    }


def _later_refusal(run: HolderRun) -> Pkcs12Error | None:
    """Why a file does not open that may be the holder's new bundle, where nothing has failed for it."""
    return None if run.error else run.task.later_refusal


def outcome_of(run: HolderRun) -> str:
    """The outcome: ``installed``, ``renewed``, ``unchanged``, ``deferred``, ``failed`` and so on."""
    done = run.transaction
    if run.error is not None or done is None:
        return FAILED
    if done.deferred is not None:
        return DEFERRED
    if done.skipped:
        return done.skipped.value
    if done.plan.imports:
        return "renewed" if done.plan.removals else "installed"
    if done.plan.removals:
        return "superseded" if done.leaf else "removed"
    return "changed" if done.plan.changes else "unchanged"


def shown_outcome(row: Mapping[str, Any]) -> str:
    """The outcome of a holder's result, which says also that it was only planned, and how it was reached if that is unusual."""
    code = str(row["outcome"])
    how = "_without_a_logon" if row.get("offline") and code not in (FAILED, DEFERRED) else ""
    would = "would_be_" if row.get("planned") and code != FAILED else ""
    return f"{would}{code}{how}"


def is_awaited(run: HolderRun, today: date) -> bool:
    """Whether a newcomer's first bundle is not there yet, and nobody expects it yet."""
    return run.task.entry.is_awaited(today) and has_no_bundle(run)


def awaited(entry: HolderEntry, causes: tuple[Problem, ...]) -> Problem:
    """What is told of such a newcomer. ``causes``: what is in the folder."""
    day = entry.expected_from
    return Problem("done.awaited_from", {"day": day}, causes=causes) if day else Problem("done.awaited", causes=causes)


def has_no_bundle(run: HolderRun) -> bool:
    """Whether the folder has no file for the holder, not even one of nearly the right name, or one that was put aside."""
    if run.error is None or run.error.code != "no_bundle":
        return False
    return not any(each.code in ("no_bundle.near_files", "no_bundle.put_aside") for each in run.error.problem.causes)


def kept_outcome(run: HolderRun) -> str:
    """The outcome that facts keep. It is ``waiting_for_issuer`` also when the task failed because there was no bundle; a removal
    that failed is told from an installation that did."""
    if has_no_bundle(run):
        return SkipReason.WAITING_FOR_ISSUER.value
    outcome = outcome_of(run)
    return REMOVAL_FAILED if outcome == FAILED and isinstance(run.task.state, Absent) else outcome


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


def cannot_wait(task: HolderTask, context: ResultContext) -> bool:
    """Whether it is too late for a holder at a workstation that does not answer, by the facts of its last answer.

    What the controller knows by itself waits for no workstation: that no bundle opens, or that it is not the holder's.
    """
    end = task.entry.certificate_until
    access = _access_until(end, task.entry, context)
    today = context.calendar.day(context.now)
    due = end is None or context.calendar.is_due(end, context.now)
    if task.error is not None or (due and task.later_refusal is not None):
        return True
    return not task.entry.is_awaited(today) and context.deferral.applies(
        access.days_left, task.entry.is_on_leave(today)
    )


def _access_until(end: datetime | None, entry: HolderEntry, context: ResultContext) -> Access:
    """The holder's access with a certificate that a browser offers until then, and the yearly authorisation."""
    status = Status.VALID if end else Status.MISSING
    there = access_there(status, end, context.now)
    return access_of(status, (there,), Authorisation(entry.anniversary), context.calendar, context.now)


def _offered(done: Transaction, person: ExpectedSubject, now: datetime, site: Issuers) -> StoreCertificate | None:
    return best_certificate(done.after, person, done.leaf.thumbprint if done.leaf else None, now, site)


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


def _kept(run: HolderRun, site: Issuers, now: datetime) -> list[dict[str, Any]]:
    """What a run that installs or removes keeps with its key, because it is for another use, or old mails or files may need it; and of a
    removal what is on a card, also where nothing else was to be removed."""
    done, state = run.transaction, run.task.state
    if run.error or done is None or done.deferred:
        return []
    changes = done.plan.imports or done.plan.removals
    beside = for_other_uses(done.before, done.leaf, run.task.entry.person, site) if changes and done.leaf else ()
    hidden = (done.before.find(key) for key, how in done.plan.removals.items() if how is RemovalMethod.ARCHIVE)
    needed = kept_with(done, state.selector, now) if isinstance(state, Absent) else ()
    old = {each.thumbprint: each for each in (*hidden, *needed) if each and opens_old_data(each.certificate)}
    cards = state.selector.on_cards(done.after, now) if isinstance(state, Absent) else ()
    return [
        {
            "thumbprint": stored.thumbprint,
            "subject_cn": stored.certificate.subject_cn,
            "not_after": format_instant(stored.certificate.not_after),
            "use": use_of(stored.certificate).value,
            "archived": stored.thumbprint in old,
            "on_card": stored in cards,
        }
        for stored in (*beside, *old.values(), *cards)
    ]


def kept_for_use(holder: Mapping[str, Any], kept: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """The same in words, by use. ``holder``: has name, number and account."""
    whose = ", ".join(filter(None, (holder["name"] or holder["user"], holder["authorisation"])))
    counts = Counter((each["archived"], each["on_card"], each["use"]) for each in kept)
    for (archived, on_card, use), count in counts.items():
        code = "kept_for_use.archived" if archived else "kept_for_use.on_card" if on_card else "kept_for_use"
        yield Problem(code, {"whose": whose, "count": count, "use": use})


def _certificate(done: Transaction, offered: StoreCertificate | None, context: ResultContext) -> dict[str, Any] | None:
    """The certificate to install. Without one, the certificate that gives access now."""
    leaf = done.leaf
    installed = done.after.find(leaf.thumbprint) if leaf else offered
    if leaf and (installed is None or not installed.has_key):
        planned = StoreCertificate(leaf, None, False, None)
        return certificate_row(planned, context.calendar, context.now) | PENDING
    return certificate_row(installed, context.calendar, context.now) if installed else None


def _told(run: HolderRun, offered: StoreCertificate | None, access: Access, context: ResultContext) -> Problem | str:
    done = run.transaction
    if run.error is not None and is_awaited(run, context.calendar.day(context.now)):
        return awaited(run.task.entry, run.error.problem.causes)
    if run.error is not None and (done is None or not done.left):
        return run.error.problem
    if done is None:
        return ""
    if done.plan.removals and not context.confirmed:
        beside = (
            *kept_for_use(_named(run.task), _kept(run, context.site, context.now)),
            *_left(done),
            *filter(None, (done.deferred,)),
        )
        return Problem("done.would_lose", causes=(_would_lose(done, context), *beside))
    if done.deferred is not None:
        return _with_absence(done.deferred, run, context)
    if done.skipped and access.ends_on:
        kind = "no_new_bundle" if done.skipped is SkipReason.WAITING_FOR_ISSUER else "not_due"
        # Only an authorisation can have ended: the certificate is one that a browser offers.
        ended = "_and_ended" if access.status is Status.EXPIRED else ""
        told: dict[str, Value] = {"holder": done.owner.name, "ends_on": access.ends_on}
        beside = (*not_opened(run.task.unopened), *run.task.beside)
        return Problem(f"done.{kind}{ended}", told, causes=beside)
    if done.skipped and (end := last_end(done.after, run.task.entry.person, context.now, context.site)):
        file = run.task.ended(context.now)
        ended_too = (Problem("bundle_ended_too", {"file": file}),) if file else ()
        told = {"holder": done.owner.name, "ends_on": context.calendar.ends_on(end)}
        return Problem("done.no_new_bundle_after_the_end", told, causes=(*ended_too, *run.task.beside))
    return _change(run, done, offered, context)


def _left(done: Transaction) -> tuple[Problem, ...]:
    """Why a part of the work stays undone."""
    return (done.left.problem,) if done.left else ()


def not_opened(files: Sequence[UnopenedFile]) -> tuple[Problem, ...]:
    """Files of the folder that are the holder's by name and do not open; one of them may be the new bundle."""
    names = tuple(f"{each.path.name} ({each.refusal.code})" for each in files)
    return (Problem("not_opened", {"files": names}),) if files else ()


def _with_absence(deferred: Problem, run: HolderRun, context: ResultContext) -> Problem:
    entry = run.task.entry
    if not entry.absent_until or not entry.is_on_leave(context.calendar.day(context.now)):
        return deferred
    return Problem("deferred.away", {"back": entry.absent_until}, causes=(deferred,))


def _change(run: HolderRun, done: Transaction, offered: StoreCertificate | None, context: ResultContext) -> Problem:
    """What was done, or would be, and until when the holder then has access."""
    removals, kept = len(done.plan.removals), kept_for_use(_named(run.task), _kept(run, context.site, context.now))
    beside = (*not_opened(run.task.unopened), *kept, *_left(done))
    leaf = done.leaf or (offered.certificate if offered and not removals else None)
    holder, computer = done.owner.name, done.inventory.computer
    if leaf is None and not removals:
        return Problem("done.nothing_to_remove", {"holder": holder, "computer": computer}, causes=beside)
    if leaf is None:
        code = f"done.{'would_remove' if context.check_mode else 'removed'}{'_offline' if done.plan.offline else ''}"
        return Problem(code, {"count": removals, "holder": holder, "computer": computer}, causes=beside)
    imported = "done.would_install" if context.check_mode else "done.installed"
    code = imported if done.plan.imports else "done.is_installed"
    last = max(leaf.not_after, offered.certificate.not_after) if offered else leaf.not_after
    told: dict[str, Any] = {
        "certificate": leaf.subject_cn or leaf.thumbprint,
        "holder": holder,
        "ends_on": _access_until(last, run.task.entry, context).ends_on,
    }
    older = Problem("done.would_supersede" if context.check_mode else "done.superseded", {"count": removals})
    causes = (*((older,) if removals else ()), *beside)
    return Problem(f"{code}_and_signs" if done.proven else code, told, causes=causes)


def _would_lose(done: Transaction, context: ResultContext) -> Problem:
    found = [stored.certificate for thumbprint in done.plan.removals if (stored := done.before.find(thumbprint))]
    lost = (
        Problem(
            "certificate_until",
            {
                "certificate": each.subject_cn or each.subject,
                "issuer": each.issuer_cn or each.issuer,
                "ends_on": context.calendar.ends_on(each.not_after),
            },
        )
        for each in found
    )
    return Problem("would_lose", causes=tuple(lost))


def workstation_result(
    run: WorkstationRun,
    scope: FactsScope,
    context: ResultContext,
    noted: Iterable[str] = (),
    not_taken_back: Iterable[str] = (),
    has_notes: bool = False,
) -> dict[str, Any]:
    """The documented result of ``holder_certificates``. ``noted``: whose removal is written down in the bundle folder.

    ``has_notes``: everybody who leaves has a note since an earlier run, so where nothing is left to remove, nothing is left to confirm.
    """
    rows = [_named(each.task) | holder_result(each, context) for each in run.holders]
    unconfirmed = not context.confirmed and (not has_notes or any(row["failed"] for row in rows))
    facts = record_after(run, scope, context.check_mode)
    served = (each.task.entry for each in run.holders if not (each.transaction and each.transaction.plan.removals))
    return {
        "changed": any(row["changed"] for row in rows),
        "failed": any(row["failed"] for row in rows),
        "msg": Sentences(
            (
                *_totals(run.inventory.computer, rows),
                *((Problem("not_searched", {"places": run.not_searched}),) if run.not_searched else ()),
                *((UNCONFIRMED,) if unconfirmed else ()),
            )
        ),
        "workstation": run.inventory.computer,
        "clock_skew_seconds": run.inventory.skew(run.observed_at),
        "holders": rows,
        "not_found": list(run.not_found),
        "not_searched": list(run.not_searched),
        "noted": list(noted),
        "unconfirmed": unconfirmed,
        "not_taken_back": list(not_taken_back),
        "failed_holders": [label for row, label in zip(rows, labels(rows), strict=True) if row["failed"]],
        "other_names": other_names(facts, served),
        "ansible_facts": {"pkcs12": to_map(facts)},
    }


def silent_result(problem: ConnectionLost, tasks: Sequence[HolderTask], context: ResultContext) -> dict[str, Any]:
    """The result for a workstation that did not answer. If it may be off, ``failed_holders`` has those alone who cannot wait for it.

    Without ``failed_holders``, the workstation needs somebody at once.
    """
    result = unreachable_result(problem)
    if not may_be_off(result):
        return result
    named = zip(tasks, labels([_named(each) for each in tasks]), strict=True)
    urgent = {label: _why_now(each, context) for each, label in named if cannot_wait(each, context)}
    told = Sentences((problem.problem, *grouped(urgent.items())))
    return result | {"msg": told, "failed_holders": [*urgent]}


def waiting_tasks(
    tasks: Sequence[HolderTask], known: Iterable[HolderEntry], settings: IssuerSettings
) -> list[HolderTask]:
    """The tasks of a workstation that did not answer, each with what its facts know of the holder (``known``), and of the issuer."""
    entries = {entry.key: entry for entry in known}
    waiting = [
        replace(task, entry=settings.under(entries[task.entry.key], task.entry.issuer_setting)) for task in tasks
    ]
    return [run.task for run in concerned([HolderRun(task) for task in waiting])]


def _why_now(task: HolderTask, context: ResultContext) -> Problem:
    if refusal := task.error or task.later_refusal:
        return refusal.problem
    ends_on = _access_until(task.entry.certificate_until, task.entry, context).ends_on
    if ends_on:
        return Problem("access_ends", {"day": ends_on})
    return Problem("no_access" if task.entry.in_facts else "no_access.never_seen")


def help_wanted(host: str, result: Mapping[str, Any]) -> Any:
    """Why somebody has to do something on this workstation; empty if nobody has to.

    A workstation that did not answer and a task that was refused have no list of failed holders.
    """
    if result.get("no_workstation") or not result.get("failed_holders", [host]):
        return ""
    if result.get("unreachable"):
        return Problem("did_not_answer", {"host": host}, causes=(result["error"].problem,))
    return result["msg"]


def certificate_result(run: WorkstationRun, scope: FactsScope, context: ResultContext) -> dict[str, Any]:
    """The documented result of ``certificate``: the one holder's, with the facts of the workstation."""
    (holder,) = run.holders
    return holder_result(holder, context) | {
        "workstation": run.inventory.computer,
        "clock_skew_seconds": run.inventory.skew(run.observed_at),
        "ansible_facts": {"pkcs12": to_map(record_after(run, scope, context.check_mode))},
    }


def record_after(run: WorkstationRun, scope: FactsScope, check_mode: bool) -> WorkstationRecord:
    """``ansible_facts.pkcs12`` after a run. Check mode adds no outcome, because facts are kept after the run."""
    outcomes = {} if check_mode else dict(_outcomes(run))
    scope = replace(scope, entries=resolve_accounts(scope.entries, run.inventory), outcomes=outcomes)
    return workstation_record(run.inventory, run.stores, scope, run.observed_at)


def _outcomes(run: WorkstationRun) -> Iterator[tuple[RecordKey, LastRun]]:
    at = run.observed_at.replace(microsecond=0)
    for each in run.holders:
        outcome = kept_outcome(each)
        refusal = each.error if outcome in (FAILED, REMOVAL_FAILED) else _later_refusal(each)
        entry = each.task.entry
        yield (*entry.key, entry.issuer_setting), LastRun(outcome, at, refusal.problem if refusal else None)


def _named(task: HolderTask) -> dict[str, Any]:
    entry = task.entry
    named = {"user": entry.user, "name": entry.person.name, "authorisation": entry.person.authorisation}
    return named | {"issuer_setting": entry.issuer_setting}


def labels(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each holder as people name him, with the account; with the number, too, where another one has the same name and account. With several
    issuers of the site, the row of one has its name."""
    settings = [f", {row['issuer_setting']}" if row.get("issuer_setting") else "" for row in rows]
    return [f"{label}{setting}" for label, setting in zip(_people(rows), settings, strict=True)]


def _people(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    found = [f"{row['name'] or row['authorisation'] or row['user']} ({row['user']})" for row in rows]
    people = {(label, row["authorisation"]) for label, row in zip(found, rows, strict=True)}
    times = Counter(label.casefold() for label, _number in people)
    return [
        label if times[label.casefold()] == 1 else f"{row['name']}, {row['authorisation']} ({row['user']})"
        for label, row in zip(found, rows, strict=True)
    ]


def _totals(computer: str, rows: Sequence[Mapping[str, Any]]) -> Sequence[Problem]:
    """Totals by outcome, then the holders who need help."""
    if not rows:
        return [Problem("done.no_holders", {"computer": computer})]
    counts = totals(Counter(shown_outcome(row) for row in rows))
    calm = not any(row["failed"] for row in rows)
    told = (
        (label, row["msg"])
        for row, label in zip(rows, labels(rows), strict=True)
        if row["failed"] or (row["outcome"] == DEFERRED and calm)
    )
    return [Problem("done.workstation", {"computer": computer}, causes=counts), *grouped(told)]
