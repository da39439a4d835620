# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many forks, slices and nodes an audit needs, computed from measured costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

CORES, NODE_GIB = 4, 16
"""Of an execution node."""
MOST_FORKS = 50
"""Of a slice."""
MIB_OF_CAPACITY = 100
"""AWX gives a node one fork of capacity for each 100 MiB, and counts the forks of a job and one more (SYSTEM_TASK_FORKS_MEM)."""
TYPICAL = (20_000, 60)
"""The workstations and minutes by which the size of a slice is chosen."""
BUSY = 0.7
"""The share of a processor that work may take."""
SYSTEM_MIB = 2048
"""What AWX keeps free for the system of a node."""
ANSWER, NO_ANSWER, OFF = 4.0, 30.0, 0.05
"""Assumed, since no benchmark measures it: seconds until a workstation has answered or pywinrm gives up; the share that is off."""


@dataclass(frozen=True, slots=True)
class Costs:
    """In CPU seconds and MiB. ``main``: the part of ``host`` that the process of the playbook itself uses; it never has more than one core.

    ``control``: what the controller uses to send a job to a node and to take the results. ``events``: what AWX stores.
    ``measured``: workstations of the hospital with these costs, and so the most of a slice.
    """

    measured: int
    host: float
    main: float
    start: float
    control: float
    events: float
    playbook_mib: float
    playbook_mib_per_host: float
    fork_mib: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a number of workstations needs to be audited within so many minutes. ``forks``: of each slice."""

    hosts: int
    minutes: int
    cores: int
    nodes: int
    slices: int
    forks: int
    node_mib: int


def costs_of(result: Mapping[str, Any]) -> Costs:
    """Those of the size of a slice with which ``TYPICAL`` needs the fewest nodes, and then the least memory.

    A larger slice has fewer starts; but each of its forks holds a copy of what grows with the inventory.
    """
    candidates = [_costs(result, size) for size in result["scale"]["sizes"]]

    def needs(costs: Costs) -> tuple[int, int]:
        found = plan(costs, *TYPICAL)
        return found.nodes, found.nodes * found.node_mib

    return min(candidates, key=needs)


def _costs(result: Mapping[str, Any], size: Mapping[str, Any]) -> Costs:
    """Of a measured hospital, with the profile, and the job of one slice on a mesh or, without one, on this machine."""
    sizes = sorted(result["scale"]["sizes"], key=lambda each: each["hosts"])
    smallest, largest = (each["plays"]["audit"]["largest_process_mib"] for each in (sizes[0], sizes[-1]))
    profile, audit = result["profile"]["plays"]["audit"], size["plays"]["audit"]
    share = profile["main"] / sum(profile["groups"].values())
    distribution = result["distribution"]
    job = next(run for run in reversed(distribution["runs"]) if run["slices"] == 1)
    more = sizes[-1]["hosts"] - sizes[0]["hosts"]
    slope = (largest - smallest) / more if more else 0.0
    return Costs(
        measured=size["hosts"],
        host=audit["cpu_per_host"],
        main=audit["cpu_per_host"] * share,
        start=audit["start_cpu"],
        control=job["controller_cpu"] / distribution["hosts"],
        events=job["events"] / distribution["hosts"],
        playbook_mib=smallest - slope * sizes[0]["hosts"],
        playbook_mib_per_host=slope,
        fork_mib=audit["worker_mib"],
    )


def plan(costs: Costs, hosts: int, minutes: int) -> Plan:
    """Time is needed three times over: by the processors, by each playbook's own process, and by forks that wait for an answer."""
    usable = minutes * 60 * BUSY
    slices = ceil(hosts * costs.main / usable)
    waiting = hosts * ((1 - OFF) * ANSWER + OFF * NO_ANSWER)
    forks = ceil((waiting + hosts * (costs.host - costs.main)) / usable)
    slices = max(slices, ceil(forks / MOST_FORKS), ceil(hosts / costs.measured))
    cores = ceil((hosts * costs.host + slices * costs.start) / usable)
    forks_of_each = max(ceil(forks / slices), 1)
    one = costs.playbook_mib + costs.playbook_mib_per_host * hosts / slices + costs.fork_mib * forks_of_each
    free = NODE_GIB * 1024 - SYSTEM_MIB
    fit = max(min(int(free / one), free // MIB_OF_CAPACITY // (forks_of_each + 1)), 1)
    nodes = max(ceil(cores / CORES), ceil(slices / fit))
    slices_of_node = ceil(slices / nodes)  # each node has the same work
    return Plan(
        hosts, minutes, cores, nodes, slices_of_node * nodes, forks_of_each, ceil(SYSTEM_MIB + one * slices_of_node)
    )
