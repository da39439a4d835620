# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller of a large hospital: it has an inventory, a fact cache, and an ansible-playbook whose use is measured."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.ansible_playbook import PROGRAM
from lab.large_hospital import inventory_of
from lab.playbook import ROOT
from lab.usage import Measured, Usage

FORKS = 20


@dataclass(frozen=True, slots=True)
class Finished:
    """An ansible-playbook that has ended."""

    output: str
    used: Usage

    def green(self) -> Finished:
        """Itself. Raises ``RuntimeError`` when it has ended red."""
        if self.used.exit_code:
            raise RuntimeError(f"ended with {self.used.exit_code}:\n{self.output[-3000:]}")
        return self


class Controller:
    """Works in the folder of a fleet. ``start``: what stands before ``ansible-playbook``, such as a profiler."""

    def __init__(self, folder: Path, cache: Path | None = None, start: Sequence[str | Path] = ()) -> None:
        self.folder, self.cache, self._start = folder, cache or folder / "facts", start

    def play(self, playbook: str | Path, *options: str, forks: int = FORKS) -> Finished:
        """Runs a playbook with a fact cache."""
        command = [*self._start, PROGRAM, "-i", inventory_of(self.folder), "-f", str(forks), playbook, *options]
        log = self.folder / "log"
        with log.open("w", encoding="utf-8") as output:
            process = subprocess.Popen(
                command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            used = Measured(process).ended()
        return Finished(log.read_text(encoding="utf-8"), used)

    @property
    def environment(self) -> dict[str, str]:
        """What it sets for Ansible."""
        return {
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"),
            "ANSIBLE_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.cache),
            "ANSIBLE_CACHE_PLUGIN_TIMEOUT": "0",
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
        }
