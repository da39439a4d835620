# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook as a user starts it, and asks the system what it and its processes used."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.ansible_playbook import PROGRAM


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds of all its processes, and the peak of the largest of them."""

    cpu: float
    peak_kib: int


class Metered:
    """A way to run ansible-playbook, see ``lab.ansible_playbook``. ``last``: what the last run used."""

    last = Usage(0, 0)

    def __call__(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        """See ``lab.ansible_playbook.AnsiblePlaybook``. It waits without a limit."""
        command = [str(PROGRAM), *arguments]
        with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
            process = subprocess.Popen(
                command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
            )
            _pid, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.last = Usage(used.ru_utime + used.ru_stime, used.ru_maxrss)
            said = [file.seek(0) or file.read() for file in (stdout, stderr)]
        return subprocess.CompletedProcess(command, process.returncode, *map(str, said))
