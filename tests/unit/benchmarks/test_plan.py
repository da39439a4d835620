# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan keeps each of the limits that the guide on scaling names."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import ceil

import pytest

from benchmarks.plan import BUSY, CORES, MOST_FORKS, SYSTEM_MIB, Costs, plan

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
    assert found.nodes == ceil(found.cores / CORES)
    assert found.slices % found.nodes == 0
    assert found.node_mib >= SYSTEM_MIB + COSTS.playbook_mib


def test_a_dear_playbook_process_takes_slices_and_waiting_takes_forks() -> None:
    first = plan(COSTS, 20_000, 60)
    assert first.slices == 1
    assert plan(replace(COSTS, main=0.5, host=0.6), 20_000, 60).slices >= 4
    assert plan(replace(COSTS, measured=3_000), 20_000, 60).slices == 7
    faster = plan(COSTS, 20_000, 30)
    assert faster.forks * faster.slices >= 1.9 * first.forks
