# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which suites there are, and which could see a change. `make test` runs the gate.

tools/suites.py gate      the folders of the gate, the slowest first
tools/suites.py all       all folders and `molecule`, which is no folder of tests: what .ci/run runs
tools/suites.py COMMIT    the gate and what the table names for what changed since that commit
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GATE = ("contract", "drivers", "promises", "monitoring", "unit", "awx", "consistency")
INTEGRATION = (
    "integration/workstations",
    "integration/deliveries",
    "integration/report",
    "integration/awx_jobs",
    "integration/guides",
)
REST = ("windows", "planted", "fault_injection", "browser", *INTEGRATION)
"""The slowest first. A folder has its own files only."""
MOLECULE = "molecule"
EVERYTHING = (*REST, MOLECULE)

DRIVERS = ("windows", "fault_injection", "integration/workstations", MOLECULE)
TABLE: dict[str, tuple[str, ...]] = {
    "plugins/modules/": DRIVERS,
    "plugins/module_utils/": DRIVERS,
    "plugins/action/": (*INTEGRATION, "windows", "planted"),
    "plugins/filter/": (*INTEGRATION,),
    "plugins/inventory/": (*INTEGRATION,),
    "plugins/lookup/": (*INTEGRATION,),
    "plugins/doc_fragments/": (),
    "plugins/plugin_utils/": (*INTEGRATION, "windows", "planted", "fault_injection"),
    "plugins/plugin_utils/_action/": (*INTEGRATION, "windows", "planted"),
    "plugins/plugin_utils/_crypto/": (
        "integration/workstations",
        "integration/deliveries",
        "windows",
        "fault_injection",
    ),
    "plugins/plugin_utils/_io/": (*INTEGRATION, "fault_injection"),
    "plugins/plugin_utils/_messages/": (*INTEGRATION,),
    "plugins/plugin_utils/_mail/": ("integration/deliveries", "integration/report", "integration/awx_jobs"),
    "plugins/plugin_utils/_portal/": ("integration/deliveries", "integration/workstations"),
    "plugins/plugin_utils/_withdrawal/": ("integration/deliveries", "integration/awx_jobs", "fault_injection"),
    "plugins/plugin_utils/_facts/": (*INTEGRATION,),
    "plugins/plugin_utils/_lifecycle/": ("integration/workstations", "windows", "planted", "fault_injection"),
    "plugins/plugin_utils/_policy/": ("integration/workstations", "integration/report", "planted", "fault_injection"),
    "plugins/plugin_utils/_report/": ("integration/report", "integration/awx_jobs", "browser"),
    "plugins/plugin_utils/_workstation/": ("integration/workstations", "windows", "planted", "fault_injection"),
    "roles/": (*INTEGRATION, MOLECULE),
    "roles/collect/": ("integration/deliveries", "integration/awx_jobs", "integration/guides"),
    "roles/remind/": ("integration/report", "integration/guides"),
    "roles/report/": ("integration/report", "integration/awx_jobs", "integration/guides"),
    "playbooks/": (*INTEGRATION, MOLECULE),
    "extensions/": (MOLECULE,),
    "docs/awx/": ("planted", "integration/awx_jobs"),
    "docs/monitoring/": ("planted",),
    "docs/images/": ("browser", "integration/report"),
    "docs/": ("integration/guides",),
    "meta/": ("integration/guides",),
    "changelogs/": (),
    "LICENSES/": (),
    ".github/": (),
    ".ci/": (),
    "tools/": ("integration/guides",),
    "": ("integration/guides",),
    "pyproject.toml": EVERYTHING,
    "conftest.py": EVERYTHING,
    "Makefile": EVERYTHING,
    "tests/": EVERYTHING,
    "tests/lab/": EVERYTHING,
    "tests/requirements/": EVERYTHING,
    "tests/README.md": (),
    "tests/bed/": ("integration/guides", "windows"),
    "tests/benchmarks/": ("integration/workstations",),
    "tests/contract/": ("windows", "planted", "fault_injection"),
    "tests/ee/": ("integration/awx_jobs",),
    "tests/matrix/": (),
    "tests/integration/": (*INTEGRATION, "windows", "planted"),
    **{f"tests/{suite}/": () for suite in GATE if suite != "contract"},
    **{f"tests/{suite}/": (suite,) for suite in REST},
}
"""The beginning of a path to the suites that a change there has to pass besides the gate. The longest that fits counts alone."""


def row_of(path: str) -> str:
    """The row of the table that counts for a path of the repository."""
    return max((row for row in TABLE if path.startswith(row)), key=len)


def needed_by(paths: Iterable[str]) -> set[str]:
    """The suites that changes of these paths have to pass."""
    return {suite for path in paths for suite in TABLE[row_of(path)]}


def files_of(suite: str) -> list[str]:
    """The test files of a suite, below tests/."""
    return sorted(f"{suite}/{path.name}" for path in (ROOT / "tests" / suite).glob("test_*.py"))


def changed(commit: str) -> list[str]:
    """The paths that differ from a commit, also what is not committed. Raises ``CalledProcessError`` where it is not known."""
    asked = (
        ("diff", "--no-renames", "--name-only", f"{commit}^{{commit}}"),
        ("ls-files", "--others", "--exclude-standard"),
    )
    lines = (
        subprocess.run(["git", *each], cwd=ROOT, capture_output=True, text=True, check=True).stdout for each in asked
    )
    return [path for each in lines for path in each.splitlines()]


def main(asked: str) -> list[str]:
    """The words for a command line. Raises ``SystemExit`` for another question."""
    if asked == "gate":
        return list(GATE)
    if asked == "all":
        return [*REST, *GATE, MOLECULE]
    if asked:
        needed = needed_by(changed(asked))
        return [*(suite for suite in REST if suite in needed), *GATE, *(MOLECULE,) * (MOLECULE in needed)]
    raise SystemExit(__doc__)


if __name__ == "__main__":
    print("\n".join(main(sys.argv[1] if len(sys.argv) == 2 else "")))
