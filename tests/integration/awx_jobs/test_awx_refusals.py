# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job that would have done nothing ends red: its pattern matches no host, or it does not see its folders."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from integration.plays import failed_hosts, told_codes
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, Desk, Seat
from lab.playbook import FACT_CACHE, ROOT, Run, play

DESKS = (Desk("ws-cardio", (Seat(JEANNE),)), Desk("ws-nuclear", (Seat(ELODIE),)))
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("[a-z]*.yml"))
ON_WORKSTATIONS = [name for name in PLAYBOOKS if name not in {"collect", "remind", "report"}]
REFUSAL = re.compile(r"^(?:fatal|failed): \[.*? => ({.*\"msg\": .*})$", re.MULTILINE)
COMMON = {"run_once", "delegate_to", "when"}
WITH_FOLDERS = [name for name in PLAYBOOKS if name not in {"audit", "check"}]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("refusals"), DESKS) as running:
        yield running


def start(hospital: Hospital, playbook: str, extra: dict[str, object], *options: str) -> Run:
    """Runs a playbook, which has to call no workstation."""
    given = {"pkcs12_report_folder": str(hospital.folder / "reports"), **extra}
    run = play(hospital, f"hospital_it.pkcs12.{playbook}", "-e", json.dumps(given), *options, environment=FACT_CACHE)
    assert run.requests == ()
    return run


def refusals(run: Run) -> list[str]:
    """The sentence of each task or item that failed."""
    return [str(json.loads(result)["msg"]) for result in REFUSAL.findall(run.stdout)]


@pytest.mark.usefixtures("nonce_language")
@pytest.mark.parametrize("playbook", [name for name in PLAYBOOKS if name not in {"collect", "remind"}])
def test_a_pattern_that_matches_no_host_ends_red_with_one_sentence(hospital: Hospital, playbook: str) -> None:
    run = start(hospital, playbook, {"pkcs12_hosts": "nosuch"})
    assert (run.exit_code, failed_hosts(run)) == (2, {"localhost"})
    (sentence,) = refusals(run)
    assert told_codes(sentence) <= {"play.no_host", "bad_arguments.no_host_matches"} and told_codes(sentence)


@pytest.mark.parametrize(
    ("playbook", "limit"), [("collect", "ws-nuclear"), ("remind", "all:!localhost"), ("report", "all:!localhost")]
)
def test_a_limit_that_leaves_out_the_controller_ends_red(hospital: Hospital, playbook: str, limit: str) -> None:
    run = start(hospital, playbook, {}, "--limit", limit)
    assert run.exit_code not in {0, 2}
    assert "localhost" in run.stderr
    assert not (hospital.folder / "reports").exists()


@pytest.mark.parametrize("options", [("--limit", "ws-nuclear"), ("--limit", "nosuch")], ids=["another host", "no host"])
@pytest.mark.parametrize("playbook", ["audit", "renew_due"])
def test_a_limit_that_leaves_no_host_ends_red(hospital: Hospital, playbook: str, options: tuple[str, ...]) -> None:
    run = start(hospital, playbook, {"pkcs12_hosts": "ws-cardio"}, *options)
    assert run.exit_code not in {0, 2}


def test_a_limit_in_a_file_is_left_to_ansible(hospital: Hospital) -> None:
    listed = hospital.folder / "limit"
    listed.write_text("ws-cardio\n", encoding="utf-8")
    bundles = {"pkcs12_bundle_folder": str(hospital.bundle_folder)}
    run = start(hospital, "check_bundles", bundles, "--limit", f"@{listed}")
    assert (run.exit_code, refusals(run)) == (0, [])


@pytest.mark.parametrize("playbook", WITH_FOLDERS)
def test_a_job_that_does_not_see_a_folder_ends_before_anything_else(hospital: Hospital, playbook: str) -> None:
    gone = str(hospital.folder / "not mounted")
    run = start(hospital, playbook, {"pkcs12_required_folders": [str(hospital.folder), gone], "pkcs12_serial": 1})
    assert run.exit_code == 2
    (sentence,) = refusals(run)
    assert gone in sentence and f"{hospital.folder}," not in sentence
    assert not (hospital.folder / "reports").exists()


