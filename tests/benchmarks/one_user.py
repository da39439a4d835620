# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets a workstation with a single user run what is meant for another user: everything travels and is counted, and become is left out.

Under Wine there is one user, and no token of another one. Ansible's manifest asks for become as the first of its actions; here the
workstation drops this action and runs the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.manifest import BECOME_WRAPPER, changed
from lab.wine import WineWorkstation
from lab.workstation_interface import Kind, Logon, Output, Process

BECOME_BEFORE_2_19 = BECOME_WRAPPER.removesuffix(".ps1")


class OneUser:
    """A workstation under Wine that runs everything as its one user."""

    kind = Kind.WINDOWS_POWERSHELL

    def __init__(self, workstation: WineWorkstation) -> None:
        self._workstation = workstation

    @property
    def name(self) -> str:
        """See ``lab.workstation_interface.Workstation``."""
        return self._workstation.name

    @property
    def passwords(self) -> Mapping[str, str]:
        """See ``lab.workstation_interface.Workstation``."""
        return self._workstation.passwords

    def start(self, logon: Logon, command_line: str, console: bool) -> Process:
        """See ``lab.workstation_interface.Workstation``."""
        process = self._workstation.start(logon, command_line, console)
        return process if console else _Held(process)

    def close(self) -> None:
        """The workstation is closed by whoever made it."""


class _Held:
    """Keeps standard input until its end, and hands it on without become."""

    def __init__(self, process: Process) -> None:
        self._process, self._input = process, bytearray()

    def send(self, data: bytes, end: bool) -> None:
        """See ``lab.workstation_interface.Process``."""
        self._input += data
        if end:
            self._process.send(without_become(bytes(self._input)), end=True)

    def receive(self, timeout: float, limit: int) -> Output | None:
        """See ``lab.workstation_interface.Process``."""
        return self._process.receive(timeout, limit)

    def kill(self) -> None:
        """See ``lab.workstation_interface.Process``."""
        self._process.kill()


def without_become(stdin: bytes) -> bytes:
    """Standard input of a command; what is no manifest with become stays as it is."""
    return changed(stdin, _without_become)


def _without_become(document: dict[str, Any]) -> dict[str, Any] | None:
    actions = document.get("actions", ())
    kept = [action for action in actions if _name(action) not in (BECOME_WRAPPER, BECOME_BEFORE_2_19)]
    return None if len(kept) == len(actions) else {**document, "actions": kept}


def _name(action: Any) -> str:
    return str(action["name"] if isinstance(action, dict) else action)
