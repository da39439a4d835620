# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit and report of a large hospital of which ten workstations are off, five of them with earlier facts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.fleet_process import FleetProcess
from lab.controller import Controller, Finished
from lab.large_hospital import PROFILES

SEEN_BEFORE, NEVER_SEEN = 5, 5
AUDIT, REPORT = "hospital_it.pkcs12.audit", "hospital_it.pkcs12.report"
BY_THE_CLOCK = ("report_date", "facts_at", "clock_skew_seconds")
"""Fields of a report that differ from one run to the next."""


def switch_ten_off(fleet: FleetProcess) -> Path:
    """Five workstations have been audited before. Gives the fact cache with that."""
    gone = fleet.names[-SEEN_BEFORE - NEVER_SEEN :]
    controller = Controller(fleet.folder, fleet.folder / "earlier")
    controller.play(AUDIT, "--limit", ",".join(gone[:SEEN_BEFORE])).green()
    fleet.switch_off(gone)
    return controller.cache


def single_run(folder: Path, earlier: Path, start: Sequence[str | Path] = ()) -> tuple[Path, Finished]:
    """Audits everybody at once. Gives the fact cache."""
    cache = shutil.copytree(earlier, folder / "single")
    return cache, Controller(folder, cache, start).play(AUDIT).green()


def report_of(folder: Path, cache: Path) -> tuple[dict[str, Any], Finished]:
    """The report of a fact cache, as JSON."""
    target = folder / f"report-{cache.name}"
    run = Controller(folder, cache).play(REPORT, "-e", f"pkcs12_report_folder={target}").green()
    document = target / "pkcs12-compliance.json"
    return json.loads(document.read_text(encoding="utf-8")), run


def comparable(part: Any) -> Any:
    """A report, or a part of it, in which what the clock says is replaced by whether it is there."""
    if isinstance(part, dict):
        return {name: value is not None if name in BY_THE_CLOCK else comparable(value) for name, value in part.items()}
    return [comparable(each) for each in part] if isinstance(part, list) else part


def complaints(size: int, found: dict[str, Any]) -> list[str]:
    """What the report of such a fleet does not say and should; nothing when it is whole."""
    rows = {row["workstation"]: row for row in found["workstations"]}
    answers = [row["answer"] for row in rows.values()]
    expected = {
        "workstations": (len(rows), size),
        "holders": (len(found["holders"]), size * PROFILES),
        "answered": (answers.count("answered"), size - SEEN_BEFORE - NEVER_SEEN),
        "unknown since a day": (
            sum(row["answer"] == "unknown" and bool(row["facts_at"] and row["problem"]) for row in rows.values()),
            SEEN_BEFORE,
        ),
        "never seen": (answers.count("never_seen"), NEVER_SEEN),
        "certificates": (len(found["certificates"]), (size - NEVER_SEEN) * PROFILES),
    }
    return [f"{what}: {is_there}, not {wanted}" for what, (is_there, wanted) in expected.items() if is_there != wanted]
