# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command on an emulated workstation, as WinRS sees it."""

from __future__ import annotations

import json

import pytest

from unit.lab.emulated.driver_calls import (
    ADMINISTRATOR,
    COMMAND,
    end_of,
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
