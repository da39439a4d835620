# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m contract.tried``: writes the column "real Windows" of README's table "What was tried on what".

It comes from the files in ``tests/contract/results/`` and from nothing else: results of the kit on real machines.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from contract.compare import Row, Verdict, probe_row, rows, user_row
from contract.results import Results, ResultsError, read

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
FOLDER = Path(__file__).with_name("results")
HEADING = "real Windows"
NOT_YET = "written, not run"
NOTHING_WRITTEN = "not tried"
CASES: dict[str, tuple[str, ...] | None] = {
    "Ansible's exec wrapper": ("user *",),
    "import, proof": (
        *("enrol_*", "import_*", "renewal_*", "prove_*", "name_*", "failed_*", "remove_*", "chain_*"),
        *("wrong_passphrase_*", "damaged_*", "bundle_*", "another_certificate_*", "failure_*", "leftovers_*"),
    ),
    "hiding a certificate": ("retire_by_archiving", "*archived*"),
    "several users": (
        *("inventory_reads_*", "inventory_says_*", "inventory_knows_temporary_*", "inventory_resolves_*"),
        "guard_a_temporary_profile",
    ),
    "become": ("guard_a_logon_*", "guard_a_session_*", "user *"),
    "sealed import": ("sealed_*", "transport_key_*", "user sealed"),
    "a portal": ("connect_*",),
    "somebody who has left": ("leaver_*", "leavers_*", "user offline"),
    "Administrator Protection": ("probe linked_token",),
    "Windows PowerShell 5.1": ("*",),
    "script block logging": ("probe script_block_logging",),
    "WinRM by NTLM": (),
    "`winrm` and `psrp`": (),
    "connections over ssh": (),
    "DPAPI in a logon over the network": None,
    "P-384 and P-521": None,
}
"""The beginning of a row of README's table, and the cases that are about it. A row without cases is not the kit's.

None: nobody has written any."""


def column(folder: Path = FOLDER) -> dict[str, str]:
    """The cell of each row. Raises ``ResultsError`` for a file that is none of real Windows."""
    found = [
        (results, (*rows(results), *map(probe_row, results.probes), *map(user_row, results.user)))
        for results in _all(folder)
    ]
    return {start: _cell(patterns, found) for start, patterns in CASES.items()}


def _all(folder: Path) -> Iterable[Results]:
    for path in sorted(folder.glob("*.json")):
        results = read(path)
        if results.machine["wine"]:
            raise ResultsError(f"{path} was made under Wine: only results of real Windows belong here")
        if results.stopped or not results.clean:
            raise ResultsError(f"{path} is of a run that was stopped or left something: run the kit again")
        yield results


def _cell(patterns: tuple[str, ...] | None, found: list[tuple[Results, tuple[Row, ...]]]) -> str:
    if patterns is None:
        return NOTHING_WRITTEN
    said = ((_counted(patterns, table), results.windows) for results, table in found)
    return "; ".join(f"{counted} on {windows}" for counted, windows in said if counted) or NOT_YET


def _counted(patterns: tuple[str, ...], table: tuple[Row, ...]) -> str | None:
    about = [row for row in table if any(fnmatchcase(row.name, pattern) for pattern in patterns)]
    ran = [row for row in about if row.verdict is not Verdict.NOT_RUN]
    agreed = sum(row.verdict is not Verdict.DIFFERS for row in ran)
    return f"{agreed} of {len(ran)} cases agree" if ran else None


def written(readme: str, cells: dict[str, str]) -> str:
    """README with these cells in the last column. Raises ``LookupError`` for a row of the table that has no cell."""
    lines = readme.split("\n")
    head = next(number for number, line in enumerate(lines) if line.startswith("|") and line.endswith(f"| {HEADING} |"))
    for number in range(head + 2, len(lines)):
        if not lines[number].startswith("|"):
            break
        start = next((start for start in cells if lines[number].startswith(f"| {start}")), None)
        if start is None:
            raise LookupError(f"contract.tried has no cases for this row of README: {lines[number]}")
        lines[number] = re.sub(r"\| [^|]* \|$", lambda _old, text=cells[start]: f"| {text} |", lines[number])  # type: ignore[misc]
    return "\n".join(lines)


def main() -> int:
    """Writes README."""
    README.write_text(written(README.read_text(encoding="utf-8"), column()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
