# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A large hospital with workstations that are off: the report is whole, and the same whether the audit ran at once or in slices, on this
machine or on the execution nodes of a receptor mesh. ``make bench-fleet`` measures thousands of workstations."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

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


@pytest.mark.parametrize(
    "spoil",
    [
        lambda rows: rows[1:],
        lambda rows: [row | {"answer": "answered"} for row in rows],
        lambda rows: [row | {"facts_at": None} for row in rows],
        lambda rows: [row | {"problem": None} for row in rows],
    ],
    ids=["one_less", "all_answered", "since_never", "for_no_reason"],
)
def test_a_report_that_says_less_is_noticed(hospital: Hospital, spoil: Callable[[list[Json]], list[Json]]) -> None:
    less = hospital.report | {"workstations": spoil(hospital.report["workstations"])}
    assert complaints(SIZE, less) != []
    assert comparable(less) != comparable(hospital.report)


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


def test_a_node_that_does_nothing_is_no_success(hospital: Hospital, tmp_path: Path) -> None:
    def nobody(_number: int, payload: IO[bytes], _worker: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["sh", "-c", "cat >/dev/null"], stdin=payload, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    (only,) = audit_in_slices(hospital.folder, tmp_path / "job", 1, nobody, hospital.earlier)
    with pytest.raises(RuntimeError, match="without a word"):
        only.green()
    assert not only.fact_cache.exists()


@pytest.fixture(scope="module")
def halves(hospital: Hospital) -> list[Slice]:
    return hospital.audited(2, local, "halves")


@pytest.mark.parametrize("spoil", ["lost", "swapped", "doubled", "older"])
def test_facts_that_are_put_together_wrongly_are_noticed(
    hospital: Hospital, halves: list[Slice], tmp_path: Path, spoil: str
) -> None:
    first, second = halves
    if spoil == "lost":
        wrong = [first]
    elif spoil == "swapped":
        wrong = [replace(first, fact_cache=second.fact_cache), replace(second, fact_cache=first.fact_cache)]
    elif spoil == "doubled":
        wrong = [first, second, first]
    else:
        cache = shutil.copytree(second.fact_cache, tmp_path / "fact_cache")
        for path in hospital.earlier.iterdir():
            shutil.copy(path, cache)
        wrong = [first, replace(second, fact_cache=cache)]
    try:
        report = hospital.report_of(wrong, f"{spoil}-facts")
    except ValueError:
        return
    assert comparable(report) != comparable(hospital.report)
