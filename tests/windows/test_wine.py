# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows PowerShell under Wine as a workstation."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from lab.wine import WineWorkstation
from lab.winrm import Ledger, Listener
from unit.lab.winrm.clients import PASSWORD, USER, begin, connect, run

pytestmark = pytest.mark.windows


@pytest.fixture(scope="module")
def station() -> Iterator[WineWorkstation]:
    workstation = WineWorkstation.create("wine-test", {USER: PASSWORD})
    yield workstation
    workstation.close()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def listener(station: WineWorkstation, ledger: Ledger) -> Iterator[Listener]:
    with Listener(station, ledger) as listening:
        yield listening


def test_exit_code_and_error_stream(listener: Listener) -> None:
    _rest, stderr, code = run(
        connect(listener.port), "PowerShell -NoProfile -Command [Console]::Error.Write(7);exit(41)"
    )
    assert (stderr, code) == (b"7", 41)


def test_cmd_refuses_what_it_does_not_know_and_what_is_too_long(listener: Listener) -> None:
    _rest, stderr, code = run(connect(listener.port), "hostname")
    assert (stderr[:28], code) == (b"'hostname' is not recognized", 1)
    _rest, stderr, code = run(connect(listener.port), "powershell -Command " + "1;" * 4100)
    assert (stderr, code) == (b"The command line is too long.\r\n", 1)


def test_a_signal_ends_powershell(listener: Listener, station: WineWorkstation) -> None:
    client = connect(listener.port)
    shell, command = begin(client, "powershell -NoProfile -Command [Console]::Write($PID);Start-Sleep(120)", [])
    pid = client.get_command_output_raw(shell, command)[0].decode()
    alive = f"[bool](Get-Process -Id {pid} -ErrorAction SilentlyContinue)"
    assert station.run_powershell(alive) == "True\n"
    client.cleanup_command(shell, command)
    deadline = time.monotonic() + 10
    while (answer := station.run_powershell(alive)) == "True\n" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer == "False\n"


def test_two_workstations_have_two_registries(station: WineWorkstation) -> None:
    other = WineWorkstation.create("wine-test", {})
    try:
        station.run_powershell("New-Item HKCU:\\Software\\Needle | Out-Null")
        assert station.run_powershell("Test-Path HKCU:\\Software\\Needle") == "True\n"
        assert other.run_powershell("Test-Path HKCU:\\Software\\Needle") == "False\n"
    finally:
        prefix = other.prefix
        other.close()
    assert not prefix.exists()


def test_its_user_is_known(station: WineWorkstation) -> None:
    assert station.owner_sid.startswith("S-1-5-21-")
    assert "\\" in station.account
