# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m contract.record``: runs every case on Windows PowerShell under Wine and writes what it answered."""

from __future__ import annotations

import sys

from contract.captured_commands import capture
from contract.case import Case, load
from contract.case_runner import complaints
from contract.kinds import in_parallel
from contract.recording import FOLDER, document, path_of, text
from lab.wine import bed
from lab.workstation_interface import Kind


def main() -> int:
    """0 when every case was recorded; 1 when one answered otherwise than it must, and is not written; 3 without the test bed."""
    if bed() is None:
        print("The Windows test bed is not installed, so nothing can be recorded.", file=sys.stderr)
        return 3
    cases, sent = [case for case in load() if case.runs_on(Kind.WINDOWS_POWERSHELL)], capture()
    FOLDER.mkdir(exist_ok=True)
    _forget_others(cases)
    wrong = 0
    for case, outcome in in_parallel(cases, Kind.WINDOWS_POWERSHELL, sent):
        complaint = complaints(case, outcome)
        if complaint:
            wrong += 1
            print(f"{case.name}: not recorded:", *complaint, sep="\n  ", file=sys.stderr)
            continue
        path_of(case).write_text(text(document(case, sent[case.driver, case.run_as is not None], outcome)))
    print(f"{len(cases) - wrong} of {len(cases)} cases recorded")
    return 1 if wrong else 0


def _forget_others(cases: list[Case]) -> None:
    kept = {path_of(case) for case in cases}
    for path in FOLDER.glob("*.json"):
        if path not in kept:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
