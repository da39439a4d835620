# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts ansible-runner, which sends a job (``transmit``), does it (``worker``), or takes what came back (``process``)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

RUNNER = Path(sys.executable).parent / "ansible-runner"


def environment() -> dict[str, str]:
    """None of the tests' own variables."""
    given = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**given, "PATH": f"{RUNNER.parent}:{given['PATH']}", "LC_ALL": "C.UTF-8"}


def start(
    *arguments: str, stdin: int | IO[bytes] = subprocess.DEVNULL, **streams: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    """Standard output and standard error are pipes, unless ``streams`` says otherwise."""
    return subprocess.Popen(
        [str(RUNNER), *arguments],
        env=environment(),
        stdin=stdin,
        stdout=streams.get("stdout", subprocess.PIPE),
        stderr=streams.get("stderr", subprocess.PIPE),
    )
