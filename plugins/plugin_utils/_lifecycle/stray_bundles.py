# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Bundles that lie in people's folders: what was found, whose they are, and the removal of those whose hashes the task gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from .._crypto.instants import format_instant
from .._errors import ConnectionLost, Pkcs12Error, Problem, Value
from .._policy.validity import DAY
from .._workstation.bundle_protocol import (
    REMOVAL,
    SEARCH,
    BundleFile,
    FoundBundles,
    RemovedFile,
    parse_found,
    parse_removal,
    removal_arguments,
    search_arguments,
)
from .._workstation.computer import expected_name
from .evidence import Evidence, InstalledBundle, installed_bundles

SHA256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE | re.ASCII)

WRONG_COMPUTER = "wrong_computer"

REASONS = ("redirected", "link", "limit", "access_denied", "timed_out", "unreadable", "too_large", "changed", "refused")
"""Why something was not read or not removed: the codes of the drivers that the catalogue has words for."""


class BundleDriver(Protocol):
    """Runs the drivers on a workstation. The base of the actions implements it."""

    def ask(self, driver: str, arguments: dict[str, Any], parse: Callable[[Mapping[str, Any]], Any]) -> Any:
        """Runs a driver as the connection's user. Raises ``Pkcs12Error``, ``ConnectionLost``."""

    def check_computer(self, names: Sequence[str]) -> None:
        """Raises ``Pkcs12Error`` (``wrong_computer``) if a computer with these own names is another one than the task's."""


@dataclass(frozen=True, slots=True)
class StrayTask:
    """What the task asks. ``remove``: SHA-256 in small letters. ``evidence``: where installations are known from and removals go.

    ``computer``: the name of the only computer from which files are removed; None: any.
    """

    remove: tuple[str, ...]
    evidence: Evidence
    check_mode: bool
    computer: str | None = None


@dataclass(frozen=True, slots=True)
class StrayBundles:
    """What was found, and what was done about it: ``journal`` is None if nothing was asked of the workstation."""

    found: FoundBundles
    known: Mapping[str, InstalledBundle]
    journal: tuple[RemovedFile, ...] | None


def stray_task(options: Mapping[str, Any], evidence: Evidence, check_mode: bool) -> StrayTask:
    """The task of the options. Raises ``Pkcs12Error``: ``bad_sha256``."""
    for value in options["remove_sha256"]:
        if SHA256.fullmatch(value) is None:
            raise Pkcs12Error(Problem("bad_sha256", {"given": value}))
    remove = dict.fromkeys(value.lower() for value in options["remove_sha256"])
    return StrayTask(tuple(remove), evidence, check_mode, expected_name(options["computer"]))


def handle_stray_bundles(task: StrayTask, driver: BundleDriver, now: Callable[[], datetime]) -> StrayBundles:
    """Searches, and removes what the task names. Raises ``Pkcs12Error``, ``ConnectionLost``."""
    known = installed_bundles(task.evidence.path)
    found: FoundBundles = driver.ask(SEARCH, search_arguments(), parse_found)
    driver.check_computer((found.computer, *found.dns_names))
    wanted = _wanted(task, found)
    if wanted:
        task.evidence.prepare(task.check_mode)
    if not wanted or task.check_mode:
        return StrayBundles(found, known, None)
    try:
        journal: tuple[RemovedFile, ...] = driver.ask(REMOVAL, removal_arguments(wanted, task.computer), parse_removal)
    except (Pkcs12Error, ConnectionLost):
        # The workstation may have removed the files, although its answer is lost.
        for file in wanted:
            task.evidence.record_unknown(found.computer, file.owner_sid, [f"remove file {file.path}"], now())
        raise
    for entry in journal:
        if entry.is_removed:
            task.evidence.record_file(found.computer, asdict(entry))
    return StrayBundles(found, known, journal)


def stray_result(task: StrayTask, done: StrayBundles, names: Mapping[str, str]) -> dict[str, Any]:
    """The documented result. ``names``: common names of certificates by thumbprint. Raises ``Pkcs12Error``: ``not_removed``."""
    left = [entry for entry in done.journal or () if not entry.is_removed]
    if left:
        raise _not_removed(done, left)
    removed = [each.path for each in (_wanted(task, done.found) if done.journal is None else done.journal)]
    found = {file.sha256 for file in done.found.files}
    return {
        "changed": bool(removed),
        "files": [_row(file, done, names) | {"removed": file.path in removed} for file in done.found.files],
        "unread": [
            {"owner_sid": each.owner_sid, "code": each.source.code, "path": each.source.detail}
            for each in done.found.unread
        ],
        "not_found": [value for value in task.remove if value not in found],
        "journal": [asdict(entry) for entry in done.journal or ()],
        "msg": _message(done, removed, task.check_mode),
    }


