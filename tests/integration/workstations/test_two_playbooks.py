# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two playbooks meet at one workstation, as jobs of two templates may: AWX keeps only the jobs of one template apart."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from integration.plays import failed_hosts
from lab.emulated import Operation
from lab.faults import Watch
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play

WARD = "ws-cardio"
PATIENCE = 60
LEAVES = ("-e", json.dumps({"pkcs12_retire_authorisations": [JEANNE.authorisation]}))
RENEW, DUE, RETIRE = ("renew",), ("renew_due",), ("retire", *LEAVES)


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    """Jeanne's certificate ends soon, the new bundle is there, and the facts say so."""
    with Hospital(tmp_path, (Desk(WARD, (Seat(JEANNE),)),), days={JEANNE: 20}) as running:
        old = running.bundles[JEANNE.authorisation]
        workstation = running.emulated(WARD)
        workstation.store_of(JEANNE.sid).plant(old.certificate, old.private_key)
        workstation.mutex_wait = 0.5
        running.deliver(JEANNE, 1000, " new")
        assert start(running, "audit").exit_code == 0
        yield running


def start(hospital: Hospital, playbook: str, *options: str, **environment: str) -> Run:
    return play(hospital, f"hospital_it.pkcs12.{playbook}", *options, environment={**FACT_CACHE, **environment})


@contextmanager
def in_the_middle_of(hospital: Hospital, *first: str) -> Iterator[Future[Run]]:
    """The first playbook writes to the store, and goes on after the end of the block."""
    reached, go_on = threading.Event(), threading.Event()

    def hold(watch: Watch, _operation: Operation) -> None:
        if len(watch.operations) == 1:
            reached.set()
            assert go_on.wait(PATIENCE)

    Watch.over(hospital.emulated(WARD), JEANNE.sid, hold)
    with ThreadPoolExecutor(1) as elsewhere:
        run = elsewhere.submit(start, hospital, *first, LAB_RESULTS=str(hospital.folder / "first.jsonl"))
        try:
            assert reached.wait(PATIENCE)
            yield run
        finally:
            go_on.set()


def refused(run: Run) -> list[str]:
    """The codes with which the workstation's holders ended red."""
    assert (run.exit_code, failed_hosts(run)) == (2, {WARD}), run.stdout
    return [each.result["error"]["code"] for each in run.holders() if each.result["error"]]


def certificates(hospital: Hospital) -> int:
    return len(hospital.emulated(WARD).store_of(JEANNE.sid).elements)


def test_two_renewals_meet_and_one_of_them_renews(hospital: Hospital) -> None:
    with in_the_middle_of(hospital, *RENEW) as first:
        assert refused(start(hospital, *DUE)) == ["busy"]
    assert first.result().exit_code == 0
    assert certificates(hospital) == 1
    again = start(hospital, *DUE)
    assert (again.exit_code, certificates(hospital)) == (0, 1)


def test_a_removal_meets_a_renewal_and_the_next_removal_takes_what_the_renewal_brought(hospital: Hospital) -> None:
    with in_the_middle_of(hospital, *RENEW) as first:
        assert refused(start(hospital, *RETIRE)) == ["busy"]
    assert first.result().exit_code == 0
    assert certificates(hospital) == 1
    again = start(hospital, *RETIRE)
    assert (again.exit_code, certificates(hospital)) == (0, 0), again.stdout
    assert refused(start(hospital, *RENEW)) == ["retired"]


def test_a_renewal_meets_a_removal_and_installs_nothing(hospital: Hospital) -> None:
    with in_the_middle_of(hospital, *RETIRE) as first:
        assert refused(start(hospital, *RENEW)) == ["retired"]
    assert first.result().exit_code == 0
    assert certificates(hospital) == 0
