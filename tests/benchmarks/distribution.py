# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same audit at once and in slices: by ansible-runner on this machine, and on the execution nodes of a receptor mesh."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from benchmarks.audit_and_report import comparable, complaints, report_of, single_run, switch_ten_off
from benchmarks.fleet_process import FleetProcess
from benchmarks.process_tree import PeakMemory
from lab.mesh import CONTROLLER, Mesh, receptor
from lab.slices import Courier, Slice, audit_in_slices, local, merged

COUNTS = (1, 2, 4)
Json = dict[str, Any]


class WrongReportError(Exception):
    """A way to audit ends in another report than the single run; the text says which."""


def distribution(size: int) -> Json:
    """All ways over so many workstations. Raises ``WrongReportError``."""
    with tempfile.TemporaryDirectory() as folder, FleetProcess(Path(folder), size) as fleet:
        earlier = switch_ten_off(fleet)
        with PeakMemory("controller", {fleet.pid: "emulation"}) as peak:
            cache, audit = single_run(fleet.folder, earlier)
        report, report_run = report_of(fleet.folder, cache)
        if wrong := complaints(size, report):
            raise WrongReportError(f"the single run: {wrong}")
        single = {
            "way": "ansible-playbook",
            "slices": 1,
            "seconds": round(audit.used.seconds, 1),
            "controller_cpu": round(audit.used.cpu_seconds, 1),
            "worker_cpu": 0.0,
            "peak_mib": dict(peak.mib),
        }
        runs = [single, *_sliced(fleet, earlier, report)]
    return {
        "hosts": size,
        "runs": runs,
        "report_cpu": round(report_run.used.cpu_seconds, 1),
        "mesh": receptor() is not None,
    }


def _sliced(fleet: FleetProcess, earlier: Path, report: Json) -> Iterator[Json]:
    for way in ("ansible-runner", "receptor") if receptor() else ("ansible-runner",):
        for count in COUNTS:
            job = fleet.folder / f"{way}-{count}"
            measured, slices = _audited(fleet, job, count, way, earlier)
            merged_report, _run = report_of(fleet.folder, merged(slices, fleet.folder / f"{way}-{count}-facts"))
            if comparable(merged_report) != comparable(report):
                raise WrongReportError(f"{count} slices by {way}")
            yield {"way": way, "slices": count, **measured}


def _audited(fleet: FleetProcess, job: Path, count: int, way: str, earlier: Path) -> tuple[Json, Sequence[Slice]]:
    peak = PeakMemory("controller", {fleet.pid: "emulation"})
    with ExitStack() as running:
        mesh = running.enter_context(Mesh()) if way == "receptor" else None
        if mesh:
            peak.parts |= {pid: node for node, pid in mesh.pids.items() if node != CONTROLLER}
        courier = mesh.carry if mesh else _noted(peak)
        running.enter_context(peak)
        started = time.monotonic()
        slices = [each.green() for each in audit_in_slices(fleet.folder, job, count, courier, earlier)]
        seconds = time.monotonic() - started
    controller = sum(each.sent.cpu_seconds + each.taken.cpu_seconds for each in slices)
    carried = sum(each.carried.cpu_seconds for each in slices)
    events = sum(len(list((each.fact_cache.parent / "job_events").iterdir())) for each in slices)
    if mesh:
        controller += carried + mesh.used[CONTROLLER].cpu_seconds
        carried = sum(used.cpu_seconds for node, used in mesh.used.items() if node != CONTROLLER)
    measured = {
        "seconds": round(seconds, 1),
        "controller_cpu": round(controller, 1),
        "worker_cpu": round(carried, 1),
        "events": events,
        "peak_mib": dict(peak.mib),
    }
    return measured, slices


def _noted(peak: PeakMemory) -> Courier:
    """The local courier; the memory of its workers is not the controller's."""

    def carry(number: int, payload: IO[bytes], worker: Path) -> Any:
        process = local(number, payload, worker)
        peak.parts[process.pid] = f"worker-{number}"
        return process

    return carry