def plays_of(name: str) -> list[dict[str, Any]]:
    """The plays of a playbook, and of those that it imports."""
    plays = yaml.safe_load((ROOT / "playbooks" / f"{name}.yml").read_text("utf-8"))
    imported = (each.get("ansible.builtin.import_playbook", "").removesuffix(".yml") for each in plays)
    return [
        found for each, other in zip(plays, imported, strict=True) for found in (plays_of(other) if other else [each])
    ]


def test_all_playbooks_check_first_what_the_run_needs_and_end_in_the_same_way() -> None:
    names = [name for name in PLAYBOOKS if name != "daily"]  # it imports two of the others
    assert {next(iter(plays_of(name)[0]["tasks"][0].keys() - {"name"} - COMMON)) for name in names} == {
        "hospital_it.pkcs12.run_check"
    }
    ends = [plays_of(name)[-1] for name in ON_WORKSTATIONS if name in names]
    assert {json.dumps(end) for end in ends} == {json.dumps(ends[0])}


def test_the_summary_of_a_run_knows_what_its_batches_came_to() -> None:
    work, end = plays_of("_workstations")
    tasks = [task for task in work["tasks"] + end["tasks"] for task in task.get("block", [task])]
    batch, run = (task for task in tasks if "hospital_it.pkcs12.summary" in task)
    for task in (batch, run):
        given = task["hospital_it.pkcs12.summary"]
        assert given["earlier"] == batch["register"]
        assert given["from_site"] == {}  # it takes pkcs12_max_fail_percentage
    (stop,) = [task for task in work["tasks"] if "ansible.builtin.meta" in task]
    assert stop["when"].startswith(f"{batch['register']}.stops ")


SLICED = {"awx_job_template_name": "PKCS12 job", "awx_workflow_job_name": "PKCS12 job", "pkcs12_hosts": "workstations"}
"""What AWX tells a job that is a slice: the workflow job that has started it has the name of their template."""
IN_SLICES = [name for name in ON_WORKSTATIONS if name != "daily"]


@pytest.fixture
def alone(hospital: Hospital) -> Iterator[Hospital]:
    """The inventory of a slice whose only host is localhost. AWX gives each slice all groups."""
    whole = hospital.inventory.read_text(encoding="utf-8")
    local = {"hosts": {"localhost": {"ansible_connection": "local"}}, "children": {"workstations": {}}}
    hospital.inventory.write_text(yaml.safe_dump({"all": local}), encoding="utf-8")
    yield hospital
    hospital.inventory.write_text(whole, encoding="utf-8")


@pytest.mark.parametrize("playbook", IN_SLICES)
def test_a_slice_that_has_localhost_alone_has_nothing_to_do(alone: Hospital, playbook: str) -> None:
    run = start(alone, playbook, SLICED)
    assert (run.exit_code, failed_hosts(run)) == (0, set()), run.stdout + run.stderr


@pytest.mark.parametrize(
    "other",
    [
        {"awx_workflow_job_name": "PKCS12 audit and report"},
        {"pkcs12_hosts": "workstatoins"},
        {"pkcs12_hosts": "ws-cardio"},
    ],
    ids=["of a workflow", "misspelt", "another host"],
)
def test_an_inventory_without_workstations_is_red_elsewhere(alone: Hospital, other: dict[str, str]) -> None:
    run = start(alone, "audit", {**SLICED, **other})
    assert (run.exit_code, failed_hosts(run)) == (2, {"localhost"})


def test_a_slice_with_other_hosts_than_localhost_is_red_for_a_group_without_any(hospital: Hospital) -> None:
    run = start(hospital, "audit", {**SLICED, "pkcs12_hosts": "ungrouped"})
    assert run.exit_code == 2
