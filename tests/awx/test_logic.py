# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code that talks to AWX, against a small AWX on the loopback interface."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from awx import scenarios
from awx.api import Account, Awx, RefusedError
from awx.applied import Applied, same
from awx.fake import FakeAwx
from awx.site import Site, adapted, site
from awx.test_awx import AUDIT
from consistency.awx import Data

DUE, SETTLED = "ws-nuclear", "ws-cardio"


@pytest.fixture
def data(there: Site) -> Data:
    wanted = adapted(there)
    assert Applied(there.api, change=True).run(wanted)
    return wanted


def found(fake: FakeAwx, endpoint: str, name: str) -> dict[str, Any]:
    (one,) = [each for each in fake.store.objects[endpoint] if each["name"] == name]
    return one


def test_a_second_run_finds_no_difference_and_sends_no_change(fake: FakeAwx, there: Site, data: Data) -> None:
    fake.requests.clear()
    assert Applied(there.api, change=True).run(data) == []
    assert {method for method, _path in fake.requests} == {"GET"}


def test_everything_of_the_configuration_is_there(fake: FakeAwx, data: Data) -> None:
    store = fake.store
    for endpoint, variable in (("job_templates", "templates"), ("schedules", "schedules"), ("teams", "teams")):
        assert {each["name"] for each in store.objects[endpoint]} == {
            each["name"] for each in data[f"controller_{variable}"]
        }
    assert [each["enabled"] for each in store.objects["schedules"]] == [False] * len(data["controller_schedules"])
    renew = found(fake, "job_templates", "PKCS12 renew")
    names = {each["id"]: each["name"] for objects in store.objects.values() for each in objects if "name" in each}
    assert names[renew["inventory"]] == "Workstations by certificate"
    credentials = store.members[("job_templates", renew["id"], "credentials")]
    assert [names[number] for number in credentials] == ["Workstations (WinRM)", "Passphrases of the bundles"]
    nodes = [each for each in store.objects["workflow_job_template_nodes"] if each["identifier"] == "approval"]
    assert [names[node["unified_job_template"]] for node in nodes] == ["PKCS12 renew what is due"]
    (audit, *_others) = [each for each in store.objects["workflow_job_template_nodes"] if each["identifier"] == "audit"]
    assert audit["extra_data"] == {"pkcs12_hosts": "workstations", "pkcs12_prove_keys": "false"}


def test_a_difference_is_named_and_mended(fake: FakeAwx, there: Site, data: Data) -> None:
    store = fake.store
    renew = found(fake, "job_templates", "PKCS12 renew")
    campaign = found(fake, "workflow_job_templates", "PKCS12 renewal with approval")
    node = next(each for each in store.objects["workflow_job_template_nodes"] if each["identifier"] == "report_before")
    approval = next(iter(store.objects["workflow_approval_templates"]))
    found(fake, "schedules", "PKCS12 audit every day")["enabled"] = True
    renew["extra_vars"] = "{}"
    renew["forks"] = 1
    store.members[("job_templates", renew["id"], "credentials")].pop()
    store.members[("job_templates", renew["id"], "instance_groups")].append(renew["id"])
    store.surveys[renew["id"]]["spec"].pop()
    node["extra_data"] = {"pkcs12_language": "fr"}
    approval["timeout"] = 5
    store.members[("workflow_job_template_nodes", node["id"], "success_nodes")].clear()
    role = campaign["summary_fields"]["object_roles"]["approval_role"]["id"]
    store.members[("roles", role, "teams")].clear()
    store.add("workflow_job_template_nodes", {"identifier": "old", "workflow_job_template": campaign["id"]})
    differences = Applied(there.api, change=False).run(data)
    assert sorted(differences) == sorted(
        [
            "schedules PKCS12 audit every day: enabled differs",
            "job_templates PKCS12 renew: extra_vars differs",
            "job_templates PKCS12 renew: forks differs",
            "job_templates PKCS12 renew: credentials lacks Passphrases of the bundles",
            "job_templates PKCS12 renew: instance_groups has PKCS12 renew",
            "job_templates PKCS12 renew: survey_spec differs",
            "workflow PKCS12 renewal with approval report_before: extra_data differs",
            "workflow PKCS12 renewal with approval report_before: success_nodes differ",
            "workflow PKCS12 renewal with approval approval: its approval differs",
            "workflow PKCS12 renewal with approval old: is not in the configuration",
            "workflow_job_templates PKCS12 renewal with approval: approval lacks PKCS12 radiation protection",
        ]
    )
    assert Applied(there.api, change=False).run(data) == differences
    assert Applied(there.api, change=True).run(data) == differences
    assert Applied(there.api, change=False).run(data) == []


