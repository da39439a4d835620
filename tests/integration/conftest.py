# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from integration.plays import NONCE
from lab.authority import Authority
from lab.hospital import Hospital
from lab.people import LOUIS, Desk, Seat
from lab.wine import WineWorkstation
from lab.winrm import Listener
from lab.workstation_interface import AuthMethod

DOSIMETRY = Desk("ws-dosimetry", (Seat(LOUIS),), windows=True)


@dataclass(frozen=True, slots=True)
class Site:
    """A hospital, and what ansible-playbook needs besides its inventory to reach it in the way that is meant."""

    hospital: Hospital
    options: tuple[str, ...] = ()


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Issues what the hospital's own authority would not."""
    return Authority.create()


@pytest.fixture(scope="session")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """One workstation with Windows PowerShell for all tests: each brings certificates of its own. Only for tests marked ``windows``."""
    with Hospital(tmp_path_factory.mktemp("windows"), [DOSIMETRY]) as hospital:
        yield hospital


@pytest.fixture(scope="session")
def windows_by_basic(windows: Hospital) -> Iterator[Site]:
    """The same workstation behind a second listener."""
    auth = AuthMethod.BASIC
    workstation, certificate = windows.workstations[DOSIMETRY.name], windows.tls_of(auth)
    with Listener(workstation, windows.ledger, auth=(auth,), tls=certificate) as listener:
        variables = {"ansible_port": listener.port, **windows.over(auth)}
        yield Site(windows, tuple(f"--extra-vars={name}={value}" for name, value in variables.items()))


@pytest.fixture(scope="session")
def powershell(windows: Hospital) -> WineWorkstation:
    """The workstation itself, to look into."""
    workstation = windows.workstations[DOSIMETRY.name]
    assert isinstance(workstation, WineWorkstation)
    return workstation


@pytest.fixture
def nonce_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs of the test tell codes and values instead of sentences."""
    for name, value in NONCE.items():
        monkeypatch.setenv(name, value)
