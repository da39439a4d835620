# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task costs on the wire is counted, and stays what it is. ``python -m benchmarks`` shows the figures."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from ansible.release import __version__ as core

from benchmarks.count import SCENARIOS, count
from lab.playbook import ROOT
from lab.workstation_interface import AuthMethod

READING, EXCHANGE = ("certificate_facts", "deferred", "steady state"), ("proof", "enrolment", "renewal")
AUTH_ROUNDS = {AuthMethod.BASIC: 0, AuthMethod.NTLM: 3}


@dataclass(frozen=True, slots=True)
class Bound:
    """What a kind of task may cost with a line of ansible-core: exact commands and requests, bytes of bodies at most."""

    commands: int
    requests: int
    body_bytes: int


BOUNDS = {
    (2, 16): (Bound(1, 6, 53_000), Bound(2, 10, 314_000)),
    (2, 18): (Bound(1, 6, 54_000), Bound(2, 10, 320_000)),
    (2, 19): (Bound(1, 6, 77_500), Bound(2, 11, 398_000)),
    (2, 21): (Bound(1, 6, 85_000), Bound(2, 11, 421_000)),
}
"""By the line it began with: for a reading, and for an exchange. Of an exchange most is what Ansible sends for become."""

SENT_WITH_AN_EXCHANGE = (
    "modules/store_exchange.ps1",
    "module_utils/_Store.psm1",
    "module_utils/_PrivateKey.psm1",
    "module_utils/_KeyStore.cs",
)
SENT_WITH_A_READING = ("modules/store_inventory.ps1", "module_utils/_Store.psm1")
SOURCE = 30_400
"""Bytes at most, of both together. Each is 16/9 bytes of a body, so this keeps 320 kB with core 2.18, whatever core runs the test."""


def bounds(version: str) -> dict[str, Bound]:
    """What each scenario may cost with this core."""
    line = tuple(map(int, version.split(".")[:2]))
    reading, exchange = BOUNDS[max(first for first in BOUNDS if first <= line)]
    return {**dict.fromkeys(READING, reading), **dict.fromkeys(EXCHANGE, exchange)}


@pytest.mark.parametrize("auth", AuthMethod, ids=lambda auth: auth.value)
def test_tasks_cost_no_more_than_they_did(auth: AuthMethod) -> None:
    costs = {cost.scenario: cost.tally for cost in count(auth)}
    allowed = bounds(core)
    assert costs.keys() == SCENARIOS.keys() == allowed.keys()
    assert {name: tally.auth_rounds for name, tally in costs.items()} == dict.fromkeys(costs, AUTH_ROUNDS[auth])
    counted = {name: (tally.commands, tally.requests - tally.auth_rounds) for name, tally in costs.items()}
    assert counted == {name: (bound.commands, bound.requests) for name, bound in allowed.items()}
    assert {
        name: tally.body_bytes for name, tally in costs.items() if tally.body_bytes > allowed[name].body_bytes
    } == {}


def test_the_drivers_are_no_longer_than_they_were() -> None:
    plugins = ROOT / "plugins"
    sent = sum((plugins / path).stat().st_size for path in (*SENT_WITH_A_READING, *SENT_WITH_AN_EXCHANGE))
    assert sent <= SOURCE


@pytest.mark.parametrize(
    ("version", "requests"), [("2.16.0", 10), ("2.17.3", 10), ("2.18.19", 10), ("2.20.1", 11), ("2.22.0", 11)]
)
def test_a_core_between_two_lines_has_the_bounds_of_the_older(version: str, requests: int) -> None:
    assert bounds(version)["renewal"].requests == requests