def test_a_comparison_with_an_empty_awx_changes_nothing(fake: FakeAwx, there: Site) -> None:
    differences = Applied(there.api, change=False).run(adapted(there))
    assert "projects PKCS12: an object that it refers to is missing" in differences
    assert {method for method, _path in fake.requests} == {"GET"}


def test_what_awx_refuses_is_said_without_the_request(fake: FakeAwx, there: Site) -> None:
    fake.store.playbooks = set()
    with pytest.raises(RefusedError, match="Playbook not found") as refusal:
        Applied(there.api, change=True).run(adapted(there))
    assert refusal.value.status == 400
    with pytest.raises(RefusedError) as stranger:
        Awx(fake.url, Account(username="nobody", password="guess")).get("me/")
    assert stranger.value.status == 401 and "guess" not in str(stranger.value)
    assert "guess" not in repr(Account("guess", "nobody", "guess"))


def test_settings_of_execution_nodes_are_brought_too(fake: FakeAwx, there: Site) -> None:
    nodes = Site(there.api, there.project, there.image, "execution_nodes", {})
    Applied(there.api, change=True).run(adapted(nodes))
    assert len(fake.store.settings["AWX_ISOLATION_SHOW_PATHS"]) == 4
    assert Applied(there.api, change=False).run(adapted(nodes)) == []


@pytest.mark.usefixtures("data")
def test_surveys_want_their_answers_and_refuse_others(there: Site) -> None:
    """AWX fills in the default of a question that is not required, and of no other."""
    taken = scenarios.answers(there.api, "PKCS12 audit", AUDIT | {"pkcs12_hosts": "ws-1"})
    assert (taken["pkcs12_hosts"], taken["pkcs12_prove_keys"]) == ("ws-1", "false")
    assert scenarios.answers(there.api, "PKCS12 report", {})["pkcs12_language"] == "en"
    assert "pkcs12_prove_keys" in scenarios.refused(there.api, "PKCS12 audit", AUDIT | {"pkcs12_prove_keys": "perhaps"})
    refusal = json.loads(scenarios.refused(there.api, "PKCS12 audit", {}))
    assert refusal == {
        "variables_needed_to_start": ["'pkcs12_hosts' value missing", "'pkcs12_prove_keys' value missing"]
    }
    assert scenarios.refused(there.api, "PKCS12 audit", AUDIT) == ""
    with pytest.raises(LookupError):
        scenarios.template(there.api, "PKCS11")


@pytest.mark.usefixtures("data")
def test_rights_are_those_of_the_teams(there: Site) -> None:
    operator = scenarios.member(there.api, "PKCS12 operators", "operator", "one password")
    officer = scenarios.member(there.api, "PKCS12 radiation protection", "officer", "another password")
    assert scenarios.may_start(operator, "job_templates", "PKCS12 enrol") is True
    assert scenarios.may_start(officer, "job_templates", "PKCS12 report") is False
    assert scenarios.may_start(officer, "job_templates", "PKCS12 check") is None
    assert scenarios.approvers(there.api, "PKCS12 renewal with approval") == {"PKCS12 radiation protection"}
    with pytest.raises(RefusedError) as refusal:
        scenarios.run(officer, "PKCS12 report")
    assert refusal.value.status == 403


