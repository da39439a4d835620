# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task costs on the wire is counted, and stays what it is. ``python -m bench`` shows the figures."""

from __future__ import annotations

import pytest

from bench.count import SCENARIOS, count
from lab.workstation import AuthMethod

COMMANDS = {"certificate_facts": 1, "deferred": 1, "steady state": 1, "proof": 2, "enrolment": 2, "renewal": 2}
REQUESTS = {"certificate_facts": 6, "deferred": 6, "steady state": 6, "proof": 11, "enrolment": 11, "renewal": 11}
AUTH_ROUNDS = {AuthMethod.BASIC: 0, AuthMethod.NTLM: 3}
STDIN = {
    "certificate_facts": 62_000,
    "deferred": 62_000,
    "steady state": 62_000,
    "proof": 350_000,
    "enrolment": 350_000,
    "renewal": 350_000,
}
"""At most, in bytes; of an enrolment most is what Ansible needs for become."""


@pytest.mark.parametrize("auth", AuthMethod, ids=lambda auth: auth.value)
def test_tasks_cost_no_more_than_they_did(auth: AuthMethod) -> None:
    costs = {cost.scenario: cost.tally for cost in count(auth)}
    assert costs.keys() == SCENARIOS.keys()
    assert {scenario: tally.commands for scenario, tally in costs.items()} == COMMANDS
    assert {scenario: tally.auth_rounds for scenario, tally in costs.items()} == dict.fromkeys(costs, AUTH_ROUNDS[auth])
    without_auth = {scenario: tally.requests - tally.auth_rounds for scenario, tally in costs.items()}
    assert without_auth == REQUESTS
    assert {
        scenario: tally.stdin_bytes for scenario, tally in costs.items() if tally.stdin_bytes > STDIN[scenario]
    } == {}
