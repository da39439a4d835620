# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task costs on the wire is counted, and stays what it is. ``python -m benchmarks`` shows the figures."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from ansible.release import __version__ as core

from benchmarks.count import SCENARIOS, count
from lab.workstation_interface import AuthMethod

READING, EXCHANGE = (
    ("certificate_facts", "deferred", "steady state", "steady state, logged"),
    ("proof", "enrolment", "renewal"),
)
SEALED = ("enrolment, logged", "renewal, logged", "enrolment, password")
AUTH_ROUNDS = {AuthMethod.BASIC: 0, AuthMethod.NTLM: 3}


@dataclass(frozen=True, slots=True)
class Bound:
    """What a kind of task may cost with a line of ansible-core: exact commands and requests, bytes of bodies at most."""

    commands: int
    requests: int
    body_bytes: int


OFFLINE = Bound(2, 10, 291_300)
"""Without become, with every core."""
BOUNDS = {
    (2, 16): (Bound(1, 6, 76_900), Bound(2, 11, 413_300), Bound(3, 16, 743_000)),
    (2, 18): (Bound(1, 6, 77_500), Bound(2, 11, 419_800), Bound(3, 16, 755_400)),
    (2, 19): (Bound(1, 6, 102_000), Bound(2, 11, 503_300), Bound(3, 16, 896_500)),
    (2, 21): (Bound(1, 6, 109_000), Bound(2, 11, 521_300), Bound(3, 16, 927_000)),
    (2, 22): (Bound(1, 6, 83_900), Bound(2, 10, 284_000), Bound(3, 14, 478_400)),
}
"""By the line it began with: for a reading, for an exchange, and for an import where PowerShell is logged, or may be. Of an exchange most
is what Ansible sends for become. A hundredth is to spare, because names of folders and accounts are among what a task sends.

A request carries 200 000 bytes of standard input, and an exchange needs two requests; from 2.22 on, what is sent is compressed. Three
bytes of a driver are four of it.
"""


def bounds(version: str) -> dict[str, Bound]:
    """What each scenario may cost with this core."""
    line = tuple(map(int, version.split(".")[:2]))
    reading, exchange, sealed = BOUNDS[max(first for first in BOUNDS if first <= line)]
    return {
        **dict.fromkeys(READING, reading),
        **dict.fromkeys(EXCHANGE, exchange),
        **dict.fromkeys(SEALED, sealed),
        "offline removal": OFFLINE,
    }


@pytest.mark.parametrize("auth", AUTH_ROUNDS, ids=lambda auth: auth.value)
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


@pytest.mark.parametrize(
    ("version", "requests"), [("2.16.0", 11), ("2.17.3", 11), ("2.18.19", 11), ("2.20.1", 11), ("2.23.0", 10)]
)
def test_a_core_between_two_lines_has_the_bounds_of_the_older(version: str, requests: int) -> None:
    assert bounds(version)["renewal"].requests == requests
