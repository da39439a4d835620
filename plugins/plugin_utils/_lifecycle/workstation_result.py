# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The result of a run over a workstation: totals, the holders who need help, and the facts of all holders. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from .._errors import ConnectionLost
from .._facts.build import FactsScope, workstation_record
from .._facts.codec import to_map
from .._facts.holders import HolderEntry, resolve_accounts
from .._workstation.lost_connection import may_be_off, unreachable_result
from .result import FAILED, ResultContext, cannot_wait, holder_result, kept_outcome, shown_outcome
from .run import HolderRun, HolderTask, WorkstationRun

UNCONFIRMED = "Nothing was removed. If all of this is right, set pkcs12_confirm_removal to true, for this run only."


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
    return {
        "changed": any(row["changed"] for row in rows),
        "failed": any(row["failed"] for row in rows),
        "msg": _message(run.inventory.computer, rows)
        + _not_searched(run.not_searched)
        + (f" {UNCONFIRMED}" if unconfirmed else ""),
        "workstation": run.inventory.computer,
        "clock_skew_seconds": run.inventory.skew(run.observed_at),
        "holders": rows,
        "not_found": list(run.not_found),
        "not_searched": list(run.not_searched),
        "noted": list(noted),
        "unconfirmed": unconfirmed,
        "not_taken_back": list(not_taken_back),
        "failed_holders": [label for row, label in zip(rows, labels(rows), strict=True) if row["failed"]],
        "ansible_facts": {"pkcs12": facts_after(run, scope, context.check_mode)},
    }


def silent_result(problem: ConnectionLost, tasks: Sequence[HolderTask], context: ResultContext) -> dict[str, Any]:
    """The result for a workstation that did not answer. If it may be off, ``failed_holders`` has those alone who cannot wait for it.

    Without ``failed_holders``, the workstation needs somebody at once.
    """
    result = unreachable_result(problem)
    if not may_be_off(result):
        return result
    named = zip(tasks, labels([_named(each) for each in tasks]), strict=True)
    return result | {"failed_holders": [label for each, label in named if cannot_wait(each, context)]}


def help_wanted(host: str, result: Mapping[str, Any]) -> str:
    """Why somebody has to do something on this workstation, in a sentence; empty if nobody has to.

    A workstation that did not answer and a task that was refused have no list of failed holders.
    """
    if result.get("no_workstation") or not result.get("failed_holders", [host]):
        return ""
    return f"{host} did not answer: {result['msg']}" if result.get("unreachable") else str(result["msg"])


def certificate_result(run: WorkstationRun, scope: FactsScope, context: ResultContext) -> dict[str, Any]:
    """The documented result of ``certificate``: the one holder's, with the facts of the workstation."""
    (holder,) = run.holders
    return holder_result(holder, context) | {
        "workstation": run.inventory.computer,
        "clock_skew_seconds": run.inventory.skew(run.observed_at),
        "ansible_facts": {"pkcs12": facts_after(run, scope, context.check_mode)},
    }


def facts_after(run: WorkstationRun, scope: FactsScope, check_mode: bool) -> dict[str, Any]:
    """``ansible_facts.pkcs12`` after a run. Check mode adds no outcome, because facts are kept after the run."""
    entries = resolve_accounts(scope.entries, run.inventory)
    if not check_mode:
        entries = _with_outcomes(entries, run)
    scope = replace(scope, entries=entries)
    return to_map(workstation_record(run.inventory, run.stores, scope, run.observed_at))


def _with_outcomes(entries: Sequence[HolderEntry], run: WorkstationRun) -> tuple[HolderEntry, ...]:
    at = run.observed_at.replace(microsecond=0)
    runs = {each.task.entry.key: each for each in run.holders}
    return tuple(_with_outcome(entry, runs[entry.key], at) if entry.key in runs else entry for entry in entries)


def _with_outcome(entry: HolderEntry, run: HolderRun, at: datetime) -> HolderEntry:
    outcome = kept_outcome(run)
    problem = run.error.problem if run.error and outcome == FAILED else None
    return replace(entry, outcome=outcome, outcome_at=at, problem=problem)


def _named(task: HolderTask) -> dict[str, Any]:
    entry = task.entry
    return {"user": entry.user, "name": entry.person.name, "authorisation": entry.person.authorisation}


def _not_searched(places: Sequence[str]) -> str:
    return f" Not searched, because it cannot be read: {', '.join(places)}." if places else ""


def labels(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each holder as people name him, with the account; with the number, too, where another one has the same name and account."""
    found = [f"{row['name'] or row['authorisation'] or row['user']} ({row['user']})" for row in rows]
    times = Counter(label.casefold() for label in found)
    return [
        label if times[label.casefold()] == 1 else f"{row['name']}, {row['authorisation']} ({row['user']})"
        for label, row in zip(found, rows, strict=True)
    ]


def _message(computer: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Totals by outcome, then the holders who need help, each with the sentence."""
    if not rows:
        return f"{computer}: there are no holders."
    counts = Counter(shown_outcome(row) for row in rows)
    totals = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    names_by_sentence: dict[str, list[str]] = {}
    for row, label in zip(rows, labels(rows), strict=True):
        if row["failed"] or (row["outcome"] == "deferred" and not any(each["failed"] for each in rows)):
            names_by_sentence.setdefault(row["msg"], []).append(label)
    return " ".join(
        [f"{computer}: {totals}.", *(f"{', '.join(who)}: {said}" for said, who in names_by_sentence.items())]
    )
