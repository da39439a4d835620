# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What became of all hosts of a run: totals, then by name everybody who needs help. Pure."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from typing import Any

from .._errors import Problem, Value
from .._facts.shared_accounts import SUBJECT, setting_line
from .._policy.issuers import SELF_SIGNED
from .._workstation.connection_causes import OF_THE_NETWORK
from .._workstation.findings import unread_problem
from .._workstation.preflight import RECEIVER, Severity
from .audit import is_audit
from .leaving import nobody_taken_back
from .outcomes import FAILED, LEFT, NOT_REACHED, SILENT, SKIPPED, WITH_FAILURES, WITHOUT_HOLDERS, outcome, rank, totals
from .result import UNCONFIRMED, kept_for_use
from .summary_rows import (
    Listed,
    Result,
    SummaryRow,
    account_names,
    ends_failed,
    has_several_issuers,
    is_failed,
    is_left_out,
    label,
    rows_of,
)

WIDTH = 140
Tell = Callable[[Problem], str]
"""From a problem to its words."""


def summary(
    results: Mapping[str, Result | None],
    known: Set[str],
    tell: Tell,
    listed: Mapping[str, Listed] | None = None,
    only_due: bool = False,
    register: Sequence[Problem] = (),
    doubts: Sequence[Problem] = (),
    advice: Sequence[Problem] = (),
) -> dict[str, Any]:
    """The documented result. ``known``: authorisation numbers that the inventory has for these hosts. ``listed``: by host, what the
    inventory says of its holders; None if the run is not about all of them. ``only_due``: the run calls who is due, on some days one or two
    workstations, and that none of these answers says nothing. ``register``: what is wrong with rows of the register, whose people are not
    served. ``doubts``: what is told beside. ``advice``: what the site should set."""
    several = has_several_issuers(results.values())
    rows = [row for host, result in results.items() for row in rows_of(host, result, (listed or {}).get(host), several)]
    missing = found_nowhere("not_found", results.values(), known)
    unconfirmed = any((result or {}).get("unconfirmed") for result in results.values())
    not_taken_back = found_nowhere("not_taken_back", results.values(), known)
    leavers = {number for each in (listed or {}).values() for number in each.leavers}
    failed = [host for host, result in results.items() if is_failed(result)]
    hosts = [host for host, result in results.items() if not is_left_out(result)]
    headline = tell(_headline(results, rows))
    silent = [row.host for row in rows if row.outcome == SILENT]
    of_all = [
        *register,
        *(
            ()
            if only_due
            else _none_answered(
                [results[host] or {} for host in silent], sum(results[host] is not None for host in hosts)
            )
        ),
        *nobody_taken_back(not_taken_back, leavers),
        *([Problem("found_nowhere", {"numbers": tuple(missing)})] if missing else ()),
    ]
    return {
        "changed": False,
        "failed": False,
        "msg": headline,
        "lines": [
            headline,
            *map(tell, of_all),
            *map(tell, doubts),
            *_rows_for_somebody(rows, tell),
            *map(tell, _others(rows, tell)),
            *map(tell, _left([results[row.host] or {} for row in rows if row.outcome == LEFT])),
            *map(tell, _not_opened(rows, tell)),
            *map(tell, _kept(results)),
            *map(tell, _other_names(results)),
            *map(tell, _unread(results)),
            *map(tell, _self_signed(results)),
            *map(tell, _without_holders(rows, listed or {})),
            *map(tell, advice),
            *map(tell, _not_proven(results)),
            *map(tell, _shared_accounts(results)),
            *_bundles(rows, tell),
            *_differences(results, tell),
            *_verdicts(results, tell),
            *map(tell, [UNCONFIRMED] if unconfirmed else _notes(results.values())),
        ],
        "totals": dict(Counter(row.outcome for row in rows)),
        "needs_somebody": sorted({row.host for row in rows if row.needs_somebody}),
        "failed_hosts": failed,
        "failed_percentage": round(100 * len(failed) / len(hosts), 2) if hosts else 0.0,
        "ends_failed": _ends_failed(results, unconfirmed or bool(of_all) or not any(results.values())),
        "unreachable_hosts": silent,
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


def _none_answered(silent: Sequence[Result], called: int) -> Iterator[Problem]:
    """That no workstation of several answered: then they are not off, or not all of them."""
    if called >= 2 and len(silent) >= called:
        causes = {(result.get("connection_error") or {}).get("code") for result in silent}
        yield Problem("none_answered" if causes <= OF_THE_NETWORK else "none_answered.other_cause", {"count": called})


def _ends_failed(results: Mapping[str, Result | None], run_failed: bool) -> dict[str, Problem]:
    """The hosts that end failed, each with one line: the summary has the sentences. If none does and the run as a whole has failed, its
    first host does."""
    found: dict[str, Problem] = {}
    for host, result in results.items():
        if result and ends_failed(result):
            rows = [row for row in result.get("holders") or () if row["failed"]] or [result]
            # What would be removed has failed for want of a confirmation, and was not removed.
            default = UNCONFIRMED.code if result.get("unconfirmed") else None
            codes = tuple(filter(None, dict.fromkeys(_code(row, default) for row in rows)))
            found[host] = Problem("ends_failed", {"codes": codes}) if codes else Problem("ends_failed.hidden")
    return found or ({next(iter(results)): Problem("ends_failed.run")} if run_failed and results else {})


def _code(result: Mapping[str, Any], default: str | None) -> str:
    """What failed, for programs: the cause, else what became of a holder; empty where only Ansible knows."""
    return str((result.get("error") or {}).get("code") or default or result.get("outcome") or "")


def _headline(results: Mapping[str, Result | None], rows: Sequence[SummaryRow]) -> Problem:
    own = {row.host: row.outcome for row in rows if not row.who}
    failed = {row.host for row in rows if row.outcome == FAILED}
    hosts = Counter([*own.values(), *(WITH_FAILURES for host in failed if host not in own)])
    people = Counter(row.outcome for row in rows if row.who)
    skipped = hosts.pop(SKIPPED, 0)
    asked = len(results) - skipped
    nothing = any((result or {}).get("not_found") for result in results.values()) and not people and not hosts
    kind = "summary.nothing_to_remove" if nothing else "summary.workstations_with" if hosts else "summary.workstations"
    parts = [Problem(kind, {"count": asked}, causes=totals(hosts))]
    if people:
        on = len({row.host for row in rows if row.who})
        count, of_people = people.total(), len({row.person for row in rows if row.who})
        # Who has several workstations or issuers has a result for each.
        code = "summary.holders" if count == of_people else "summary.results"
        values: dict[str, Value] = {"count": of_people}
        if count != of_people:
            values["results"] = count
        if on < asked:  # nobody knows of the others
            code = "summary.holders_on" if count == of_people else "summary.results_on"
            values["hosts"] = on
        parts.append(Problem(code, values, causes=totals(people)))
    if skipped:
        parts.append(Problem("summary.skipped", {"count": skipped}))
    return Problem("summary", causes=tuple(parts))


def _unread(results: Mapping[str, Result | None]) -> Iterator[Problem]:
    """The stores that an audit could not read, or only in part. Other tasks say it of their own holders."""
    places: list[Problem] = []
    for host, result in results.items():
        if result is None or not is_audit(result):
            continue
        facts, owners = (result.get("ansible_facts") or {}).get("pkcs12") or {}, account_names(result)
        for row in facts.get("unread") or ():
            owner = owners.get(row["owner_sid"], row["owner_sid"])
            places.append(
                Problem(
                    "store_at", {"owner": owner, "host": host}, causes=(unread_problem(row["code"], row["detail"]),)
                )
            )
    if places:
        yield Problem("summary.unread", {"count": len(places)}, causes=tuple(places))


def _self_signed(results: Mapping[str, Result | None]) -> Iterator[Problem]:
    """The certificates that an audit has found and that their own keys signed. They count for nobody, so no status of a person has them."""
    found = []
    for host, result in results.items():
        if result is None or not is_audit(result):
            continue
        facts, owners = (result.get("ansible_facts") or {}).get("pkcs12") or {}, account_names(result)
        for row in facts.get("certificates") or ():
            if row.get("signed_by") == SELF_SIGNED and row["related"] and not row["archived"]:
                values = {"certificate": row["subject_cn"] or row["subject"], "thumbprint": row["thumbprint"]}
                owner = owners.get(row["owner_sid"], row["owner_sid"])
                found.append(Problem("self_signed_at", {**values, "owner": owner, "host": host}))
    if found:
        yield Problem("summary.self_signed", {"count": len(found)}, causes=tuple(found))


def _other_names(results: Mapping[str, Result | None]) -> Iterator[Problem]:
    """The holders whose certificate names somebody else. It gives access all the same: the inventory is probably wrong."""
    found = [
        Problem("other_name_at", {"who": label(row), "host": host, "issued_to": row["issued_to"]})
        for host, result in results.items()
        for row in (result or {}).get("other_names") or ()
    ]
    if found:
        yield Problem("summary.other_names", {"count": len(found)}, causes=tuple(found))


def _left(results: Sequence[Result]) -> Iterator[Problem]:
    """What is left to do for those who have left. ``results``: of the hosts that name them; only some have looked into the stores."""
    if results:
        looked = all(each.get("numbers_here") is not None for each in results)
        yield Problem("summary.left_removed" if looked else "summary.left")


def _notes(results: Iterable[Result | None]) -> Iterator[Problem]:
    """Who was written down as retired, with what is left to do, and who was taken back. Where a workstation leaves, nobody is retired."""
    for code, key, value in (
        ("written_down_as_retired", "noted", "numbers"),
        ("put_aside", "put_aside", "files"),
        ("taken_back", "taken_back", "numbers"),
    ):
        if found := dict.fromkeys(each for result in results for each in (result or {}).get(key) or ()):
            yield Problem(code, {value: tuple(found)})


def _without_holders(rows: Iterable[SummaryRow], listed: Mapping[str, Listed]) -> Iterator[Problem]:
    """A misspelt variable looks like a workstation where nobody works. An empty list is no misspelt variable."""
    if any(row.outcome == WITHOUT_HOLDERS and not listed[row.host].is_empty_list for row in rows):
        yield Problem("workstation_without_holders")


def _not_proven(results: Mapping[str, Result | None]) -> Iterator[Problem]:
    """The workstations that a check was warned of because NTLM does not prove who they are."""
    found = tuple(
        host
        for host, result in results.items()
        for each in (result or {}).get("findings") or ()
        if each.get("subject") == RECEIVER and each["severity"] == Severity.WARNING.value
    )
    if found:
        yield Problem("summary.ntlm_over_http", {"count": len(found), "hosts": found})


def _shared_accounts(results: Mapping[str, Result | None]) -> Iterator[Problem]:
    """The accounts of several people that a check has found, with the line that names them all, and those that the site names already."""
    found = [
        each
        for result in results.values()
        for each in (result or {}).get("findings") or ()
        if each.get("subject") == SUBJECT
    ]
    if new := {each["account"] for each in found if each["severity"] != Severity.OK.value}:
        line = setting_line(each["account"] for each in found)
        yield Problem("summary.shared_accounts", {"count": len(new), "line": line})


def _rows_for_somebody(rows: Iterable[SummaryRow], tell: Tell) -> Iterator[str]:
    """All rows that need a person. Rows of which the same is told are grouped under it."""
    groups: dict[str, dict[str | Problem, list[str]]] = {}
    for row in rows:
        if row.needs_somebody:
            groups.setdefault(row.outcome, {}).setdefault(row.told, []).append(_place(row, tell))
    for code in sorted(groups, key=rank):
        count = sum(map(len, groups[code].values()))
        yield tell(Problem("summary.heading", {"count": count}, causes=(outcome(code),)))
        for told, names in groups[code].items():
            sentence = tell(told) if isinstance(told, Problem) else told
            if len(names) == 1:
                place = tell(Problem("summary.place", {"place": names[0]}))
                yield f"  {place} {sentence}" if sentence else f"  {names[0]}"
            else:
                yield from [f"  {sentence}"] if sentence else []
                yield from textwrap.wrap(
                    ", ".join(names), WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
                )


def _others(rows: Iterable[SummaryRow], tell: Tell) -> Iterator[Problem]:
    """All other rows, with some names only."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        if not row.needs_somebody and row.bundle is None:
            groups.setdefault(row.outcome, []).append(_place(row, tell))
    for code, names in sorted(groups.items()):
        yield Problem("summary.others", {"count": len(names), "names": tuple(names)}, causes=(outcome(code),))


def _not_opened(rows: Iterable[SummaryRow], tell: Tell) -> Iterator[Problem]:
    """Holders with a file that may be the new bundle and does not open. Nobody has to act before the certificate is due."""
    names = tuple(_place(row, tell) for row in rows if row.not_opened and row.outcome != FAILED)
    if names:
        yield Problem("summary.not_opened", {"count": len(names), "names": names})


def _kept(results: Mapping[str, Result | None]) -> Iterator[Problem]:
    """The certificates that a renewal or a removal has kept with their keys for what they are for, by person and use."""
    found = [
        Problem("kept_at", {"host": host}, causes=tuple(kept_for_use(row, row["kept"])))
        for host, result in results.items()
        for row in (result or {}).get("holders") or ()
        if row.get("kept") and not row["failed"]  # of who failed it is told already
    ]
    if found:
        yield Problem("summary.kept", causes=tuple(found))


def _place(row: SummaryRow, tell: Tell) -> str:
    return tell(Problem("holder_at", {"who": row.who, "host": row.host})) if row.who else row.host


BUNDLES = ("holder", "bundle", "use", "issued_to", "until", "workstations")
VERDICTS = ("workstation", "account", "certificate", "issuer", "thumbprint", "by_name", "by_signature")
DIFFERENCES = ("difference", "workstation", "account", "holder", "number", "certificate")


def _bundles(rows: Iterable[SummaryRow], tell: Tell) -> list[str]:
    """The bundle of each holder, and the files for another use; a holder of several workstations has one line for each."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        for found in (row.bundle, *row.other_uses) if row.bundle is not None else ():
            use = tell(Problem("use", {"use": found["use"]})) if found["use"] else "-"
            cells = (row.who, found["file"] or "-", use, found["issued_to"] or "-", _day(found["ends_on"], tell))
            lines.setdefault(cells, []).append(row.host)
    return _table(BUNDLES, [(*cells, ", ".join(hosts)) for cells, hosts in sorted(lines.items())], tell)


def _differences(results: Mapping[str, Result | None], tell: Tell) -> list[str]:
    """Where the workstations contradict the inventory, by kind, with what to do."""
    found = [
        (each["kind"], host, each)
        for host, result in results.items()
        for each in (result or {}).get("comparison") or ()
    ]
    keys = ("account", "name", "number", "found")
    rows = [
        (tell(Problem(f"comparison.{kind}")), host, *(each[key] or "-" for key in keys))
        for kind, host, each in sorted(found, key=lambda row: row[:2])
    ]
    return [tell(Problem("comparison", {"count": len(rows)})), *_table(DIFFERENCES, rows, tell)] if rows else []


def _verdicts(results: Mapping[str, Result | None], tell: Tell) -> list[str]:
    """The certificates of which the signature says something else than the name of the issuer."""
    rows = [
        (
            host,
            *(each[key] for key in ("account", "found", "issuer", "thumbprint")),
            *(tell(Problem("verdict", {"verdict": each[key]})) for key in ("by_name", "by_signature")),
        )
        for host, result in sorted(results.items())
        for each in ((result or {}).get("issuers") or {}).get("verdicts", ())
    ]
    return [tell(Problem("verdicts", {"count": len(rows)})), *_table(VERDICTS, rows, tell)] if rows else []


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], tell: Tell) -> list[str]:
    if not rows:
        return []
    table = [[tell(Problem(f"column.{name}")) for name in columns], *rows]
    widths = [max(len(line[column]) for line in table) for column in range(len(columns))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table]


