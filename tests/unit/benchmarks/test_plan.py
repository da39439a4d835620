# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan keeps each of the limits that the guide on scaling names."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import ceil
from typing import Any

import pytest

from benchmarks.plan import BUSY, CORES, MIB_OF_CAPACITY, MOST_FORKS, NODE_GIB, SYSTEM_MIB, Costs, costs_of, plan

COSTS = Costs(
    measured=20_000,
    host=0.1,
    main=0.03,
    start=2.0,
    control=0.01,
    events=6.0,
    playbook_mib=70,
    playbook_mib_per_host=0.02,
    fork_mib=10,
)


@pytest.mark.parametrize(("hosts", "minutes"), list(product((1, 300, 20_000), (15, 60, 120))))
def test_no_limit_is_passed(hosts: int, minutes: int) -> None:
    found = plan(COSTS, hosts, minutes)
    usable = minutes * 60 * BUSY
    assert found.cores * usable >= hosts * COSTS.host
    assert found.slices * usable >= hosts * COSTS.main
    assert 1 <= found.forks <= MOST_FORKS
    assert found.nodes >= ceil(found.cores / CORES)
    assert found.slices * (found.forks + 1) <= found.nodes * (NODE_GIB * 1024 - SYSTEM_MIB) // MIB_OF_CAPACITY
    assert found.slices % found.nodes == 0
    assert SYSTEM_MIB + COSTS.playbook_mib <= found.node_mib <= NODE_GIB * 1024


def test_a_dear_playbook_process_takes_slices_and_waiting_takes_forks() -> None:
    first = plan(COSTS, 20_000, 60)
    assert first.slices == 1
    assert plan(replace(COSTS, main=0.5, host=0.6), 20_000, 60).slices >= 4
    assert plan(replace(COSTS, measured=3_000), 20_000, 60).slices == 7
    faster = plan(COSTS, 20_000, 30)
    assert faster.forks * faster.slices >= 1.9 * first.forks


def test_slices_that_need_more_memory_than_a_node_has_take_more_nodes() -> None:
    found = plan(replace(COSTS, measured=3_000, fork_mib=144), 20_000, 15)
    assert found.nodes > ceil(found.cores / CORES)
    assert found.node_mib <= NODE_GIB * 1024
    assert found.slices % found.nodes == 0


def measured(hosts: int, process_mib: int, worker_mib: int) -> dict[str, Any]:
    audit = {"cpu_per_host": 0.08, "start_cpu": 2.0, "largest_process_mib": process_mib, "worker_mib": worker_mib}
    return {"hosts": hosts, "plays": {"audit": audit}}


def test_size_of_a_slice_is_the_one_that_needs_the_least_memory() -> None:
    result = {
        "scale": {"sizes": [measured(50, 75, 18), measured(500, 116, 28), measured(3000, 290, 144)]},
        "profile": {"plays": {"audit": {"groups": {"WinRM": 4.0, "workers": 6.0}, "main": 2.0}}},
        "distribution": {"hosts": 100, "runs": [{"slices": 1, "controller_cpu": 0.9, "events": 233}]},
    }
    costs = costs_of(result)
    assert (costs.measured, costs.fork_mib, costs.main) == (500, 28, pytest.approx(0.016))
    assert 0.07 < costs.playbook_mib_per_host < 0.08  # (290 - 75) / (3000 - 50)
