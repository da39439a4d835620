# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m benchmarks.audit_and_report [SIZE ...]``: audit and report of a large hospital, in time and memory, and how both grow."""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.release import __version__ as core

from benchmarks.__main__ import table
from lab.large_hospital import PROFILES, Finished, Fleet

SIZES = (100, 500)
SEEN_BEFORE, NEVER_SEEN = 5, 5
AUDIT, REPORT = "hospital_it.pkcs12.audit", "hospital_it.pkcs12.report"
HEADER = ("workstations", "audit s", "audit peak MiB", "report s", "report peak MiB", "page kB", "JSON kB")


@dataclass(frozen=True, slots=True)
class Audited:
    """A fleet of which ten workstations are off, five of them with earlier facts, audited and reported."""

    audit: Finished
    report: Finished
    found: dict[str, Any]
    page_bytes: int
    json_bytes: int


def audited(folder: Path, size: int) -> Audited:
    """Audits a fleet. Raises ``RuntimeError`` when one of the playbooks ends red."""
    with Fleet(folder, size) as fleet:
        gone = fleet.names[-SEEN_BEFORE - NEVER_SEEN :]
        _green(fleet.play(AUDIT, "--limit", ",".join(gone[:SEEN_BEFORE])))
        fleet.switch_off(gone)
        audit = _green(fleet.play(AUDIT))
        report = _green(fleet.play(REPORT, "-e", f"report_folder={folder / 'report'}"))
    page, document = (folder / "report" / f"pkcs12-compliance.{kind}" for kind in ("html", "json"))
    found = json.loads(document.read_text(encoding="utf-8"))
    return Audited(audit, report, found, page.stat().st_size, document.stat().st_size)


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


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="bench.fleet", description="Audit and report of a large hospital.")
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    sizes = parser.parse_args().sizes
    print(
        f"ansible-core {core}, Python {platform.python_version()}, 20 forks; {PROFILES} profiles each, 10 workstations off"
    )
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            done = audited(Path(folder), size)
        for complaint in complaints(size, done.found):
            print(f"{size} workstations: WRONG {complaint}")
        rows.append(_figures(size, done))
    print("\n".join(["", table([HEADER, *(tuple(map(str, row)) for row in rows)])]))
    if len(rows) > 1:
        growth = [f"{name} x {last / first:.1f}" for name, first, last in zip(HEADER, rows[0], rows[-1], strict=True)]
        print(f"Growth: {', '.join(growth)}")


def _figures(size: int, done: Audited) -> tuple[int, ...]:
    return (
        size,
        round(done.audit.seconds),
        done.audit.peak_kib // 1024,
        round(done.report.seconds),
        done.report.peak_kib // 1024,
        done.page_bytes // 1000,
        done.json_bytes // 1000,
    )


def _green(run: Finished) -> Finished:
    if run.exit_code:
        raise RuntimeError(f"ended with {run.exit_code}:\n{run.output[-3000:]}")
    return run


if __name__ == "__main__":
    main()
