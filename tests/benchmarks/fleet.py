# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m benchmarks.fleet [SIZE ...]``: measures large hospitals, keeps the result, and writes the pages that show it.

It takes long. So each part is kept as soon as it is measured, and ``--parts scale`` measures only that one anew; ``--parts none`` writes
the pages from what was kept.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from typing import Any

from benchmarks import fleet_page, page, scaling_guide
from benchmarks.distribution import distribution
from benchmarks.scale import profiles, scale
from lab.controller import FORKS
from lab.large_hospital import PROFILES
from lab.mesh import receptor

NAME = "fleet"
SIZES = (50, 500, 3000)
PROFILED, DISTRIBUTED, REPORTED = 200, 100, 20_000
PACKAGES = ("ansible-core", "ansible-runner", "pywinrm", "cryptography")


def main() -> None:
    """Measures what it is told, and writes."""
    parser = argparse.ArgumentParser(prog="bench-fleet", description="Audit and report of large hospitals.")
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="numbers of workstations")
    parser.add_argument("--parts", nargs="+", choices=(*PARTS, "none"), default=PARTS)
    asked = parser.parse_args()
    for part in PARTS:
        if part in asked.parts:
            _measure(part, asked.sizes)
    result = page.kept(NAME)
    page.write(page.BENCHMARKS, NAME, fleet_page.part(result))
    page.write(scaling_guide.GUIDE, scaling_guide.NAME, scaling_guide.part(result))


def _measure(part: str, sizes: Sequence[int]) -> None:
    for measured in MEASURE[part](sizes):
        page.keep(NAME, {**_kept(), **_setting(), part: {"day": _day(), **measured}})


def _report(_sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """In a process of its own, since memory that was used once is not given back."""
    _say(f"A report of {REPORTED} holders")
    command = [sys.executable, "-m", "benchmarks.report_forms", str(REPORTED)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    yield json.loads(said.stdout)


def _distribution(_sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    _say(f"{DISTRIBUTED} workstations in slices")
    yield distribution(DISTRIBUTED)


def _profile(_sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    _say(f"{PROFILED} workstations, each play with a profiler")
    yield profiles(PROFILED)


def _scale(sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Sizes that are not asked for keep what was measured before."""
    measured = {each["hosts"]: each for each in _kept().get("scale", {}).get("sizes", ())}
    for size in sizes:
        _say(f"{size} workstations, each play")
        measured[size] = scale(size)
        yield {"sizes": [measured[hosts] for hosts in sorted(measured)]}


MEASURE: Mapping[str, Callable[[Sequence[int]], Iterator[dict[str, Any]]]] = {
    "report": _report,
    "distribution": _distribution,
    "profile": _profile,
    "scale": _scale,
}
PARTS = tuple(MEASURE)


def _kept() -> dict[str, Any]:
    try:
        return page.kept(NAME)
    except FileNotFoundError:
        return {}


def _setting() -> dict[str, Any]:
    versions = {package: version(package) for package in PACKAGES}
    return {
        "machine": page.machine(),
        "versions": {**versions, "receptor": _receptor()},
        "forks": FORKS,
        "profiles_per_workstation": PROFILES,
    }


def _day() -> str:
    return datetime.now(timezone.utc).date().isoformat()


def _receptor() -> str | None:
    """Its version; None where there is none, and then the mesh is left out."""
    if receptor() is None:
        return None
    return subprocess.run(["receptor", "--version"], capture_output=True, text=True, check=True).stdout.strip()


def _say(what: str) -> None:
    print(f"{datetime.now(timezone.utc):%H:%M:%S} {what}", flush=True)


if __name__ == "__main__":
    main()
