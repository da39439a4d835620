# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit of many workstations: computing time of controller and workstations apart, memory, and where the time goes."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.audit_and_report import AUDIT
from benchmarks.fleet_process import FleetProcess
from benchmarks.floor import PLAYS
from benchmarks.process_tree import PeakMemory
from benchmarks.profiled import INTERVAL, MAIN, SEPARATOR
from lab.controller import Controller

IMPORTING = "loading Python modules"
OURS = "this collection"
OTHER = "ansible-core, the rest"
UNSEEN = "start and end of processes"
GROUPS: Mapping[str, tuple[str, ...]] = {
    IMPORTING: ("<frozen importlib",),
    "WinRM and HTTP": ("/winrm/", "/requests/", "/urllib3/", "/xmltodict", "/http/client.py", "/plugins/connection/"),
    "PowerShell's wrapper": (
        "/ansible/executor/powershell/",
        "/plugins/shell/powershell.py",
        "/ansible/executor/module_common.py",
    ),
    OURS: ("/pkcs12/plugins/",),
    "fact cache": (
        "/ansible/plugins/cache/",
        ":set_host_facts",
    ),
    "templating": ("/jinja2/", "/ansible/_internal/_templating/", "/ansible/template/"),
    "variables and inventory": (
        "/ansible/vars/",
        "/ansible/inventory/",
        "/ansible/plugins/inventory/",
        "/ansible/utils/vars.py",
    ),
    "starting workers": ("/multiprocessing/", "/ansible/executor/process/"),
    "strategy and results": (
        "/ansible/plugins/strategy/",
        "/ansible/executor/task_queue_manager.py",
        "/ansible/executor/play_iterator.py",
        "/ansible/plugins/callback/",
        "/ansible/utils/display.py",
    ),
}
"""By their names: parts of the places in the code, as ``profiled.py`` writes them. The innermost place that is in a group decides."""


def group_of(functions: Iterable[str]) -> str:
    """The group of a sample, whose functions are given from the innermost on."""
    for function in functions:
        for group, places in GROUPS.items():
            if any(place in function for place in places):
                return group
    return OTHER


@dataclass(frozen=True, slots=True)
class Profile:
    """In CPU seconds. ``groups``: by what the code is for, the largest first. ``main``: of the process that starts the workers."""

    groups: dict[str, float]
    main: float


def profile_of(samples: Iterable[str], cpu_seconds: float) -> Profile:
    """``cpu_seconds``: of all processes. What no sample has seen of it is their start and end."""
    groups: Counter[str] = Counter()
    processes: Counter[str] = Counter()
    for line in samples:
        process, *functions = line.rstrip("\n").split(SEPARATOR)
        groups[group_of(functions)] += 1
        processes[process] += 1
    seconds = {group: round(count * INTERVAL, 2) for group, count in groups.items()}
    seconds[UNSEEN] = round(max(cpu_seconds - groups.total() * INTERVAL, 0.0), 2)
    return Profile(dict(sorted(seconds.items(), key=lambda pair: -pair[1])), round(processes[MAIN] * INTERVAL, 2))


def read(path: Path, cpu_seconds: float) -> Profile:
    """The same, from a file of samples."""
    with path.open(encoding="utf-8") as lines:
        return profile_of(lines, cpu_seconds)


BOOKS: Mapping[str, str | Path] = {
    "empty": PLAYS / "empty.yml",
    "facts": PLAYS / "facts.yml",
    "task": PLAYS / "task.yml",
    "audit": AUDIT,
}
"""A module that does nothing, the module of the role audit with one option, the role's one task with all, and the playbook audit."""


MANY = 500
"""Hosts, up to which a play is measured in several rounds."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One play over all hosts. ``start_cpu``: the same play for a single host, whose share is left out of ``cpu_per_host``."""

    seconds: float
    controller_cpu: float
    emulation_cpu: float
    start_cpu: float
    cpu_per_host: float
    largest_process_mib: int
    peak_mib: Mapping[str, int]
    worker_mib: float


def scale(size: int) -> dict[str, Any]:
    """All plays over so many workstations."""
    with tempfile.TemporaryDirectory() as folder, FleetProcess(Path(folder), size) as fleet:
        measured: dict[str, list[Measured]] = {name: [] for name in BOOKS}
        for _round in range(rounds(size)):
            for name, book in BOOKS.items():
                measured[name].append(_measured(fleet, book))
        plays = {name: asdict(median(each)) for name, each in measured.items()}
        return {"hosts": size, "rounds": rounds(size), "plays": plays}


def profiles(size: int) -> dict[str, Any]:
    """Where the computing time of each play goes."""
    plays = {}
    with tempfile.TemporaryDirectory() as folder, FleetProcess(Path(folder), size) as fleet:
        for name, book in BOOKS.items():
            samples = fleet.folder / f"samples-{name}"
            start: list[str | Path] = [sys.executable, Path(__file__).with_name("profiled.py"), samples]
            run = Controller(fleet.folder, start=start).play(book).green()
            plays[name] = asdict(read(samples, run.used.cpu_seconds))
    return {"hosts": size, "plays": plays}


def rounds(size: int) -> int:
    """How often each play is measured. Of few workstations, the start of Ansible is much, and it takes differently long each time."""
    return 3 if size <= MANY else 1


def median(measured: Sequence[Measured]) -> Measured:
    """The one in the middle by its computing time per host; their number is odd."""
    return sorted(measured, key=lambda each: each.cpu_per_host)[len(measured) // 2]


def _measured(fleet: FleetProcess, book: str | Path) -> Measured:
    controller, hosts = Controller(fleet.folder), len(fleet.names)
    alone = controller.play(book, "--limit", fleet.names[0]).green().used.cpu_seconds
    before = fleet.cpu_seconds()
    with PeakMemory("controller", {fleet.pid: "emulation"}) as peak:
        used = controller.play(book).green().used
    emulation = fleet.cpu_seconds() - before
    return Measured(
        round(used.seconds, 1),
        round(used.cpu_seconds, 2),
        round(emulation, 2),
        round(alone, 2),
        round(per_host(used.cpu_seconds, alone, hosts), 4),
        used.largest_kib // 1024,
        dict(peak.mib),
        peak.worker_mib,
    )


def per_host(all_hosts: float, one_host: float, hosts: int) -> float:
    """What one more host costs, without the start of Ansible, which is the same for one host and for many."""
    return (all_hosts - one_host) / (hosts - 1)
