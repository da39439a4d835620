# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real ansible-core against the listener: what it sends, and how often."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.cmd import Ended, split
from lab.manifest import Manifest, parse
from lab.winrm import Ledger, Listener, tally
from lab.workstation_interface import AuthMethod
from unit.lab.winrm.controller import PROBE, Controller
from unit.lab.winrm.fake_workstation import FakeWorkstation

CHUNK = 200_000  # bytes of standard input that ansible-core puts into one Send
PLAIN = ["Create", "Command", "Send", "Receive", "Signal", "Delete"]


class Station(FakeWorkstation):
    """Answers a module run with its manifest, and a raw command with its own text."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.manifests: list[Manifest] = []

    def _answer(self, command_line: str, stdin: bytes) -> Ended:
        manifest = parse(stdin)
        if manifest is None:
            return Ended(0, base64.b64decode(split(command_line)[-1]).decode("utf-16-le"))
        self.manifests.append(manifest)
        return Ended(0, '{"changed": false, "answer": "from the fake"}')


@pytest.fixture
def workstation() -> Station:
    return Station()


@pytest.fixture
def controller(tmp_path: Path, listener: Listener) -> Callable[..., Controller]:
    return lambda transport, **options: Controller(tmp_path, listener.port, transport, **options)


@pytest.mark.parametrize(("transport", "rounds"), [("basic", 0), ("ntlm", 3)])
def test_a_module_is_one_command_in_six_requests(
    controller: Callable[..., Controller], ledger: Ledger, workstation: Station, transport: str, rounds: int
) -> None:
    printed = controller(transport).task("probe", "question=hay")
    assert '"answer": "from the fake"' in printed, printed
    assert [entry.action for entry in ledger.entries] == ["auth"] * rounds + PLAIN
    sums = tally(ledger.entries)
    assert (sums.requests, sums.auth_rounds, sums.commands, sums.faults) == (6 + rounds, rounds, 1, 0)
    assert sums.modules == ("probe",)
    assert workstation.started[0][0].method is AuthMethod(transport)
    (manifest,) = workstation.manifests
    assert (manifest.script.decode(), manifest.arguments) == (PROBE, {"question": "hay"})
    assert (manifest.check_mode, manifest.become) == (False, None)


def test_become_and_check_mode_are_in_the_manifest(
    controller: Callable[..., Controller], ledger: Ledger, workstation: Station
) -> None:
    become = ["--become", "--become-method", "runas", "--become-user", "CHU\\mmartin"]
    printed = controller("basic").task("probe", "", "--check", *become, "-e", "ansible_become_password=hay-needle")
    assert "SUCCESS" in printed, printed
    (manifest,) = workstation.manifests
    assert manifest.check_mode
    assert manifest.become
    assert (manifest.become.user, manifest.become.password) == ("CHU\\mmartin", "hay-needle")
    (sent,) = [entry for entry in ledger.entries if entry.module]
    assert (sent.become_user, sent.become_password_given) == ("CHU\\mmartin", True)
    assert "hay-needle" not in repr(ledger.entries)
    sends = [entry.stdin_bytes for entry in ledger.entries if entry.action == "Send"]
    assert len(sends) == math.ceil(sum(sends) / CHUNK)
    assert manifest.scripts.keys() >= {"Ansible.Become.cs", "Ansible.Process.cs"}


def test_a_raw_command_has_no_input(
    controller: Callable[..., Controller], ledger: Ledger, workstation: Station
) -> None:
    assert "Get-Needle" in controller("ntlm").task("raw", "Get-Needle")
    assert [entry.action for entry in ledger.entries] == ["auth"] * 3 + [name for name in PLAIN if name != "Send"]
    assert workstation.started[0][2] is True


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_a_wrong_password_makes_the_host_unreachable(
    controller: Callable[..., Controller], workstation: Station, transport: str
) -> None:
    printed = controller(transport, password="wrong").task("probe")
    assert "UNREACHABLE" in printed
    assert "the specified credentials were rejected by the server" in printed
    assert workstation.started == []
