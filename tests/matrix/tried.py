# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was tried with each line of ansible-core: numbers that were read from the output, and no verdict."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from matrix.cores import ROOT

RESULTS = Path(__file__).with_name("results.json")
SHIPPED = ("meta", "playbooks", "plugins", "requirements.txt", "roles")
NEEDED_SANITY = {"compile", "import", "pylint", "validate-modules", "yamllint", "runtime-metadata"}
"""Without these, a sanity run says too little."""

SANITY_TEST = re.compile(r'^Running sanity test "([\w-]+)"', re.MULTILINE)
COMPLAINTS = re.compile(r"^ERROR: Found (\d+) ([\w-]+) issue", re.MULTILINE)
UNITS = re.compile(r"^=+ .*?(?:(\d+) failed, )?(\d+) passed.* in .*=+$", re.MULTILINE)
PROMISE = re.compile(r"^(kept|BROKEN): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Tried:
    """One core. ``exit_codes``: of each part. ``state``: of what is published, as ``shipped_state`` tells it. ``day``: ISO date."""

    ansible_core: str
    python: str
    day: str
    state: str
    exit_codes: dict[str, int]
    sanity_tests: list[str]
    sanity_complaints: dict[str, int]
    units_passed: int
    units_failed: int
    promises_kept: list[str]
    promises_broken: list[str]
    seconds: int

    @property
    def sanity_passed(self) -> bool:
        """Every test that matters ran, and none complained."""
        ran = set(self.sanity_tests) >= NEEDED_SANITY
        return ran and self.exit_codes.get("sanity") == 0 and not self.sanity_complaints

    @property
    def units_are_green(self) -> bool:
        """Tests ran, and none failed."""
        return self.exit_codes.get("units") == 0 and self.units_passed > 0 == self.units_failed

    @property
    def demo_kept_its_promises(self) -> bool:
        """There were promises, and all were kept."""
        return self.exit_codes.get("demo") == 0 and bool(self.promises_kept) and not self.promises_broken

    @property
    def green(self) -> bool:
        """All of it."""
        return self.sanity_passed and self.units_are_green and self.demo_kept_its_promises


def sanity_tests(output: str) -> list[str]:
    """The names of the tests that ``ansible-test sanity`` started, sorted."""
    return sorted(set(SANITY_TEST.findall(output)))


def complaints(output: str) -> dict[str, int]:
    """How many complaints each of them had."""
    return {test: int(number) for number, test in COMPLAINTS.findall(output)}


def units(output: str) -> tuple[int, int]:
    """How many unit tests passed and failed; pytest sums up once for each Python."""
    found = [(int(passed), int(failed or 0)) for failed, passed in UNITS.findall(output)]
    return sum(passed for passed, _failed in found), sum(failed for _passed, failed in found)


def promises(output: str, word: str) -> list[str]:
    """The demo's promises that were ``kept`` or ``BROKEN``."""
    return [promise for found, promise in PROMISE.findall(output) if found == word]


def shipped_state(root: Path = ROOT) -> str:
    """SHA-256 of what is published and runs: names and contents."""
    command = ["git", "ls-files", "-z", "--", *SHIPPED]
    names = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.split("\0")
    total = hashlib.sha256()
    for name in sorted(filter(None, names)):
        content = (root / name).read_bytes() if (root / name).is_file() else b""
        total.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def read(path: Path = RESULTS) -> dict[str, Tried]:
    """By line of ansible-core."""
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {line: Tried(**each) for line, each in content.items()}


def write(results: Mapping[str, Tried], path: Path = RESULTS) -> None:
    """Replaces the file."""
    content = {line: asdict(results[line]) for line in sorted(results, key=lambda line: int(line.split(".")[1]))}
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