def _day(day: str | None, tell: Tell) -> str:
    return tell(Problem("day", {"day": date.fromisoformat(day)})) if day else "-"


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


def _line(so_far: Mapping[str, int]) -> Problem:
    counts = (("progress.need_help", so_far["need_help"]), ("progress.did_not_answer", so_far["did_not_answer"]))
    causes = tuple(Problem(code, {"count": count}) for code, count in counts if count)
    values = {"done": so_far["hosts"], "count": so_far["of"]}
    return Problem("progress", values, causes=causes or (Problem("progress.none_needs_help"),))


def stops(found: Mapping[str, Any], most: float | None) -> bool:
    """Whether no further batch may start. ``found``: the summary of the batch. ``most``: the percentage of failures that is allowed."""
    return most is not None and found["failed_percentage"] > most


def told_at_end(
    found: Mapping[str, Any], batches: Iterable[Mapping[str, Any] | None], most: float | None
) -> list[Problem]:
    """Why workstations were not tried; nothing if no batch has stopped the run, or if it was the last one.

    ``found``: the summary of the run. ``batches``: the summaries of its batches, None where there is none.
    """
    failed = [batch["failed_percentage"] for batch in batches if batch and batch.get("stops")]
    left = len(found["hosts_not_reached"])
    if not failed or not left:
        return []
    return [Problem("stopped", {"share": f"{max(failed):g}", "most": f"{most:g}", "count": left})]
