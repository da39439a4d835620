# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible really sends: a playbook is run once against a listener that keeps what it gets, and each case lays its request over it.

So the cases run on the command line, the exec wrapper, the scripts and the arguments of the ansible-core that is installed.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.ansible_playbook import ansible_playbook
from lab.cmd import Ended
from lab.manifest import BECOME_WRAPPER, MODULE_WRAPPER, PRIVATE, arguments_of, changed, parse, put_arguments
from lab.winrm import Ledger, Listener
from lab.workstation_interface import Kind, Logon, Output, Process

ROOT = Path(__file__).resolve().parents[2]
USER, PASSWORD = "capture", "capture"
TASKS: list[dict[str, Any]] = [
    {"hospital_it.pkcs12.store_inventory": {"protocol": 1, "holders": []}},
    {"hospital_it.pkcs12.browser_info": {"protocol": 1, "issuers": []}},
    {"hospital_it.pkcs12.bundle_files": {"protocol": 1}},
    {"hospital_it.pkcs12.bundle_removal": {"protocol": 1, "files": []}},
    {"hospital_it.pkcs12.profile_exchange": {"protocol": 1, "owner_sid": "", "observed": "", "steps": []}},
    {"hospital_it.pkcs12.store_exchange": {"protocol": 1, "owner_sid": "", "observed": "", "steps": []}},
]
BECOME = {"become": True, "become_method": "runas", "become_user": USER}


@dataclass(frozen=True, slots=True)
class Sent:
    """A command line and its standard input. ``driver``: the module's last name."""

    command_line: str
    stdin: bytes = field(repr=False)

    @property
    def key(self) -> tuple[str, bool]:
        """The driver, and whether it runs as another user."""
        manifest = parse(self.stdin)
        if manifest is None:
            raise ValueError("Ansible sent something else than a module")
        return manifest.module.rpartition(".")[2], manifest.become is not None

    def asking(self, request: Mapping[str, Any], check_mode: bool, run_as: str | None) -> bytes:
        """The same bytes with another request in the module's arguments."""

        def change(manifest: dict[str, Any]) -> dict[str, Any]:
            for action in manifest["actions"]:
                if action["name"] == BECOME_WRAPPER:
                    action["params"]["BecomeUser"] = run_as
                if action["name"] == MODULE_WRAPPER:
                    sent = arguments_of(action["params"])
                    private = {name: value for name, value in sent.items() if name.startswith(PRIVATE)}
                    put_arguments(action["params"], {**request, **private, PRIVATE + "check_mode": check_mode})
            return manifest

        return changed(self.stdin, change)


class _Capture:
    """A workstation that keeps what it is sent."""

    name, kind, passwords = "capture", Kind.EMULATED, {USER: PASSWORD}

    def __init__(self) -> None:
        self.sent: list[Sent] = []

    def start(self, _logon: Logon, command_line: str, _console: bool) -> Process:
        return _CaptureProcess(self, command_line)

    def close(self) -> None:
        """Holds nothing."""


class _CaptureProcess:
    def __init__(self, capture: _Capture, command_line: str) -> None:
        self._capture, self._command_line, self._stdin = capture, command_line, b""
        self._answer: Ended | None = None

    def send(self, data: bytes, end: bool) -> None:
        self._stdin += data
        if end:
            self._capture.sent.append(Sent(self._command_line, self._stdin))
            self._answer = Ended(0, stdout='{"changed": false}\r\n')

    def receive(self, timeout: float, limit: int) -> Output | None:
        return self._answer.receive(timeout, limit) if self._answer else None

    def kill(self) -> None:
        """It has ended."""


def capture() -> dict[tuple[str, bool], Sent]:
    """Runs the drivers through real Ansible once. Raises ``RuntimeError`` with Ansible's output when that fails."""
    workstation = _Capture()
    with Listener(workstation, Ledger()) as listener, tempfile.TemporaryDirectory() as folder:
        playbook = Path(folder) / "playbook.json"
        play = {"hosts": "all", "gather_facts": False, "tasks": [*TASKS, {**TASKS[-1], **BECOME}]}
        playbook.write_text(json.dumps([play]))
        _play(playbook, listener.port)
    return {sent.key: sent for sent in workstation.sent}


def _play(playbook: Path, port: int) -> None:
    connection = {
        "ansible_connection": "winrm",
        "ansible_host": "127.0.0.1",
        "ansible_port": port,
        "ansible_user": USER,
        "ansible_password": PASSWORD,
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "basic",
    }
    inventory = playbook.with_name("inventory.json")
    inventory.write_text(json.dumps({"all": {"hosts": {"capture": connection}}}))
    settings = f"[defaults]\ncollections_path = {ROOT / '.build' / 'collections'}\nhome = {playbook.parent}\n"
    playbook.with_name("ansible.cfg").write_text(settings)
    # No setting of the user's own environment may change the bytes, and Ansible wants a locale with UTF-8.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment["LC_ALL"] = "C.UTF-8"
    done = ansible_playbook(["-i", str(inventory), str(playbook)], environment, playbook.parent)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
