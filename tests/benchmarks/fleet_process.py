# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated workstations in a process of their own, so that their computing time is not taken for the controller's.

``python -m benchmarks.fleet_process FOLDER SIZE`` is that process. It reads one order per line, as JSON: the workstations to switch off.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from benchmarks.floor import FloorWorkstation
from benchmarks.process_tree import cpu_seconds
from lab.large_hospital import Fleet, names_of


class FleetProcess:
    """Starts on ``with``, and is ready then."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.names = folder, names_of(size)

    def __enter__(self) -> FleetProcess:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(self.folder), str(len(self.names))],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    @property
    def pid(self) -> int:
        """The process with all workstations in it."""
        return self._process.pid

    def cpu_seconds(self) -> float:
        """What the workstations have used so far."""
        return cpu_seconds(self.pid)

    def switch_off(self, names: Sequence[str]) -> None:
        """Nobody listens there any more."""
        assert self._process.stdin
        print(json.dumps(list(names)), file=self._process.stdin, flush=True)
        self._read()

    def _read(self) -> None:
        assert self._process.stdout
        if not self._process.stdout.readline():
            raise RuntimeError(f"The emulated workstations have ended with {self._process.wait()}.")


def main(folder: str, size: str) -> None:
    """Serves until standard input ends."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # each workstation listens
    with Fleet(Path(folder), int(size), FloorWorkstation) as fleet:
        print("ready", flush=True)
        for line in sys.stdin:
            fleet.switch_off(json.loads(line))
            print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
