# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A withdrawal whose download is cut off, whose disk is full, or that meets another one: every byte that came is kept."""

from __future__ import annotations

import ctypes
import json
import os
import threading
from pathlib import Path

import pytest

from fault_injection.deliveries import NEW, Delivered, Office
from fault_injection.withdrawal_process import KILLED, Ended, run_apart, start
from lab.registration_authority import Variant

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

CUTS = (0, 1, 2, 3, 100, 1000, 2000, -1000, -2, -1)
"""Bytes after which the download ends; negative numbers count from the end."""


@pytest.mark.parametrize("without_length", [False, True], ids=["with a length", "without a length"])
@pytest.mark.parametrize("cut", CUTS)
def test_a_download_that_is_cut_off_is_kept(office: Office, tmp_path: Path, cut: int, without_length: bool) -> None:
    data = office.issued.data[:cut]
    delivered = office.deliver(tmp_path / "site", Variant(cut=cut, without_length=without_length))
    first = run_apart(delivered.arguments(), delivered.scratch)
    kept = [path.read_bytes() for path in sorted(delivered.bundles.glob("Jeanne*.p12.*"))]
    assert kept == ([data] if data else [])
    assert first.result is not None
    assert (first.result["failed"], first.result["changed"], delivered.dest.exists()) == (True, bool(data), False)
    # One byte does not tell a p12 from something else when the server does not say how many there are.
    told = {"download_cut"} if not without_length or len(data) > 1 else {"wrong_content"}
    assert {first.code} == told

    second = run_apart(delivered.arguments(), delivered.scratch)
    assert (second.code, delivered.downloads) == ("link_used", 1)
    office.server.variant, office.server.once = Variant(), False  # an issuer that gives the file again
    try:
        third = run_apart(
            {**delivered.arguments(), "retry": [delivered.arguments()["authorisation"]]}, delivered.scratch
        )
    finally:
        office.server.once = True
    assert third.result is not None
    assert third.result["state"] == "collected"
    assert [path.read_bytes() for path in sorted(delivered.bundles.glob("Jeanne*.p12.*"))] == kept


def test_two_cut_downloads_are_both_kept(office: Office, tmp_path: Path) -> None:
    delivered = office.deliver(tmp_path / "site", Variant(cut=100))
    office.server.once = False
    try:
        run_apart(delivered.arguments(), delivered.scratch)
        office.server.variant = Variant(cut=200)
        run_apart(delivered.arguments(), delivered.scratch)
    finally:
        office.server.once = True
    assert sorted(len(path.read_bytes()) for path in delivered.bundles.glob("*.cut")) == [100, 200]


def everything(delivered: Delivered) -> dict[str, object]:
    return delivered.arguments(new_passphrase=NEW, evidence_path=str(delivered.bundles / "evidence.jsonl"))


@pytest.mark.mount
def test_a_disk_that_is_full_from_any_step_on_loses_nothing(office: Office, tmp_path: Path) -> None:
    whole = office.deliver(tmp_path / "whole")
    steps = run_apart(everything(whole), whole.scratch).steps
    for full in range(1, len(steps) + 1):
        delivered = office.deliver(tmp_path / str(full))
        first = run_apart(everything(delivered), delivered.scratch, full=full, folder=delivered.bundles)
        assert first.status == 0, first
        assert first.result is not None
        assert "exception" not in first.result, first.result["exception"]
        assert first.code in ("disk_full", "evidence", None), first
        assert bool(delivered.whole_files()) == bool(delivered.downloads), (full, steps[full - 1])
        second = run_apart(everything(delivered), delivered.scratch)
        assert second.code is None, (full, steps[full - 1], first, second)
        assert delivered.downloads == 1


def fill(folder: Path) -> None:
    """Writes until nothing fits any more."""
    with (folder / "filler").open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


