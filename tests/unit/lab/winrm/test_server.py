# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no play over the listener shows: where it listens, that it takes no clear message, and whose password counts where."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError

from lab.winrm import Ledger, Listener
from lab.workstation_interface import AuthMethod
from unit.lab.winrm.clients import connect, run
from unit.lab.winrm.conftest import behave
from unit.lab.winrm.fake_workstation import FakeWorkstation


def test_it_listens_on_one_loopback_address_only(listener: Listener) -> None:
    socket.create_connection(("127.0.0.1", listener.port), timeout=2).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", listener.port), timeout=2)


def test_without_basic_clear_messages_are_refused(workstation: FakeWorkstation) -> None:
    with Listener(workstation, Ledger(), auth=[AuthMethod.NTLM]) as listener:
        with pytest.raises(WinRMTransportError) as raised:
            connect(listener.port, "ntlm", message_encryption="never").open_shell()
        assert raised.value.code == 500
        assert run(connect(listener.port, "ntlm"), "digest")[2] == 3


def test_the_same_account_has_another_password_on_another_workstation() -> None:
    names = [f"ws-{number}" for number in range(6)]
    with ExitStack() as stack, ThreadPoolExecutor(len(names)) as pool:
        stations = [FakeWorkstation(behave, name, passwords={"admin": f"of {name}"}) for name in names]
        ports = [stack.enter_context(Listener(station, Ledger())).port for station in stations]
        clients = [
            connect(port, "ntlm", username="admin", password=f"of {name}")
            for port, name in zip(ports, names, strict=True)
        ]
        codes = [output[2] for output in pool.map(lambda client: run(client, "digest"), clients)]
        assert codes == [3] * len(names)
        with pytest.raises(InvalidCredentialsError):
            connect(ports[1], "ntlm", username="admin", password="of ws-0").open_shell()
    assert "NTLM_USER_FILE" not in os.environ
