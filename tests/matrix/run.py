# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries one line of ansible-core: sanity without an ignore file, units, and the demo. Each part writes a log."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

from matrix.cores import ROOT, Core, make_environment, usable
from matrix.tried import Tried, complaints, promises, sanity_tests, shipped_state, units

STAGE = ROOT / ".build" / "stage-matrix" / "ansible_collections" / "hospital_it" / "pkcs12"
ANSIBLE_TEST = str(ROOT / "tools" / "ansible_test")
VERSION = "import sys, ansible.release; print(ansible.release.__version__, '%d.%d.%d' % sys.version_info[:3])"


def loudly(said: str) -> None:
    """A line that `.ci/run` repeats at its end."""
    print(f"*** {said}", flush=True)


def stage() -> None:
    """Copies the tree anew: what the ansible-test of one core leaves there would be in the way of the next one's."""
    subprocess.run([str(ROOT / "tools" / "stage"), str(STAGE)], cwd=ROOT, check=True)


def try_core(core: Core) -> Tried | None:
    """Runs all parts, also after one failed. None when this machine has no Python for this core."""
    if _lacks_python(core):
        return None
    _say_what_is_left_out(core, usable(core)[0])
    started = time.monotonic()
    stage()
    make_environment(core)
    version, python = _output([str(core.folder / "bin" / "python"), "-c", VERSION]).split()
    said, codes = {}, {}
    for part, command in commands(core).items():
        codes[part], said[part] = _logged(core, part, command)
        print(f"core {core.line}: {part} ended with {codes[part]}", flush=True)
    passed, failed = units(said["units"])
    return Tried(
        ansible_core=version,
        python=python,
        day=str(datetime.now(timezone.utc).date()),
        state=shipped_state(),
        exit_codes=codes,
        sanity_tests=sanity_tests(said["sanity"]),
        sanity_complaints=complaints(said["sanity"]),
        units_passed=passed,
        units_failed=failed,
        promises_kept=promises(said["demo"], "kept"),
        promises_broken=promises(said["demo"], "BROKEN"),
        seconds=round(time.monotonic() - started),
    )


SHORT = (
    "tests/consistency/test_published.py",
    "tests/integration/guides/test_targets.py",
    "tests/promises/test_03_no_secret.py",
    "tests/promises/test_04_one_name_for_a_setting.py",
    *(f"tests/promises/{path.name}" for path in sorted((ROOT / "tests" / "promises").glob("test_12_*.py"))),
)
"""Every module is documented and loads; every target runs; no secret is left, nothing functional is hidden, and nothing is deprecated."""


def try_shortly(lines: Sequence[Core]) -> int:
    """What fits into five minutes, with the first of these lines for which this machine has a Python: the exit code of pytest."""
    core = next((each for each in lines if not _lacks_python(each)), None)
    if core is None:
        return 1
    make_environment(core)
    command = [
        str(core.folder / "bin" / "python"),
        "-m",
        "pytest",
        "-q",
        "--numprocesses=2",
        "--dist=loadfile",
        *SHORT,
    ]
    done = subprocess.run(command, cwd=ROOT, env=dict(environment(core)), check=False).returncode
    loudly(
        f"ansible-core {core.line} ran the targets and some promises, on emulated workstations only. Its sanity"
        " tests, its units and its demo, and all other lines, are left to `make matrix`."
    )
    return done


def commands(core: Core) -> dict[str, list[str]]:
    """What is run for a core. pslint is left out everywhere, since PSScriptAnalyzer has to be downloaded."""
    has_powershell = subprocess.run([str(ROOT / "tools" / "bed"), "pwsh"], check=False, cwd=ROOT).returncode == 0
    without = ["--skip-test", "pslint", *([] if has_powershell else ["--skip-test", "validate-modules"])]
    return {
        "sanity": [ANSIBLE_TEST, str(STAGE), "sanity", "--requirements", "--color", "no", *without],
        "units": [
            ANSIBLE_TEST,
            str(STAGE),
            "units",
            "--venv",
            "--requirements",
            "--color",
            "no",
            "tests/unit/plugins/",
        ],
        "demo": [str(core.folder / "bin" / "python"), "-m", "lab", "demo"],
    }


def environment(core: Core) -> Mapping[str, str]:
    """Of each part."""
    path = os.pathsep.join([str(ROOT / "tests"), str(ROOT / ".build" / "collections")])
    return {**os.environ, "ANSIBLE_TEST_VENV": str(core.folder), "PYTHONPATH": path, "NO_COLOR": "1"}


def _lacks_python(core: Core) -> bool:
    """Whether it cannot be tried here, which is said."""
    if usable(core):
        return False
    loudly(f"NOT TRIED: ansible-core {core.line}. This machine has none of its Pythons: {' '.join(core.pythons)}.")
    return True


def _say_what_is_left_out(core: Core, taken: str) -> None:
    others = " ".join(each for each in core.pythons if each != taken)
    loudly(f"ansible-core {core.line} is tried with Python {taken}. NOT TRIED with it: Python {others}.")


def _logged(core: Core, part: str, command: list[str]) -> tuple[int, str]:
    log = log_of(core, part)
    log.parent.mkdir(parents=True, exist_ok=True)
    own = dict(environment(core))
    if part != "demo":
        del own["PYTHONPATH"]
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run(command, cwd=ROOT, env=own, stdout=file, stderr=subprocess.STDOUT, check=False)
    return done.returncode, log.read_text(encoding="utf-8", errors="replace")


def log_of(core: Core, part: str) -> Path:
    """Where the output of a part is."""
    return ROOT / ".build" / "matrix" / f"core-{core.line}" / f"{part}.log"


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, stderr=sys.stderr).stdout
