# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A withdrawal is killed before each of its steps. What was written is never lost, and the next run ends well without a second download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fault_injection.deliveries import Delivered, Office
from fault_injection.withdrawal_process import KILLED, TERMINATED, Ended, run_apart

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def steps_of(office: Office, folder: Path, arguments: Any) -> tuple[str, ...]:
    """Those of a withdrawal that nothing interrupts."""
    delivered = office.deliver(folder)
    ended = run_apart(arguments(delivered), delivered.scratch)
    assert ended.code is None, ended
    return ended.steps


def unwritten(steps: tuple[str, ...]) -> range:
    """Kills (before the step of this number) in which the issuer has delivered and no byte can have reached the disk."""
    sent = [number for number, step in enumerate(steps, 1) if step == "after request_once"][-1]
    written = next(number for number, step in enumerate(steps, 1) if step == "pwrite")
    found = range(sent, written + 1)
    assert len(found) == 4, steps  # a byte that has come is written at once
    return found


def assert_complete(delivered: Delivered, ended: Ended) -> None:
    assert ended.code is None, ended
    assert ended.result is not None
    assert (ended.result["state"], delivered.downloads) == ("collected", 1)
    assert delivered.dest.name in delivered.whole_files()
    assert not list(delivered.bundles.glob("*.part")) + list(delivered.bundles.glob("*.lock"))


def test_a_kill_before_any_step_loses_nothing_that_was_written(office: Office, tmp_path: Path) -> None:
    assert_no_kill_loses_anything(office, tmp_path, Delivered.arguments)


def assert_no_kill_loses_anything(office: Office, tmp_path: Path, arguments: Any) -> None:
    steps = steps_of(office, tmp_path / "whole", arguments)
    lost = unwritten(steps)
    for kill in range(1, len(steps) + 1):
        delivered = office.deliver(tmp_path / str(kill))
        killed = run_apart(arguments(delivered), delivered.scratch, kill=kill)
        assert killed.status == KILLED, killed
        asked, was_there = delivered.downloads, bool(delivered.whole_files())
        assert was_there == (bool(asked) and kill not in lost), (kill, steps[kill - 1])
        after = run_apart(arguments(delivered), delivered.scratch)
        if kill in lost:
            assert (after.code, delivered.downloads) == ("link_used", 1)
            continue
        assert_complete(delivered, after)
        again = run_apart(arguments(delivered), delivered.scratch)
        assert again.result is not None
        assert (again.result["changed"], again.result["requests"]) == (False, 0)


def test_a_run_that_is_told_to_end_keeps_what_the_issuer_delivers(office: Office, tmp_path: Path) -> None:
    """Unlike a kill: the signal of a person or a job server waits until the file is on the disk."""
    steps = steps_of(office, tmp_path / "whole", Delivered.arguments)
    for end in range(1, len(steps) + 1):
        delivered = office.deliver(tmp_path / str(end))
        ended = run_apart(delivered.arguments(), delivered.scratch, end=end)
        assert ended.status == TERMINATED, (end, ended)
        assert bool(delivered.whole_files()) == bool(delivered.downloads), (end, steps[end - 1])
        assert_complete(delivered, run_apart(delivered.arguments(), delivered.scratch))
