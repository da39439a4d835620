# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m contract.record``: runs cases on Windows PowerShell under Wine and writes what it answered.

Each case whose recording is stale, so a run that was cut goes on where it was; with ``--all`` every case, for another test bed.
"""

from __future__ import annotations

import sys
from subprocess import SubprocessError

from contract.captured_commands import Sent, capture
from contract.case import Case, load
from contract.case_runner import complaints
from contract.kinds import Pool
from contract.normal import FalseProofError
from contract.recording import FOLDER, document, driver_hash, is_of, path_of, text
from lab.wine import bed
from lab.workstation_interface import Kind


def main(argv: list[str]) -> int:
    """0 when every case was recorded; 1 when one is not written, since its answer is wrong or did not come; 3 without the test bed."""
    if bed() is None:
        print("The Windows test bed is not installed, so nothing can be recorded.", file=sys.stderr)
        return 3
    cases, sent = [case for case in load() if case.runs_on(Kind.WINDOWS_POWERSHELL)], capture()
    commands = {case.name: sent[case.driver, case.run_as is not None] for case in cases}
    FOLDER.mkdir(exist_ok=True)
    _forget_others(cases)
    due = [case for case in cases if "--all" in argv or not is_of(case, driver_hash(commands[case.name]))]
    pool = Pool(due, Kind.WINDOWS_POWERSHELL, sent)
    try:
        wrong = sum(not _record(case, pool, commands[case.name]) for case in due)
    finally:
        pool.close()
    print(f"{len(due) - wrong} of {len(due)} cases recorded; {len(cases) - len(due)} of {len(cases)} were up to date")
    return 1 if wrong else 0


def _record(case: Case, pool: Pool, command: Sent) -> bool:
    """Writes what came of a case, if it is what the case expects. One that does not end stops no other."""
    try:
        outcome = pool.outcome(case)
        complaint = complaints(case, outcome)
    except (OSError, RuntimeError, ValueError, SubprocessError, FalseProofError) as error:
        complaint = [repr(error)]
    if complaint:
        print(f"{case.name}: not recorded:", *complaint, sep="\n  ", file=sys.stderr)
        return False
    path_of(case).write_text(text(document(case, command, outcome)))
    return True


def _forget_others(cases: list[Case]) -> None:
    kept = {path_of(case) for case in cases}
    for path in FOLDER.glob("*.json"):
        if path not in kept:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
