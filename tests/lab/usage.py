# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process has used when it has ended, with all children that it has waited for: computing time and memory."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """``seconds`` by the clock, ``cpu_seconds`` of user and system; ``largest_kib``: the largest resident set among it and its children."""

    exit_code: int
    seconds: float
    cpu_seconds: float
    largest_kib: int


class Measured:
    """A started process. Whoever started it waits for it here, and nowhere else."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process, self._started = process, time.monotonic()

    def ended(self) -> Usage:
        """Waits for the end."""
        _pid, status, used = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        cpu = used.ru_utime + used.ru_stime
        return Usage(self.process.returncode, time.monotonic() - self._started, cpu, used.ru_maxrss)
