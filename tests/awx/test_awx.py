# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration in a running AWX. ``tests/README.md`` says which AWX; without one these tests are left out, and the run says so."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from awx import scenarios
from awx.api import Awx
from awx.applied import Applied
from awx.site import Site, adapted, site
from consistency.awx import Data

pytestmark = pytest.mark.awx

INVENTORY = "Workstations"
OPERATORS, OFFICERS = "PKCS12 operators", "PKCS12 radiation protection"
CAMPAIGN = "PKCS12 renewal with approval"
AUDIT: dict[str, Any] = {"pkcs12_hosts": "workstations", "pkcs12_prove_keys": "false"}
"""By API, AWX fills in no default of a required question."""


@pytest.fixture(scope="module")
def there() -> Site:
    return site()


@pytest.fixture(scope="module")
def data(there: Site) -> Data:
    """The configuration, after it was brought to AWX."""
    adapted_data = adapted(there)
    Applied(there.api).run(adapted_data)
    scenarios.give_inputs(there.api, there.inputs)
    return adapted_data


@pytest.fixture(scope="module")
def reached(there: Site, data: Data) -> Site:  # noqa: ARG001 - the data is in AWX
    """The site with its workstations and their facts, after one job. Nobody updates an inventory by hand: AWX does it before the job.
    AWX counts the hosts for slices before that, so a sliced job is not the first one."""
    assert scenarios.run(there.api, "PKCS12 audit", **AUDIT)["status"] == "successful"
    return there


def test_awx_has_what_the_configuration_says_and_a_second_run_changes_nothing(there: Site, data: Data) -> None:
    assert Applied(there.api).run(data) == []


def test_schedules_start_nothing_before_a_person_enables_them(there: Site, data: Data) -> None:
    names = {each["name"] for each in data["controller_schedules"]}
    found = {each["name"]: each["enabled"] for each in there.api.all("schedules/") if each["name"] in names}
    assert found == dict.fromkeys(names, False)


@pytest.mark.usefixtures("data")
def test_a_survey_wants_its_answers_and_refuses_others(there: Site) -> None:
    nobody = AUDIT | {"pkcs12_hosts": "nosuch"}
    assert scenarios.answers(there.api, "PKCS12 audit", nobody).items() >= nobody.items()
    assert "pkcs12_prove_keys" in scenarios.refused(
        there.api, "PKCS12 audit", nobody | {"pkcs12_prove_keys": "perhaps"}
    )
    assert "pkcs12_prove_keys" in scenarios.refused(there.api, "PKCS12 audit", {"pkcs12_hosts": "nosuch"})


@pytest.fixture(scope="module")
def users(there: Site, data: Data) -> Iterator[dict[str, Awx]]:  # noqa: ARG001 - the data is in AWX
    __tracebackhide__ = True
    password = secrets.token_urlsafe(24)
    names = {OPERATORS: "pkcs12-test-operator", OFFICERS: "pkcs12-test-officer"}
    yield {team: scenarios.member(there.api, team, name, password) for team, name in names.items()}
    for name in names.values():
        if user := there.api.find("users/", username=name):
            there.api.delete(f"users/{user['id']}/")


def test_operators_may_start_and_officers_may_read_and_approve(there: Site, users: dict[str, Awx]) -> None:
    for name in ("PKCS12 audit", "PKCS12 renew due", "PKCS12 report"):
        assert scenarios.may_start(users[OPERATORS], "job_templates", name) is True
        assert scenarios.may_start(users[OFFICERS], "job_templates", name) is False
    assert scenarios.may_start(users[OFFICERS], "job_templates", "PKCS12 check") is None
    assert scenarios.may_start(users[OFFICERS], "workflow_job_templates", CAMPAIGN) is False
    approvers = scenarios.approvers(there.api, CAMPAIGN)
    assert OFFICERS in approvers and OPERATORS not in approvers


@pytest.mark.workstations
def test_a_pattern_that_matches_no_workstation_ends_red(reached: Site) -> None:
    job = scenarios.run(reached.api, "PKCS12 audit", **AUDIT | {"pkcs12_hosts": "nosuch"})
    assert job["status"] == "failed"


@pytest.mark.workstations
def test_slices_keep_the_facts_of_all_workstations(reached: Site) -> None:
    before = scenarios.with_facts(reached.api, INVENTORY)
    job = scenarios.run(reached.api, "PKCS12 audit", slices=2, **AUDIT)
    assert (job["status"], job.get("type")) == ("successful", "workflow_job")
    after = scenarios.with_facts(reached.api, INVENTORY)
    assert len(after) > 1
    assert {host for host, at in after.items() if at == before.get(host)} == set()


@pytest.mark.workstations
def test_the_hourly_renewal_calls_only_workstations_that_are_due(reached: Site) -> None:
    scenarios.run(reached.api, "PKCS12 audit", **AUDIT)
    settled = scenarios.settled(reached.api, INVENTORY)
    job = scenarios.run(reached.api, "PKCS12 renew due")
    assert job["status"] in {"successful", "failed"}  # failed: a holder without access is away
    assert scenarios.called(reached.api, job) & settled == set()


@pytest.mark.register
@pytest.mark.workstations
def test_a_job_of_an_operator_reads_the_register_as_it_is(reached: Site, users: dict[str, Awx]) -> None:
    """Operators may update no source. AWX does it before the job, and a register that cannot be read lets no job start."""
    assert reached.register
    operator, facts = users[OPERATORS], scenarios.with_facts(reached.api, INVENTORY)
    hosts = {host["name"] for host in scenarios.hosts_of(reached.api, INVENTORY)}
    before = scenarios.without_workstation(scenarios.run(operator, "PKCS12 report"))
    with scenarios.another_person(reached.register):
        assert scenarios.without_workstation(scenarios.run(operator, "PKCS12 report")) == before + 1
    with scenarios.half_of(reached.register):
        job = scenarios.run(operator, "PKCS12 report")
        assert (job["status"], job["job_explanation"].partition(":")[0]) == ("failed", "Previous Task Failed")
    assert {host["name"] for host in scenarios.hosts_of(reached.api, INVENTORY)} == hosts
    assert scenarios.with_facts(reached.api, INVENTORY) == facts
    assert scenarios.without_workstation(scenarios.run(operator, "PKCS12 report")) == before