@pytest.mark.mount
def test_a_disk_that_others_fill_during_the_download_takes_the_bundle(office: Office, tmp_path: Path) -> None:
    """On a real file system of 1 MB, which is filled when the link is used: the space was reserved before that."""
    site = tmp_path / "site"
    delivered = office.deliver(site)
    libc = ctypes.CDLL(None)
    assert libc.mount(b"none", str(delivered.bundles).encode(), b"tmpfs", 0, b"size=1m") == 0
    try:
        office.server.variant = Variant(before_file=lambda: fill(delivered.bundles))
        arguments = delivered.arguments(allow_ephemeral=True)
        first = run_apart(arguments, delivered.scratch)
        assert delivered.dest.read_bytes() == office.issued.data
        (delivered.bundles / "filler").unlink()
        second = run_apart(arguments, delivered.scratch)
        assert second.result is not None
        assert (second.result["state"], second.result["requests"], delivered.downloads) == ("collected", 0, 1)
        assert first.code in (None, "disk_full")
    finally:
        libc.umount2(str(delivered.bundles).encode(), 2)


@pytest.mark.parametrize("folder", [f"round {number}" for number in range(5)])
def test_of_two_jobs_at_once_one_withdraws(office: Office, tmp_path: Path, folder: str) -> None:
    released = threading.Event()
    delivered = office.deliver(tmp_path / folder, Variant(before_file=lambda: released.wait(5) and None))
    waiting = [start(delivered.arguments(), delivered.scratch) for _job in range(2)]
    ended: list[Ended] = []
    others = [threading.Thread(target=lambda wait=wait: ended.append(wait())) for wait in waiting]
    for each in others:
        each.start()
    while not ended:
        others[0].join(0.02)
    released.set()
    for each in others:
        each.join()
    assert sorted(str(each.code) for each in ended) == ["None", "locked"]
    assert delivered.downloads == 1
    (refused,) = [each.result for each in ended if each.result and each.code == "locked"]
    assert refused["state"] == "new"
    assert refused["error"]["problem"]["causes"][0]["values"]["pid"] != os.getpid()
    again = run_apart(delivered.arguments(), delivered.scratch)
    assert again.result is not None
    assert (again.result["changed"], again.result["requests"]) == (False, 0)


def test_the_lock_of_a_killed_job_is_taken_over_by_one_of_many(office: Office, tmp_path: Path) -> None:
    kill = _first_request(office, tmp_path / "count")
    for _round in range(5):
        first = office.deliver(tmp_path / f"again{_round}")
        # Killed at its first request: the lock is there, and nothing was asked for.
        assert run_apart(first.arguments(), first.scratch, kill=kill).status == KILLED
        assert list(first.bundles.glob(".*.lock"))
        waiting = [start(first.arguments(), first.scratch) for _job in range(4)]
        ended = [wait() for wait in waiting]
        assert {each.code for each in ended} <= {None, "locked"}
        assert first.downloads == 1
        told = [each.result for each in ended if each.result and each.result.get("took_over")]
        assert len(told) == 1


def _first_request(office: Office, folder: Path) -> int:
    delivered = office.deliver(folder)
    return run_apart(delivered.arguments(), delivered.scratch).steps.index("before request_once") + 1


def test_a_lock_of_another_machine_is_refused_and_named(office: Office, tmp_path: Path) -> None:
    delivered = office.deliver(tmp_path / "site")
    assert (
        run_apart(delivered.arguments(), delivered.scratch, kill=_first_request(office, tmp_path / "n")).status
        == KILLED
    )
    (lock,) = delivered.bundles.glob(".*.lock")
    there = json.loads(lock.read_text(encoding="utf-8")) | {"host": "awx-node-2", "boot": "another"}
    lock.write_text(json.dumps(there), encoding="utf-8")
    refused = run_apart(delivered.arguments(), delivered.scratch)
    assert refused.result is not None
    assert (refused.code, refused.result["state"], refused.result["requests"]) == ("locked", "new", 0)
    problem = refused.result["error"]["problem"]
    assert problem["values"] == {"path": str(lock)}
    values = problem["causes"][0]["values"]
    assert values | {"host": "awx-node-2", "since": "2026-11-25T12:00:00Z"} == values
    lock.unlink()
    assert run_apart(delivered.arguments(), delivered.scratch).code is None
