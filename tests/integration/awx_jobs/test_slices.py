# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A large hospital with workstations that are off: the report is whole, and the same whether the audit ran at once or in slices, on this
machine or on the execution nodes of a receptor mesh. ``make bench-fleet`` measures thousands of workstations."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.audit_and_report import comparable, complaints, report_of, single_run, switch_ten_off
from benchmarks.fleet_process import FleetProcess
from lab.mesh import CONTROLLER, EXECUTION, Mesh
from lab.slices import Courier, Slice, audit_in_slices, local, merged

SIZE = 24
COUNTS = (1, 2, 4)

Json = dict[str, Any]


@dataclass(frozen=True)
class Hospital:
    """``report``: that of the single run. ``earlier``: facts from before ten workstations were switched off."""

    folder: Path
    earlier: Path
    report: Json

    def audited(self, count: int, courier: Courier, name: str) -> list[Slice]:
        job = self.folder / f"{name}-{count}"
        return [each.green() for each in audit_in_slices(self.folder, job, count, courier, self.earlier)]

    def report_of(self, slices: list[Slice], name: str) -> Json:
        return report_of(self.folder, merged(slices, self.folder / name))[0]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with FleetProcess(tmp_path_factory.mktemp("slices"), SIZE) as fleet:
        earlier = switch_ten_off(fleet)
        cache, _run = single_run(fleet.folder, earlier)
        yield Hospital(fleet.folder, earlier, report_of(fleet.folder, cache)[0])


def test_the_single_run_finds_everybody(hospital: Hospital) -> None:
    assert complaints(SIZE, hospital.report) == []


@pytest.mark.parametrize("count", COUNTS)
def test_slices_give_the_same_report(hospital: Hospital, count: int) -> None:
    slices = hospital.audited(count, local, "runner")
    report = hospital.report_of(slices, f"runner-{count}-facts")
    assert comparable(report) == comparable(hospital.report)


@pytest.mark.receptor
@pytest.mark.parametrize("count", COUNTS)
def test_execution_nodes_of_a_mesh_give_the_same_report(hospital: Hospital, count: int) -> None:
    with Mesh() as mesh:
        slices = hospital.audited(count, mesh.carry, "mesh")
    report = hospital.report_of(slices, f"mesh-{count}-facts")
    assert comparable(report) == comparable(hospital.report)
    working = [mesh.used[node].cpu_seconds for node in EXECUTION[:count]]
    assert all(used > max(5 * mesh.used[CONTROLLER].cpu_seconds, 1) for used in working)


@pytest.mark.receptor
def test_an_execution_node_takes_signed_work_only() -> None:
    with Mesh() as mesh:
        asked = [
            mesh.submit(EXECUTION[0], subprocess.DEVNULL, "--worker-info", *sign) for sign in ((), ("--signwork",))
        ]
        said = [process.communicate(timeout=60)[0] for process in asked]
    assert ([process.returncode == 0 for process in asked], "runner_version" in said[1].decode()) == (
        [False, True],
        True,
    )
