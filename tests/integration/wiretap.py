# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sees what a workstation is sent, before it acts on it: for secrets that only exist there, and for things that happen in between."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lab.manifest import Manifest, parse
from lab.workstation_interface import Logon, Output, Process, Workstation

HearStdin = Callable[[bytes], object]


class _Tapped:
    """A process whose standard input is read along."""

    def __init__(self, process: Process, hear: HearStdin) -> None:
        self._process, self._hear, self._stdin = process, hear, b""

    def send(self, data: bytes, end: bool) -> None:
        self._stdin += data
        if end:
            self._hear(self._stdin)
        self._process.send(data, end)

    def receive(self, timeout: float, limit: int) -> Output | None:
        return self._process.receive(timeout, limit)

    def kill(self) -> None:
        self._process.kill()


def listen(monkeypatch: pytest.MonkeyPatch, workstation: Workstation, hear: HearStdin) -> None:
    """From now on ``hear`` gets the standard input of every command that this workstation is asked for."""
    start = workstation.start

    def tapped(logon: Logon, command_line: str, console: bool) -> Process:
        return _Tapped(start(logon, command_line, console), hear)

    monkeypatch.setattr(workstation, "start", tapped)


def tap(monkeypatch: pytest.MonkeyPatch, workstation: Workstation, hear: Callable[[Manifest], None]) -> None:
    """From now on ``hear`` gets every module run that this workstation is asked for."""

    def hear_stdin(stdin: bytes) -> None:
        manifest = parse(stdin)
        if manifest:
            hear(manifest)

    listen(monkeypatch, workstation, hear_stdin)
