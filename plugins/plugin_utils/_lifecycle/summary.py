# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What became of all hosts of a run: totals, then by name everybody who needs help. Pure."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from .._errors import counted
from .audit import problem_of
from .leaving import nobody_taken_back
from .result import UNCONFIRMED
from .summary_rows import (
    FAILED,
    NOT_REACHED,
    NOT_READY,
    SILENT,
    SKIPPED,
    WAITING,
    WITHOUT_HOLDERS,
    Listed,
    Result,
    SummaryRow,
    account_names,
    ends_failed,
    is_failed,
    is_left_out,
    rows_of,
)

MOST_NAMES = 10
"""How many are named of those who need nobody."""
WIDTH = 140
WITH_FAILURES = "with failed holders"
FIRST = (FAILED, WITH_FAILURES, NOT_READY, SILENT, NOT_REACHED, *WAITING)
"""Outcomes that need a person come first, in this order."""


def summary(
    results: Mapping[str, Result | None], known: Set[str], listed: Mapping[str, Listed] | None = None
) -> dict[str, Any]:
    """The documented result. ``known``: authorisation numbers that the inventory has for these hosts. ``listed``: by host, what the
    inventory says of its holders; None if the run is not about all of them."""
    rows = [row for host, result in results.items() for row in rows_of(host, result, (listed or {}).get(host))]
    missing = found_nowhere("not_found", results.values(), known)
    unconfirmed = any((result or {}).get("unconfirmed") for result in results.values())
    not_taken_back = found_nowhere("not_taken_back", results.values(), known)
    failed = [host for host, result in results.items() if is_failed(result)]
    hosts = [host for host, result in results.items() if not is_left_out(result)]
    headline = _headline(results, rows)
    return {
        "changed": False,
        "failed": False,
        "msg": headline,
        "lines": [
            headline,
            *_found_nowhere(missing),
            *nobody_taken_back(not_taken_back),
            *_rows_for_somebody(rows),
            *_others(rows),
            *_unread(results),
            *_without_holders(rows),
            *_table(rows),
            *([UNCONFIRMED] if unconfirmed else _after_removal(results.values())),
        ],
        "totals": dict(sorted(Counter(row.outcome for row in rows).items())),
        "needs_somebody": sorted({row.host for row in rows if row.needs_somebody}),
        "failed_hosts": failed,
        "failed_percentage": round(100 * len(failed) / len(hosts), 2) if hosts else 0.0,
        "hosts_ending_failed": [host for host, result in results.items() if ends_failed(result)],
        "unreachable_hosts": (silent := [row.host for row in rows if row.outcome == SILENT]),
        "none_answered": _none_answered(silent, [host for host in hosts if results[host] is not None]),
        "hosts_not_reached": [row.host for row in rows if row.outcome == NOT_REACHED],
        "not_found": missing,
        "not_taken_back": not_taken_back,
        "unconfirmed": unconfirmed,
    }


def found_nowhere(key: str, results: Iterable[Result | None], known: Set[str]) -> list[str]:
    """Numbers that no host of the run has, by this key of their results: neither in its inventory nor, for a removal, in a store."""
    lists = [result[key] for result in results if result and isinstance(result.get(key), list)]
    if not lists:
        return []
    return [str(number) for number in lists[0] if number not in known and all(number in each for each in lists)]


def _none_answered(silent: Sequence[str], called: Sequence[str]) -> str:
    """A sentence if no workstation of several answered: then they are not off, or not all of them. Otherwise an empty text."""
    if len(called) < 2 or len(silent) < len(called):
        return ""
    where = "the network of the controller, its DNS, and the address and the port of the connection"
    none = f"None of {counted(len(called), 'workstation')} answered."
    return f"{none} Check {where}: workstations are rarely all off at once."


