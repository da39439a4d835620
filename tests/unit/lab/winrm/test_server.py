# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listener itself: where it listens, how it ends, what it answers to what is not WinRM."""

from __future__ import annotations

import base64
import socket
import threading
import time

import pytest
import requests
from winrm.exceptions import WSManFaultError

from lab.winrm import Ledger, Listener, shell, soap, wsman
from unit.lab.winrm.clients import PASSWORD, USER, begin, connect, post
from unit.lab.winrm.fake_workstation import FakeWorkstation

BASIC = f"Authorization: Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}\r\n"


def test_it_listens_on_one_loopback_address_only(listener: Listener) -> None:
    socket.create_connection(("127.0.0.1", listener.port), timeout=2).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", listener.port), timeout=2)


def test_closing_ends_commands_and_connections_at_once(workstation: FakeWorkstation) -> None:
    failures: list[Exception] = []
    listener = Listener(workstation, Ledger())
    listener.start()
    port = listener.port
    client = connect(port)
    shell, command = begin(client, "wait")

    def receive() -> None:
        try:
            client.get_command_output(shell, command)
        except requests.ConnectionError as error:
            failures.append(error)

    waiting = threading.Thread(target=receive, daemon=True)
    waiting.start()
    time.sleep(0.2)
    listener.close()
    waiting.join(2)
    assert not waiting.is_alive()
    assert len(failures) == 1
    assert workstation.processes[0].killed
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [("/", b"", 404), ("/wsman", b"not XML", 400), ("/wsman", b"<a/>", 400), ("/wsman", b"", 200)],
)
def test_what_is_not_winrm(listener: Listener, path: str, body: bytes, status: int) -> None:
    assert post(listener.port, BASIC, body, path).startswith(f"HTTP/1.1 {status} ".encode())


def test_what_is_not_http_ends_the_connection_only(listener: Listener) -> None:
    with socket.create_connection(("127.0.0.1", listener.port), timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert connection.recv(100) == b""
    connect(listener.port).open_shell()


@pytest.mark.parametrize(
    ("action", "uri", "code"),
    [
        (f"{soap.TRANSFER}/Get", f"{soap.SHELL}/cmd", wsman.ACTION_NOT_SUPPORTED),
        (f"{soap.TRANSFER}/Create", "http://schemas.microsoft.com/powershell/Of.A.Site", 0x8033803B),
        (f"{soap.TRANSFER}/Create", f"{soap.SHELL}/cmd", shell.SCHEMA),
    ],
    ids=["unknown action", "unknown shell", "no body"],
)
def test_what_it_does_not_know_is_a_fault(listener: Listener, action: str, uri: str, code: int) -> None:
    client = connect(listener.port)
    prefixes = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in soap.NAMESPACES.items())
    header = f"<a:Action>{action}</a:Action><w:ResourceURI>{uri}</w:ResourceURI>"
    with pytest.raises(WSManFaultError) as raised:
        client.send_message(f"<s:Envelope {prefixes}><s:Header>{header}</s:Header><s:Body/></s:Envelope>")
    assert raised.value.wsman_fault_code == code
