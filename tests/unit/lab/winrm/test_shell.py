# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client may do with shells and commands."""

from __future__ import annotations

import hashlib

import pytest
from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError

from lab.winrm import Ledger, Listener
from lab.winrm.shell import NO_PIPE, NOT_FOUND, TIMED_OUT, Command
from lab.workstation_interface import Output
from unit.lab.winrm.clients import begin, connect, run
from unit.lab.winrm.fake_workstation import FakeWorkstation

ENVELOPE = 153600


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_much_output_comes_in_answers_that_fit_the_envelope(listener: Listener, ledger: Ledger, transport: str) -> None:
    stdout, _rest, _rest2 = run(connect(listener.port, transport), "many 400000")
    assert stdout == b"0123456789" * 40_000
    sizes = [entry.response_bytes for entry in ledger.entries if entry.action == "Receive"]
    assert len(sizes) == 4
    assert ENVELOPE * 0.9 < max(sizes) <= ENVELOPE


def test_a_receive_times_out_and_may_be_repeated(listener: Listener, ledger: Ledger) -> None:
    client = connect(listener.port, operation_timeout_sec=1)
    shell, command = begin(client, "digest", [])
    with pytest.raises(WinRMOperationTimeoutError):
        client.get_command_output_raw(shell, command)
    assert ledger.entries[-1].fault == TIMED_OUT
    client.send_command_input(shell, command, b"late", end=True)
    assert client.get_command_output(shell, command)[0] == hashlib.sha256(b"late").hexdigest().encode()


class Dribble:
    """A process that writes three times, and then has ended."""

    def __init__(self) -> None:
        self.outputs = [Output(b"a", b"", None), Output(b"b", b"!", None), Output(b"", b"", 4)]

    def send(self, data: bytes, end: bool) -> None:
        raise BrokenPipeError

    def receive(self, timeout: float, limit: int) -> Output | None:
        return self.outputs.pop(0) if self.outputs and limit and timeout > 0 else None

    def kill(self) -> None:
        self.outputs.clear()


def test_output_and_end_that_come_together_are_one_answer() -> None:
    command = Command(Dribble())
    assert command.receive(1, 100) == Output(b"ab", b"!", 4)


def test_an_answer_ends_at_its_limit() -> None:
    command = Command(Dribble())
    assert command.receive(1, 1) == Output(b"a", b"", None)
    assert command.receive(1, 100) == Output(b"b", b"!", 4)


def test_input_after_the_end_is_a_broken_pipe(listener: Listener) -> None:
    client = connect(listener.port)
    shell, command = begin(client, "digest", [b"all"])
    with pytest.raises(WSManFaultError) as raised:
        client.send_command_input(shell, command, b"more")
    assert raised.value.wsman_fault_code == NO_PIPE


def test_signal_ends_the_command_and_forgets_it(listener: Listener, workstation: FakeWorkstation) -> None:
    client = connect(listener.port)
    shell, command = begin(client, "wait")
    assert [process.killed for process in workstation.processes] == [False]
    client.cleanup_command(shell, command)
    assert [process.killed for process in workstation.processes] == [True]
    with pytest.raises(WSManFaultError) as raised:
        client.get_command_output_raw(shell, command)
    assert raised.value.wsman_fault_code == NOT_FOUND


def test_delete_ends_the_shell_with_its_commands(listener: Listener, workstation: FakeWorkstation) -> None:
    client = connect(listener.port)
    shell, _rest = begin(client, "wait")
    client.close_shell(shell)
    assert workstation.processes[0].killed
    with pytest.raises(WSManFaultError) as raised:
        client.run_command(shell, "digest")
    assert raised.value.wsman_fault_code == NOT_FOUND


def test_a_shell_is_not_another_accounts(listener: Listener) -> None:
    shell, _rest = begin(connect(listener.port), "wait")
    with pytest.raises(WSManFaultError) as raised:
        connect(listener.port, username="jdupont").run_command(shell, "digest")
    assert raised.value.wsman_fault_code == NOT_FOUND
