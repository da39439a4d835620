# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: a hospital starts, its holders are enrolled, and the same playbook runs again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Sequence

from lab.hospital import Hospital
from lab.playbook import ROOT, Run, play
from lab.winrm import tally
from lab.workstation import Kind

FOLDER = ROOT / ".build" / "demo"
PLAYBOOK = "hospital_it.pkcs12.enrol"
HEADER = ("workstation", "kind", "holder", "certificate", "valid until", "key")
KEYS = {"proven": "proven: it signed", "linked": "linked", "planned": "not yet: deferred"}


def demo() -> int:
    """Runs the demo and prints it; 0 when all went as promised, else 1."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    started = time.monotonic()
    with Hospital(FOLDER) as hospital:
        kinds = {name: workstation.kind for name, workstation in hospital.workstations.items()}
        _say(f"A hospital of {len(kinds)} workstations and {len(hospital.people)} holders runs on this machine.")
        if Kind.WINDOWS_POWERSHELL not in kinds.values():
            _say("Windows PowerShell is not installed here (make bed): every workstation is EMULATED.")
        first = _show(hospital, f"\nFirst run of {PLAYBOOK}: a fresh set of workstations")
        second = _show(hospital, f"\nSecond run of {PLAYBOOK}: nothing is left to do")
    _say(
        f"\nInventory, bundles and requests are in {FOLDER.relative_to(ROOT)}. Time: {time.monotonic() - started:.0f} s."
    )
    return int(not _as_promised(first, second))


def _show(hospital: Hospital, title: str) -> Run:
    _say(title)
    run = play(hospital, PLAYBOOK)
    if run.exit_code:
        _say(run.stdout + run.stderr)
    _table(list(_certificates(hospital, run)))
    cost = tally(run.requests)
    changed = sum(bool(row.result.get("changed")) for row in run.of("certificate"))
    exchanges = sum(module.endswith("store_exchange") for module in cost.modules)
    _say(
        f"{changed} stores changed. {cost.commands} WinRM commands ({exchanges} exchanges), {cost.requests} requests, "
        f"{cost.body_bytes / 1000:,.0f} kB sent."
    )
    return run


def _certificates(hospital: Hospital, run: Run) -> Iterable[Sequence[str]]:
    for row in sorted(run.of("certificate"), key=lambda row: row.host):
        result = row.result
        certificate = result.get("certificate", {})
        yield (
            row.host,
            hospital.workstations[row.host].kind.value,
            result.get("owner", {}).get("account", "?"),
            certificate.get("subject_cn", result.get("msg", "?")),
            certificate.get("not_after", "?")[:10],
            KEYS.get(certificate.get("key_state", ""), "?"),
        )


def _table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in (HEADER, *rows)) for column in range(len(HEADER))]
    for row in (HEADER, ["-" * width for width in widths], *rows):
        _say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _as_promised(first: Run, second: Run) -> bool:
    """Every holder enrolled but the one who is not logged on; then no change and no exchange at all."""
    enrolled = [
        row for row in first.of("certificate") if row.result.get("certificate", {}).get("key_state") == "proven"
    ]
    deferred = [row for row in first.of("certificate") if row.result.get("deferred")]
    again = any(row.result.get("changed") for row in second.rows)
    exchanged = any(module.endswith("store_exchange") for module in tally(second.requests).modules)
    everyone = len(enrolled) + len(deferred) == len(first.of("certificate"))
    return bool(everyone and enrolled and len(deferred) == 1 and not again and not exchanged and not first.exit_code)


def _say(text: str) -> None:
    print(text, flush=True)
