# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command on an emulated workstation: it gathers standard input to its end, then answers in a thread of its own."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable

from lab.workstation_interface import Output

Answer = Callable[[bytes, threading.Event], tuple[bytes, bytes, int]]
"""Standard input and the mark of a kill, to standard output, standard error and the exit code."""


class EmulatedProcess:
    """``answer`` runs once, when standard input has ended; a ``console`` has no standard input to wait for."""

    def __init__(self, answer: Answer, console: bool) -> None:
        self._answer = answer
        self._input = bytearray()
        self._killed = threading.Event()
        self._changed = threading.Condition()
        self._stdout, self._stderr = b"", b""
        self._exit_code: int | None = None
        self._started = False
        if console:
            self._start()

    def send(self, data: bytes, end: bool) -> None:
        """Gathers input. Raises ``BrokenPipeError`` after its end and after a kill."""
        if self._started or self._killed.is_set():
            raise BrokenPipeError
        self._input += data
        if end:
            self._start()

    def _start(self) -> None:
        self._started = True
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._end(*self._answer(bytes(self._input), self._killed))
        except Exception:  # noqa: BLE001 - a mistake of the emulation must end the command, and show
            self._end(b"", traceback.format_exc().encode(), 1)
        self._input.clear()

    def _end(self, stdout: bytes, stderr: bytes, exit_code: int) -> None:
        with self._changed:
            if self._exit_code is None:
                self._stdout, self._stderr, self._exit_code = stdout, stderr, exit_code
                self._changed.notify_all()

    def receive(self, timeout: float, limit: int) -> Output | None:
        """At most ``limit`` bytes of output; the exit code comes with the last of them."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._exit_code is not None, timeout):
                return None
            stdout, self._stdout = self._stdout[:limit], self._stdout[limit:]
            limit -= len(stdout)
            stderr, self._stderr = self._stderr[:limit], self._stderr[limit:]
            rest = self._stdout or self._stderr
            return Output(stdout, stderr, None if rest else self._exit_code)

    def kill(self) -> None:
        """Ends the process; what it was about to change stays unchanged, what it has changed stays changed."""
        self._killed.set()
        self._end(b"", b"", 1)
