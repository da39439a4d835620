# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python profiled.py FILE PROGRAM [ARGUMENT ...]``: runs a program of Python and says where its computing time goes, its forks' too.

Every 10 ms of computing time (ITIMER_PROF) a line goes into the file: ``main`` or ``fork``, then the functions that are running, the
innermost first. The lines of all processes go to one file, since a worker of Ansible ends without a word.
"""

from __future__ import annotations

import atexit
import os
import random
import runpy
import signal
import sys
from collections.abc import Iterator
from types import FrameType

INTERVAL = 0.01
SEPARATOR = "\t"
MAIN, FORK = "main", "fork"


def watch(file: int) -> None:
    """Begins here and in every fork from here on. A fork has no timer of its parent's (fork(2))."""

    main = os.getpid()

    def sample(_signal: int, frame: FrameType | None) -> None:
        process = MAIN if os.getpid() == main else FORK
        os.write(file, (SEPARATOR.join((process, *_functions(frame))) + "\n").encode())

    def start() -> None:
        # From a random moment on, or the first milliseconds of short processes would never be seen.
        signal.setitimer(signal.ITIMER_PROF, random.uniform(0.0001, INTERVAL), INTERVAL)  # noqa: S311 - no secret

    signal.signal(signal.SIGPROF, sample)
    os.register_at_fork(after_in_child=start)
    atexit.register(
        signal.setitimer, signal.ITIMER_PROF, 0
    )  # Python takes its handler away at the end, and then SIGPROF kills
    start()


def _functions(frame: FrameType | None) -> Iterator[str]:
    while frame:
        yield f"{frame.f_code.co_filename}:{frame.f_code.co_name}"
        frame = frame.f_back


if __name__ == "__main__":
    target, program, *arguments = sys.argv[1:]
    watch(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    sys.argv = [program, *arguments]
    sys.path[0] = os.path.dirname(program)  # noqa: PTH120 - as Python does for a program
    runpy.run_path(program, run_name="__main__")