@pytest.fixture
def workstations(fake: FakeAwx, there: Site, data: Data) -> FakeAwx:  # noqa: ARG001 - the data is in AWX
    fake.store.hosts = hosts()
    for source in ("Workstations from the project", "Auto-created source for: Workstations by certificate"):
        assert scenarios.update_inventory(there.api, source)["status"] == "successful"
    return fake


def hosts() -> dict[str, dict[str, Any]]:
    return {name: {"facts": {}, "due": name == DUE} for name in (DUE, SETTLED)}


def test_jobs_are_read_for_the_workstations_that_they_called(workstations: FakeAwx, there: Site) -> None:
    job = scenarios.run(there.api, "PKCS12 renew due")
    assert scenarios.called(there.api, job) == {DUE} == scenarios.due(there.api, "Workstations by certificate")
    workstations.store.hosts[SETTLED]["due"] = True
    assert scenarios.called(there.api, scenarios.run(there.api, "PKCS12 renew due")) == {DUE, SETTLED}


def test_facts_and_slices_are_read(workstations: FakeAwx, there: Site) -> None:
    assert scenarios.with_facts(there.api, "Workstations") == {}
    job = scenarios.run(there.api, "PKCS12 audit", slices=2, **AUDIT)
    assert (job["type"], job["status"]) == ("workflow_job", "successful")
    assert set(scenarios.with_facts(there.api, "Workstations")) == {DUE, SETTLED}
    assert "earlier" not in scenarios.with_facts(there.api, "Workstations").values()
    assert workstations.store.objects["workflow_jobs"]
    job = scenarios.run(there.api, "PKCS12 audit", **AUDIT | {"pkcs12_hosts": "nosuch"})
    assert job["status"] == "failed"


@pytest.mark.usefixtures("data")
def test_an_inventory_that_awx_has_not_filled_yet_makes_no_slices(fake: FakeAwx, there: Site) -> None:
    fake.store.hosts = hosts()
    job = scenarios.run(there.api, "PKCS12 audit", slices=2, **AUDIT)
    assert "type" not in job
    assert scenarios.run(there.api, "PKCS12 audit", slices=2, **AUDIT)["type"] == "workflow_job"


def test_a_job_that_does_not_end_is_given_up(fake: FakeAwx, there: Site) -> None:
    running = fake.store.add("jobs", {"status": "running"})
    with pytest.raises(TimeoutError):
        there.api.wait(f"jobs/{running['id']}/", patience=0.1)


def test_the_environment_is_read_and_what_is_missing_is_named(tmp_path: Path) -> None:
    inputs = tmp_path / "inputs.json"
    inputs.write_text(json.dumps({"Workstations (WinRM)": {"password": "of the lab"}}), encoding="utf-8")
    given = {"URL": "https://awx.test", "PROJECT": "https://git.test/p", "IMAGE": "ee:1", "CREDENTIALS": str(inputs)}
    environment = {f"PKCS12_AWX_{name}": value for name, value in given.items()}
    with pytest.raises(KeyError, match="PKCS12_AWX_USERNAME"):
        site(environment)
    configured = adapted(site({**environment, "PKCS12_AWX_TOKEN": "t"}))
    winrm = next(each for each in configured["controller_credentials"] if each["name"] == "Workstations (WinRM)")
    assert winrm["inputs"]["password"] == "of the lab" and "controller_credential_input_sources" not in configured
    assert configured["controller_projects"][0]["scm_url"] == "https://git.test/p"
    assert [each for each in configured["controller_credentials"] if "{{" in json.dumps(each["inputs"])] == []


@pytest.mark.parametrize(
    ("have", "want", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        (None, {"a": 2}, False),
        ("$encrypted$", "", True),
        ('{"a": 1}', "a: 1\n", True),
        ('{"a": 1}', "a: 2\n", False),
        ("", "a: 2\n", False),
        ("{{ a", "{{ b", False),
        ([{"a": 1, "c": 0}], [{"a": 1}], True),
        ([], [{"a": 1}], False),
        (False, True, False),
    ],
)
def test_what_counts_as_the_same(have: Any, want: Any, expected: bool) -> None:
    assert same(have, want) is expected
