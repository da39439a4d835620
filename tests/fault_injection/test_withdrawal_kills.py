# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A withdrawal with everything that it can do is killed before each of its steps, and so is a run that puts in order what was there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fault_injection.deliveries import NEW, Delivered, Office
from fault_injection.withdrawal_process import KILLED, Ended, run_apart
from promises.test_06_one_time_link import assert_complete, assert_no_kill_loses_anything, steps_of, unwritten

RENAMED = "Jeanne Martin - T123456.p12"

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def with_everything(delivered: Delivered) -> dict[str, Any]:
    return delivered.arguments(
        new_passphrase=NEW, evidence_path=str(delivered.bundles / "evidence.jsonl"), message_id="<1@issuer>"
    )


def test_a_kill_before_any_step_loses_nothing_that_was_written(office: Office, tmp_path: Path) -> None:
    assert_no_kill_loses_anything(office, tmp_path, with_everything)


def test_a_kill_of_the_run_that_takes_over_loses_nothing(office: Office, tmp_path: Path) -> None:
    """The first run dies right after the last byte, the second before any of its steps, the third ends well."""
    steps = steps_of(office, tmp_path / "whole", with_everything)
    first = unwritten(steps).stop
    kill = 1
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
        kill += 1


Scene = Callable[[Delivered], dict[str, Any]]
"""What was there before the run that is killed. Returns the arguments of that run and of the next one."""


def assert_each_kill_ends(
    office: Office, tmp_path: Path, scene: Scene, check: Callable[[Delivered, Ended], None]
) -> None:
    """The run is killed before each of its steps. The next one does what the killed one was about to do, and sends nothing."""
    kill = 0
    while True:
        kill += 1
        delivered = office.deliver(tmp_path / str(kill))
        arguments = scene(delivered)
        killed = run_apart(arguments, delivered.scratch, kill=kill)
        after = run_apart(arguments, delivered.scratch)
        assert after.result is not None
        assert (after.result["requests"], delivered.downloads) == (0, 1), (kill, killed, after)
        check(delivered, after)
        if killed.status != KILLED:
            return


def files_of(delivered: Delivered) -> list[str]:
    """Without those that begin with a dot."""
    return sorted(path.name for path in delivered.bundles.glob("[!.]*.p12*"))


def withdrawn(delivered: Delivered, **changes: Any) -> None:
    assert run_apart(delivered.arguments(**changes), delivered.scratch).code is None


def test_a_kill_while_the_file_of_another_person_is_set_aside_asks_nobody(office: Office, tmp_path: Path) -> None:
    def scene(delivered: Delivered) -> dict[str, Any]:
        withdrawn(delivered)
        return delivered.arguments(authorisation="T999999")

    def check(delivered: Delivered, after: Ended) -> None:
        assert after.result is not None
        kept = delivered.dest.with_name(f"{delivered.dest.name}.rejected")
        assert files_of(delivered) == [kept.name]
        told = after.result["error"]["problem"]["causes"]
        assert [each["values"] for each in told if each["code"] == "kept.file"] == [{"path": str(kept)}]
        withdrawn(delivered)
        assert (files_of(delivered), delivered.downloads) == ([delivered.dest.name], 1)

    assert_each_kill_ends(office, tmp_path, scene, check)


@pytest.mark.parametrize("before", ["copied", "set aside", "without its name"])
def test_a_kill_while_a_bundle_gets_the_new_name_of_its_person_asks_nobody(
    office: Office, tmp_path: Path, before: str
) -> None:
    """A copy is opened by the passphrase of the site alone."""

    def scene(delivered: Delivered) -> dict[str, Any]:
        site = {"new_passphrase": NEW} if before == "copied" else {}
        withdrawn(delivered, **site)
        if before == "set aside":
            assert run_apart(delivered.arguments(authorisation="T999999"), delivered.scratch).code is not None
        elif before == "without its name":
            part = delivered.dest.with_name(f"{delivered.dest.name}.part")
            part.write_bytes(delivered.dest.read_bytes() + bytes(5000))
            delivered.dest.unlink()
        return delivered.arguments(**site, dest=str(delivered.bundles / RENAMED))

    def check(delivered: Delivered, after: Ended) -> None:
        assert after.code is None, after
        assert files_of(delivered) == [RENAMED]

    assert_each_kill_ends(office, tmp_path, scene, check)
