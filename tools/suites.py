# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which suites a change has to pass besides the gate, which is what `make test` runs.

    tools/suites.py gate      the folders of the gate, the slowest first
    tools/suites.py rest      all other folders
    tools/suites.py chosen    those that the table names for what changed since the commit in .ci/base, and a share of the other files
    tools/suites.py all       the same as if everything had changed

The share is chosen by the hash of the commit, so that every file has its turn and nothing rots. Everything counts as changed where the
commit in .ci/base is missing from the clone. ``chosen`` and ``all`` may also print `molecule`, which is no folder of tests.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = ".ci/base"
GATE = ("contract", "promises", "monitoring", "unit", "awx", "consistency")
INTEGRATION = (
    "integration/workstations",
    "integration/deliveries",
    "integration/report",
    "integration/awx_jobs",
    "integration/guides",
)
REST = ("windows", "windows_cases", "planted", "fault_injection", "browser", *INTEGRATION)
"""The slowest first. A folder has its own files only."""
MOLECULE = "molecule"
EVERYTHING = (*REST, MOLECULE)
SHARE = 8
"""One of so many files of the suites that are not chosen."""

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
    ".ci/base": (),
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
    "tests/contract/": ("windows", "windows_cases", "planted", "fault_injection"),
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


def share(suites: Iterable[str], commit: str) -> list[str]:
    """One of ``SHARE`` files of these suites, others for another commit; at least one where there is one."""
    files = [file for suite in suites for file in files_of(suite)]
    files.sort(key=lambda file: hashlib.sha256(f"{commit} {file}".encode()).digest())
    return sorted(files[: -(-len(files) // SHARE)])


def git(*arguments: str) -> list[str] | None:
    """Lines of its output; None when it failed."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else None


def changed() -> list[str] | None:
    """The paths that differ from the commit in ``.ci/base``, also what is not committed; None when that commit is not known here."""
    try:
        base = (ROOT / BASE).read_text(encoding="ascii").strip()
    except OSError:
        return None
    tracked = git("diff", "--no-renames", "--name-only", f"{base}^{{commit}}") if base else None
    new = git("ls-files", "--others", "--exclude-standard")
    return None if tracked is None or new is None else [*tracked, *new]


def chosen(paths: list[str] | None, commit: str) -> list[str]:
    """What a change of these paths has to pass: suites and single files. Everything for None."""
    if paths is None:
        return list(EVERYTHING)
    needed = needed_by(paths)
    return [suite for suite in EVERYTHING if suite in needed] + share((s for s in REST if s not in needed), commit)


def main(asked: str) -> list[str]:
    """The words for a command line. Raises ``SystemExit`` for another question."""
    if asked in ("gate", "rest"):
        return list(GATE if asked == "gate" else REST)
    if asked == "all":
        return chosen(None, "")
    if asked == "chosen":
        return chosen(changed(), "".join(git("rev-parse", "HEAD") or []))
    raise SystemExit(__doc__)


if __name__ == "__main__":
    print("\n".join(main(sys.argv[1] if len(sys.argv) == 2 else "")))