def _headline(results: Mapping[str, Result | None], rows: Sequence[SummaryRow]) -> str:
    own = {row.host: row.outcome for row in rows if not row.who}
    failed = {row.host for row in rows if row.who and row.outcome == FAILED}
    hosts = Counter([*own.values(), *(WITH_FAILURES for host in failed if host not in own)])
    people = Counter(row.outcome for row in rows if row.who)
    skipped = hosts.pop(SKIPPED, 0)
    parts = [counted(len(results) - skipped, "workstation") + _totals(hosts)]
    if any((result or {}).get("not_found") for result in results.values()) and not people and not hosts:
        parts[0] += " without anything to remove"
    if people:
        asked = len({row.host for row in rows if row.who})
        where = f" on {asked} of them" if asked < len(results) - skipped else ""  # nobody knows of the others
        parts.append(f"{counted(sum(people.values()), 'holder')}{where}{_totals(people)}")
    if skipped:
        parts.append(f"{counted(skipped, 'other host')} skipped")
    return "; ".join(parts) + "."


def _totals(counts: Mapping[str, int]) -> str:
    totals = ", ".join(
        f"{count} {outcome}" for outcome, count in sorted(counts.items(), key=lambda pair: _rank(pair[0]))
    )
    return f": {totals}" if totals else ""


def _rank(outcome: str) -> tuple[int, str]:
    return (FIRST.index(outcome) if outcome in FIRST else len(FIRST), outcome)


def _found_nowhere(numbers: Sequence[str]) -> Iterator[str]:
    if numbers:
        yield (
            f"Found nowhere: {', '.join(numbers)}. No workstation of this run that answered has this number, neither in pkcs12_holders "
            "nor in a store. Correct pkcs12_retire_authorisations or pkcs12_leavers if it is misspelt. If it is right, they are "
            "removed already here. Keep the number in pkcs12_leavers until they are removed at all others, too."
        )


def _unread(results: Mapping[str, Result | None]) -> Iterator[str]:
    """The stores that an audit could not read, or only in part. Other tasks say it of their own holders."""
    places: list[str] = []
    for host, result in results.items():
        if result is None or problem_of(result) is None:
            continue
        facts, owners = (result.get("ansible_facts") or {}).get("pkcs12") or {}, account_names(result)
        unread = ((owners.get(row["owner_sid"], row["owner_sid"]), row["reason"]) for row in facts.get("unread") or ())
        places.extend(f"{owner} at {host} ({reason})" for owner, reason in unread)
    if places:
        yield f"stores that were not read, or only in part ({len(places)}): {_some(places)}"


def _after_removal(results: Iterable[Result | None]) -> Iterator[str]:
    """What is left to do where people leave. Where a workstation leaves, nobody is retired."""
    if noted := dict.fromkeys(number for result in results for number in (result or {}).get("noted") or ()):
        yield (
            f"Written down as retired: {', '.join(noted)}. If one of them has not left, pkcs12_take_back takes the person back. "
            "Keep the numbers of those who left in pkcs12_leavers until their certificates are removed at every workstation. Then take "
            "them out of pkcs12_holders. Their bundles are in the folder retired of the bundle folder."
        )


def _without_holders(rows: Iterable[SummaryRow]) -> Iterator[str]:
    """A misspelt variable looks like a workstation where nobody works."""
    if any(row.outcome == WITHOUT_HOLDERS for row in rows):
        yield (
            "A workstation without holders has no pkcs12_holders in the inventory, so nothing was done there. If people work there, "
            "add the variable."
        )


def _rows_for_somebody(rows: Iterable[SummaryRow]) -> Iterator[str]:
    """All rows that need a person. Rows with the same sentence are grouped under it."""
    groups: dict[str, dict[str, list[SummaryRow]]] = {}
    for row in rows:
        if row.needs_somebody:
            groups.setdefault(row.outcome, {}).setdefault(row.sentence, []).append(row)
    for outcome in sorted(groups, key=_rank):
        yield f"{outcome} ({sum(len(group) for group in groups[outcome].values())}):"
        for sentence, group in groups[outcome].items():
            names = [_place(row) for row in group]
            if len(names) == 1:
                yield f"  {names[0]}: {sentence}" if sentence else f"  {names[0]}"
            else:
                yield from [f"  {sentence}"] if sentence else []
                yield from textwrap.wrap(
                    ", ".join(names), WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
                )