def stray_lines(done: StrayBundles) -> list[Problem]:
    """What was found, and where nobody could look, for people."""
    lines = [_message(done, (), check_mode=True)]
    for file in done.found.files:
        kind = "not_read" if file.sha256 is None else "installed" if file.sha256 in done.known else "not_installed"
        values: dict[str, Value] = {"path": file.path, "age_days": _age_days(file, done)}
        lines.append(Problem(f"play.bundle_{kind}", values | ({"sha256": file.sha256} if file.sha256 else {})))
    places = [each.source for each in done.found.unread]
    return lines + [
        Problem("play.not_searched", {"path": each.detail}, causes=(_because(each.code),)) for each in places
    ]


def _because(code: str | None) -> Problem:
    """Why something was not read or not removed."""
    if code in REASONS:
        return Problem(f"not_removed_because.{code}")
    return Problem("not_removed_because.code", {"code": code or ""})


def _age_days(file: BundleFile, done: StrayBundles) -> int:
    return max(0, int((done.found.utc - file.modified).total_seconds() // DAY))


def _wanted(task: StrayTask, found: FoundBundles) -> Sequence[BundleFile]:
    return [file for file in found.files if file.sha256 in task.remove]


def _row(file: BundleFile, done: StrayBundles, names: Mapping[str, str]) -> dict[str, Any]:
    known = done.known.get(file.sha256 or "")
    installed = None if known is None else asdict(known) | {"subject_cn": names.get(known.thumbprint or "")}
    return {
        "owner_sid": file.owner_sid,
        "path": file.path,
        "size": file.size,
        "modified": format_instant(file.modified),
        "age_days": _age_days(file, done),
        "sha256": file.sha256,
        "problem": file.code,
        "installed": installed,
    }


def _message(done: StrayBundles, removed: Sequence[str], check_mode: bool) -> Problem:
    files = done.found.files
    known = sum((file.sha256 or "") in done.known for file in files)
    gone = "done.stray_would_be_removed" if check_mode else "done.stray_removed"
    counts = (
        ("done.stray_known", known),
        (gone, len(removed)),
        ("done.stray_not_searched", len(done.found.unread)),
    )
    found = Problem("done.stray_found", {"count": len(files), "computer": done.found.computer})
    return Problem("done.stray", causes=(found, *(Problem(code, {"count": each}) for code, each in counts if each)))


def _not_removed(done: StrayBundles, left: Sequence[RemovedFile]) -> Pkcs12Error:
    first = left[0]
    values: dict[str, Value] = {
        "path": first.path,
        "computer": done.found.computer,
        "left": len(left),
        "more": len(left) - 1,
    }
    journal = [asdict(entry) for entry in done.journal or ()]
    if first.code == WRONG_COMPUTER:
        return Pkcs12Error(Problem("wrong_computer.removal", values), journal=journal)
    why = [_because(first.code)]
    if first.hresult is not None:
        why.append(Problem("not_removed_because.number", {"number": f"0x{first.hresult:08X}"}))
    changed = any(entry.is_removed for entry in done.journal or ())
    return Pkcs12Error(Problem("not_removed", values, causes=tuple(why)), journal=journal, changed=changed)


def names_of(facts: Any) -> Mapping[str, str]:
    """Common names by thumbprint in ``ansible_facts.pkcs12`` from before the task; none without facts."""
    rows = facts.get("certificates") if isinstance(facts, Mapping) else None
    return {
        str(row["thumbprint"]): str(row["subject_cn"])
        for row in rows or ()
        if isinstance(row, Mapping) and row.get("thumbprint") and row.get("subject_cn")
    }


def evidence_of(options: Mapping[str, Any], job: str | None, host: str) -> Evidence:
    """The evidence file of a task's options."""
    path = options["evidence_path"]
    return Evidence(Path(path) if path else None, job, host)
