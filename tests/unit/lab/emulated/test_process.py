# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command on an emulated workstation, as WinRS sees it."""

from __future__ import annotations

import json
import time

import pytest

from lab.emulated import Change, DriverError, EmulatedWorkstation, Operation
from unit.lab.emulated.driver_calls import (
    ADMINISTRATOR,
    COMMAND,
    JEANNE,
    NEW,
    end_of,
    importing,
    proving,
    request,
    stdin,
    workstation,
)
from unit.lab.emulated.driver_calls import answer as answer_of


@pytest.mark.parametrize(("data", "console"), [(b"Get-Date", False), (b"", True)])
def test_powershell_without_a_module_says_what_this_workstation_is(data: bytes, console: bool) -> None:
    """It must never look as if a script had run."""
    process = workstation().start(ADMINISTRATOR, COMMAND, console)
    if not console:
        process.send(data, end=True)
    ended = end_of(process)
    assert ended.exit_code == 1
    assert json.loads(ended.stdout)["msg"].startswith("This emulated workstation runs only the drivers")


def test_another_module_and_a_wrapper_that_is_not_emulated_are_refused() -> None:
    """async would come back later, which nobody here can do."""
    data = stdin("store_inventory", {"protocol": 1, "holders": []})
    asynchronous = data.replace(b'"actions": [', b'"actions": [{"name": "async_wrapper.ps1"}, ')
    for sent, end in (
        (stdin("win_ping", {}), "hospital_it.pkcs12.win_ping is none of them."),
        (asynchronous, "it has no async_wrapper.ps1."),
    ):
        assert answer_of(workstation(), ADMINISTRATOR, sent)["msg"].endswith(end)


def test_a_killed_process_takes_no_input() -> None:
    """And says so."""
    process = workstation().start(ADMINISTRATOR, COMMAND, console=False)
    process.kill()
    with pytest.raises(BrokenPipeError):
        process.send(b"", end=True)
    assert end_of(process).exit_code == 1


def _enrol(target: EmulatedWorkstation) -> bytes:
    return stdin("store_exchange", request(target, JEANNE, importing(NEW), proving(NEW)), JEANNE)


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
