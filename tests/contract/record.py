# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m contract.record``: runs cases on Windows PowerShell under Wine and writes what it answered.

Each case whose recording is stale, so a run that was cut goes on where it was; with ``--all`` every case, for another test bed.
"""

from __future__ import annotations

import sys

from contract.captured_commands import capture
from contract.case import Case, load
from contract.case_runner import complaints
from contract.kinds import in_parallel
from contract.recording import FOLDER, document, driver_hash, is_of, path_of, text
from lab.wine import bed
from lab.workstation_interface import Kind


def main(argv: list[str]) -> int:
    """0 when every case was recorded; 1 when one answered otherwise than it must, and is not written; 3 without the test bed."""
    if bed() is None:
        print("The Windows test bed is not installed, so nothing can be recorded.", file=sys.stderr)
        return 3
    cases, sent = [case for case in load() if case.runs_on(Kind.WINDOWS_POWERSHELL)], capture()
    commands = {case.name: sent[case.driver, case.run_as is not None] for case in cases}
    FOLDER.mkdir(exist_ok=True)
    _forget_others(cases)
    due = [case for case in cases if "--all" in argv or not is_of(case, driver_hash(commands[case.name]))]
    wrong = 0
    for case, outcome in in_parallel(due, Kind.WINDOWS_POWERSHELL, sent):
        complaint = complaints(case, outcome)
        if complaint:
            wrong += 1
            print(f"{case.name}: not recorded:", *complaint, sep="\n  ", file=sys.stderr)
            continue
        path_of(case).write_text(text(document(case, commands[case.name], outcome)))
    print(f"{len(due) - wrong} of {len(due)} cases recorded; {len(cases) - len(due)} of {len(cases)} were up to date")
    return 1 if wrong else 0


def _forget_others(cases: list[Case]) -> None:
    kept = {path_of(case) for case in cases}
    for path in FOLDER.glob("*.json"):
        if path not in kept:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
