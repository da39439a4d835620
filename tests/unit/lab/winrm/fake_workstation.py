# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation without any process: a function of the command line and of standard input says what comes out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from lab.cmd import Ended
from lab.workstation_interface import Kind, Logon, Output

Run = Callable[[str, bytes], Ended | None]
"""From a command line and complete standard input to what the command answers; None: it runs until it is killed."""


class FakeProcess:
    """Runs its function when standard input is complete; at once with a console."""

    def __init__(self, run: Run, command_line: str, console: bool) -> None:
        self._run, self._command_line = run, command_line
        self._finished = threading.Event()
        self._ended: Ended | None = None
        self.stdin = bytearray()
        self.sends = 0
        self.killed = False
        if console:
            self._finish()

    def send(self, data: bytes, end: bool) -> None:
        if self._finished.is_set():
            raise BrokenPipeError
        self.stdin += data
        self.sends += 1
        if end:
            self._finish()

    def receive(self, timeout: float, limit: int) -> Output | None:
        if not self._finished.wait(timeout) or self._ended is None:
            return None
        return self._ended.receive(timeout, limit)

    def kill(self) -> None:
        self.killed = True
        if not self._finished.is_set():
            self._ended = Ended(1)
            self._finished.set()

    def _finish(self) -> None:
        self._ended = self._run(self._command_line, bytes(self.stdin))
        if self._ended:
            self._finished.set()


@dataclass
class FakeWorkstation:
    """Remembers who started what."""

    run: Run
    name: str = "ws-1"
    kind: Kind = Kind.EMULATED
    passwords: dict[str, str] = field(default_factory=lambda: {"jdupont": "Secret-1", "CHU\\jdupont": "Secret-1"})
    started: list[tuple[Logon, str, bool]] = field(default_factory=list)
    processes: list[FakeProcess] = field(default_factory=list)

    def start(self, logon: Logon, command_line: str, console: bool) -> FakeProcess:
        process = FakeProcess(self.run, command_line, console)
        self.started.append((logon, command_line, console))
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in self.processes:
            process.kill()
