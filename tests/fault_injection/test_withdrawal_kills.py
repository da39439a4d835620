# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A withdrawal with everything that it can do is killed before each of its steps, and so is the run that takes over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fault_injection.deliveries import NEW, Delivered, Office
from fault_injection.withdrawal_process import KILLED, run_apart
from figures import NUMBERS
from promises.test_06_one_time_link import assert_complete, assert_no_kill_loses_anything, steps_of, unwritten

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def with_everything(delivered: Delivered) -> dict[str, Any]:
    return delivered.arguments(
        new_passphrase=NEW, evidence_path=str(delivered.bundles / "evidence.jsonl"), message_id="<1@issuer>"
    )


def test_a_kill_before_any_step_loses_nothing_that_was_written(office: Office, tmp_path: Path) -> None:
    assert_no_kill_loses_anything(office, tmp_path, with_everything, "everything")


def test_a_kill_of_the_run_that_takes_over_loses_nothing(office: Office, tmp_path: Path) -> None:
    """The first run dies right after the last byte, the second before any of its steps, the third ends well."""
    steps = steps_of(office, tmp_path / "whole", with_everything)
    first = unwritten(steps).stop
    count, kill = 0, 1
    while True:
        delivered = office.deliver(tmp_path / str(kill))
        arguments = with_everything(delivered)
        assert run_apart(arguments, delivered.scratch, kill=first).status == KILLED
        second = run_apart(arguments, delivered.scratch, kill=kill)
        assert delivered.whole_files()
        assert_complete(delivered, run_apart(arguments, delivered.scratch))
        lines = (delivered.bundles / "evidence.jsonl").read_text(encoding="utf-8").count("\n")
        assert lines in (1, 2)  # a line may be written twice, and is never missing
        if second.status != KILLED:
            break
        count, kill = count + 1, kill + 1
    NUMBERS["withdrawal, the run that takes over killed before a step: complete after the third run"] += count
