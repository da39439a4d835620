# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command on an emulated workstation, as WinRS sees it."""

from __future__ import annotations

import json
import time

import pytest

from lab.emulated import Change, DriverError, EmulatedWorkstation, Operation, ProcessKilled
from lab.workstation_interface import Kind
from unit.lab.emulated.driver_calls import (
    ADMINISTRATOR,
    COMMAND,
    JEANNE,
    NEW,
    end_of,
    importing,
    inventory,
    proving,
    request,
    stdin,
    workstation,
)
from unit.lab.emulated.driver_calls import answer as answer_of


def test_an_unknown_command_gets_the_sentence_of_cmd() -> None:
    """A ``raw`` task that names a program."""
    ended = end_of(workstation().start(ADMINISTRATOR, "ipconfig /all", console=True))
    assert ended.exit_code == 1
    assert ended.stderr.startswith(b"'ipconfig' is not recognized as an internal or external command,\r\n")


@pytest.mark.parametrize(("data", "console"), [(b"Get-Date", False), (b"", True)])
def test_powershell_without_a_module_says_what_this_workstation_is(data: bytes, console: bool) -> None:
    """It must never look as if a script had run."""
    process = workstation().start(ADMINISTRATOR, COMMAND, console)
    if not console:
        process.send(data, end=True)
    ended = end_of(process)
    assert ended.exit_code == 1
    assert json.loads(ended.stdout)["msg"].startswith("This emulated workstation runs only the drivers")


def test_another_module_is_refused() -> None:
    """Whatever its name."""
    found = answer_of(workstation(), ADMINISTRATOR, stdin("win_ping", {}))
    assert found["msg"].endswith("hospital_it.pkcs12.win_ping is none of them.")


def test_a_wrapper_that_is_not_emulated_is_refused() -> None:
    """async would come back later, which nobody here can do."""
    data = stdin("store_inventory", {"protocol": 1, "holders": []})
    data = data.replace(b'"actions": [', b'"actions": [{"name": "async_wrapper.ps1"}, ')
    assert answer_of(workstation(), ADMINISTRATOR, data)["msg"].endswith("it has no async_wrapper.ps1.")


def test_input_comes_in_pieces_and_output_goes_in_pieces() -> None:
    """The exit code comes with the last one."""
    process = workstation().start(ADMINISTRATOR, COMMAND, console=False)
    data = stdin("store_inventory", {"protocol": 1, "holders": []})
    assert process.receive(0.0, 100) is None
    process.send(data[:1000], end=False)
    process.send(data[1000:], end=True)
    pieces = []
    while True:
        output = process.receive(5.0, 100)
        assert output is not None
        assert len(output.stdout) <= 100
        pieces.append(output)
        if output.exit_code is not None:
            break
    assert len(pieces) > 1
    assert all(piece.exit_code is None for piece in pieces[:-1])
    assert json.loads(b"".join(piece.stdout for piece in pieces))["computer"] == "PC-017"
    with pytest.raises(BrokenPipeError):
        process.send(b"", end=True)


def test_a_killed_process_takes_no_input() -> None:
    """And says so."""
    process = workstation().start(ADMINISTRATOR, COMMAND, console=False)
    process.kill()
    with pytest.raises(BrokenPipeError):
        process.send(b"", end=True)
    assert end_of(process).exit_code == 1


def _enrol(target: EmulatedWorkstation) -> bytes:
    return stdin("store_exchange", request(target, JEANNE, importing(NEW), proving(NEW)), JEANNE)


def test_a_process_killed_after_the_key_leaves_a_container_that_the_next_run_sweeps() -> None:
    """Nothing is rolled back, and the mutex is free again."""
    target = workstation()
    process = target.start(ADMINISTRATOR, COMMAND, console=False)

    def kill(operation: Operation) -> None:
        if operation.change is Change.CONTAINER_CREATED:
            process.kill()
            raise ProcessKilled

    target.observe = kill
    process.send(_enrol(target), end=True)
    assert end_of(process).stdout == b""
    store = target.store_of(JEANNE.sid)
    deadline = time.monotonic() + 5
    while target.mutex(JEANNE.sid).locked() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (len(store.elements), len(store.containers)) == (0, 1)
    del target.observe
    target.observe = lambda _operation: None
    again = answer_of(target, ADMINISTRATOR, _enrol(target))
    assert again["journal"][0]["swept"] == 1
    assert (len(store.elements), len(store.containers)) == (1, 1)


def test_kill_stops_before_the_next_change() -> None:
    """WinRS sends a signal while the driver is at work."""
    target = workstation()
    process = target.start(ADMINISTRATOR, COMMAND, console=False)
    seen: list[Change] = []

    def observe(operation: Operation) -> None:
        seen.append(operation.change)
        process.kill()

    target.observe = observe
    process.send(_enrol(target), end=True)
    assert end_of(process).exit_code == 1
    deadline = time.monotonic() + 5
    while target.mutex(JEANNE.sid).locked() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert seen == [Change.CONTAINER_CREATED]


@pytest.mark.parametrize("change", [Change.CONTAINER_CREATED, Change.CERTIFICATE_WRITTEN])
def test_a_store_that_refuses_a_write_is_rolled_back(change: Change) -> None:
    """A full disk: the step fails with its own code, and nothing is left."""
    target = workstation()

    def full(operation: Operation) -> None:
        if operation.change is change:
            raise DriverError(None, 0x80070070)

    target.observe = full
    found = answer_of(target, ADMINISTRATOR, _enrol(target))
    assert found["error"] == {"step": "i", "code": "import_failed", "hresult": 0x80070070}
    assert [entry["outcome"] for entry in found["journal"]] == ["failed", "undone"]
    store = target.store_of(JEANNE.sid)
    assert (store.elements, store.containers) == ({}, {})


def test_an_undo_that_fails_is_told() -> None:
    """The journal says what could not be taken back."""
    target = workstation()

    def stuck(operation: Operation) -> None:
        if operation.change in (Change.CERTIFICATE_WRITTEN, Change.CERTIFICATE_DELETED):
            raise DriverError(None, 0x80070005)

    target.observe = stuck
    found = answer_of(target, ADMINISTRATOR, _enrol(target))
    assert found["journal"][-1]["outcome"] == "undo_failed"
    assert found["journal"][-1]["hresult"] == 0x80070005


def test_hundreds_of_workstations_are_cheap() -> None:
    """The bench has hundreds in one process."""
    started = time.monotonic()
    targets = [workstation() for _index in range(300)]
    assert all(target.kind is Kind.EMULATED for target in targets)
    for target in targets[:50]:
        inventory(target)
    assert time.monotonic() - started < 5