def _others(rows: Iterable[SummaryRow]) -> Iterator[str]:
    """All other rows, with some names only."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        if not row.needs_somebody and row.bundle is None:
            groups.setdefault(row.outcome, []).append(_place(row))
    for outcome, names in sorted(groups.items()):
        yield f"{outcome} ({len(names)}): {_some(names)}"


def _some(names: Sequence[str]) -> str:
    more = f", ... and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _place(row: SummaryRow) -> str:
    return f"{row.who} at {row.host}" if row.who else row.host


TABLE = ("holder", "bundle", "issued to", "until", "workstations")


def _table(rows: Iterable[SummaryRow]) -> list[str]:
    """The bundle of each holder; a holder of several workstations has one line."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        if row.bundle is not None:
            found = row.bundle
            cells = (row.who, found["file"] or "-", found["issued_to"] or "-", (found["valid_until"] or "-")[:10])
            lines.setdefault(cells, []).append(row.host)
    table = [TABLE, *((*cells, ", ".join(hosts)) for cells, hosts in sorted(lines.items()))] if lines else []
    widths = [max(len(line[column]) for line in table) for column in range(len(TABLE))] if table else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table]


def progress(
    found: Mapping[str, Any], batch: Sequence[str], hosts: Sequence[str], earlier: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The part of the documented result. ``found``: the summary of the batch. ``earlier``: that of the batch before."""
    mine = set(batch)
    places = [place for place, host in enumerate(hosts, 1) if host in mine]
    silent = set(found["unreachable_hosts"])
    before = (earlier or {}).get("so_far") or {}
    so_far = {
        "hosts": max(places, default=before.get("hosts", 0)),
        "of": len(hosts),
        "need_help": before.get("need_help", 0) + len(set(found["needs_somebody"]) - silent),
        "did_not_answer": before.get("did_not_answer", 0) + len(silent),
    }
    return {"so_far": so_far, "progress": _line(so_far)}


def _line(so_far: Mapping[str, int]) -> str:
    help_wanted, silent = so_far["need_help"], so_far["did_not_answer"]
    parts = [f"{help_wanted} {'needs' if help_wanted == 1 else 'need'} help"] if help_wanted else []
    parts += [f"{silent} did not answer"] if silent else []
    return f"{so_far['hosts']} of {counted(so_far['of'], 'workstation')}: {', '.join(parts) or 'none needs help'}."


def stops(found: Mapping[str, Any], most: float | None) -> bool:
    """Whether no further batch may start. ``found``: the summary of the batch. ``most``: the percentage of failures that is allowed."""
    return most is not None and found["failed_percentage"] > most


def told_at_end(found: Mapping[str, Any], batches: Iterable[Mapping[str, Any] | None], most: float | None) -> list[str]:
    """Why workstations were not tried; nothing if no batch has stopped the run, or if it was the last one.

    ``found``: the summary of the run. ``batches``: the summaries of its batches, None where there is none.
    """
    failed = [batch["failed_percentage"] for batch in batches if batch and batch.get("stops")]
    left = len(found["hosts_not_reached"])
    if not failed or not left:
        return []
    share = f"on {max(failed):g} % of the workstations of a batch, and pkcs12_max_fail_percentage allows {most:g} %"
    not_tried = f"{counted(left, 'workstation was', 'workstations were')} not tried"
    todo = "Mend what failed and run the playbook again; finished workstations do not change"
    return [f"Stopped: the work failed {share}. {not_tried}. {todo}."]
