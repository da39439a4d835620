# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in, and who is not."""

from __future__ import annotations

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from winrm.exceptions import InvalidCredentialsError

from lab.winrm import Ledger, Listener
from lab.workstation_interface import AuthMethod
from unit.lab.winrm.clients import PASSWORD, USER, connect, post, run, session
from unit.lab.winrm.conftest import behave
from unit.lab.winrm.fake_workstation import FakeWorkstation

SCHEMES = pytest.mark.parametrize("transport", ["basic", "ntlm"])


@SCHEMES
@pytest.mark.parametrize("username", [USER, "jdupont", "chu\\JDUPONT"])
def test_every_spelling_of_an_account_is_let_in(listener: Listener, transport: str, username: str) -> None:
    assert run(connect(listener.port, transport, username=username), "digest")[2] == 3


@SCHEMES
@pytest.mark.parametrize(
    ("username", "password"), [(USER, "wrong"), ("CHU\\nobody", PASSWORD), ("XX\\jdupont", PASSWORD)]
)
def test_wrong_credentials_are_rejected(
    listener: Listener, ledger: Ledger, transport: str, username: str, password: str
) -> None:
    with pytest.raises(InvalidCredentialsError, match="rejected"):
        connect(listener.port, transport, username=username, password=password).open_shell()
    assert {(entry.action, entry.status, entry.user) for entry in ledger.entries} == {("auth", 401, None)}


@pytest.mark.parametrize("header", ["", "Authorization: Kerberos YII=\r\n", "Authorization: Negotiate !\r\n"])
def test_without_credentials_the_schemes_are_offered(listener: Listener, header: str) -> None:
    answer = post(listener.port, header)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b'\r\nWWW-Authenticate: Basic realm="WSMAN"\r\nWWW-Authenticate: Negotiate\r\n' in answer


def test_a_scheme_that_is_not_offered_is_not_taken(workstation: FakeWorkstation) -> None:
    credentials = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    with Listener(workstation, Ledger(), auth=[AuthMethod.NTLM]) as listener:
        answer = post(listener.port, f"Authorization: Basic {credentials}\r\n")
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"Basic" not in answer


def test_basic_holds_for_one_request_only(listener: Listener, ledger: Ledger) -> None:
    client = connect(listener.port)
    shell = client.open_shell()
    session(client).auth = None
    with pytest.raises(InvalidCredentialsError):
        client.close_shell(shell)
    assert {entry.connection for entry in ledger.entries} == {1}


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
