# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run is summed up from its ledger, and one that did nothing or met a fault is no measurement."""

from __future__ import annotations

import pytest

from benchmarks.counted import PEER, Counted, counted
from lab.winrm import Entry


def entry(action: str, **more: object) -> Entry:
    return Entry("ws", 1, action, 100, 10, 200, **more)  # type: ignore[arg-type]


RUN = (
    entry("Create"),
    entry("Command"),
    entry("Send", module="win_powershell", become_user="CHU\\holder0"),
    entry("Command"),
    entry("Send"),
)


def test_become_starts_a_second_powershell() -> None:
    assert counted(PEER, "renewal", 1, RUN) == Counted(
        PEER, "renewal", 1, commands=2, processes=3, modules=1, requests=5, sent=500, answered=50
    )


@pytest.mark.parametrize(
    "run", [(), (entry("Create"),), (*RUN, entry("Command", fault=5))], ids=["none", "no command", "fault"]
)
def test_a_run_that_did_nothing_or_failed_is_refused(run: tuple[Entry, ...]) -> None:
    with pytest.raises(ValueError, match="no measurement"):
        counted(PEER, "renewal", 1, run)
