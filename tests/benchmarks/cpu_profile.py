# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the computing time of a profiled ansible-playbook has gone, by what the code is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.profiled import INTERVAL, MAIN, SEPARATOR

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
