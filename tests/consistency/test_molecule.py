# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Molecule scenarios: each has its parts and its sequence, verifies with public modules that only read, and is in the guide."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from consistency.tree import ROOT
from lab.ansible_playbook import ansible_playbook

FOLDER = ROOT / "extensions" / "molecule"
SCENARIOS = sorted(path.parent.name for path in FOLDER.glob("*/molecule.yml") if path.parent.name != "default")
GUIDE = (ROOT / "extensions" / "molecule" / "README.md").read_text(encoding="utf-8")
READING = {"certificate_facts", "holder_bundles", "workstation_info", "compliance_report", "delivery_info"}
COMPARING = {"assert", "include_tasks", "set_fact", "slurp"}
SEQUENCE = ["create", "side_effect prepare.yml", "converge", "idempotence", "verify", "destroy"]
GOES_ON = ["side_effect", "converge", "verify"]
"""What follows the first verification: something happens, and the playbook answers to it."""
ENDS_SOONER = {
    "check": "it answers the same whoever is logged on",
    "report": "it makes files from facts, and audit shows how these change",
}
"""Scenarios without ``GOES_ON``, and why. None is without ``idempotence``: no playbook here changes anything twice."""
NO_MODULE = {
    "name", "when", "vars", "loop", "loop_control", "register", "failed_when", "no_log", "run_once", "delegate_to", "block",
}  # fmt: skip


def tasks(path: Path) -> Iterator[Mapping[str, Any]]:
    """The tasks of a file, and of those files that it includes."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in content:
        for task in entry.get("tasks", [entry]):
            yield task
            if "ansible.builtin.include_tasks" in task:
                yield from tasks(path.parent / task["ansible.builtin.include_tasks"])


def modules(path: Path) -> set[str]:
    """What the tasks of a file call."""
    return {key for task in tasks(path) for key in task if key not in NO_MODULE}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario_runs_the_playbook_of_its_name(scenario: str) -> None:
    (play,) = yaml.safe_load((FOLDER / scenario / "converge.yml").read_text(encoding="utf-8"))
    # By its path: Galaxy checks the collection where it is not installed, and finds no playbook by its full name there.
    assert play["import_playbook"] == f"../../../playbooks/{scenario}.yml"
    assert (ROOT / "playbooks" / f"{scenario}.yml").is_file()


def test_what_later_runs_go_by_is_left_in_no_folder_of_a_site() -> None:
    """Whom ``retire`` has noted would be served no more, and a report would compare with that of a scenario. ``collect`` asks first."""
    left = {"retire": "pkcs12_bundle_folder", "report": "pkcs12_report_folder"}
    plays = {
        each: yaml.safe_load((FOLDER / each / "converge.yml").read_text(encoding="utf-8"))[0] for each in SCENARIOS
    }
    assert [each for each in left if "trial_memory" not in plays[each]["vars"].get(left[each], "")] == []
    assert plays["collect"]["when"] == "trial_collect"


def sequence_in(path: Path) -> list[str] | None:
    """What ``molecule test`` does, where this file says it."""
    sequence: list[str] | None = (
        yaml.safe_load(path.read_text(encoding="utf-8")).get("scenario", {}).get("test_sequence")
    )
    return sequence


def test_scenarios_are_run_twice_and_verified() -> None:
    usual, longer = sequence_in(FOLDER / "config.yml"), [*SEQUENCE[:-1], *GOES_ON, SEQUENCE[-1]]
    found = {name: sequence_in(FOLDER / name / "molecule.yml") or usual for name in SCENARIOS}
    assert found == {name: SEQUENCE if name in ENDS_SOONER else longer for name in SCENARIOS}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_verification_only_reads_and_compares(scenario: str) -> None:
    called = modules(FOLDER / scenario / "verify.yml")
    allowed = {f"hospital_it.pkcs12.{name}" for name in READING} | {f"ansible.builtin.{name}" for name in COMPARING}
    assert called - allowed == set()
    assert "ansible.builtin.assert" in called
    assert called & {f"hospital_it.pkcs12.{name}" for name in READING}


def test_what_a_task_registers_is_read() -> None:
    """In its ``failed_when``, or later. Otherwise nothing is expected of it."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.rglob("*.yml")))
    registered = re.findall(r"^ *register: (\w+)$", text, re.MULTILINE)
    assert registered
    assert [name for name in registered if len(re.findall(rf"\b{name}\b", text)) == registered.count(name)] == []


def test_guide_names_every_scenario_and_no_other() -> None:
    assert sorted(re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE)) == SCENARIOS


def test_workstations_of_a_site_have_to_be_for_tests() -> None:
    """Nothing else keeps a site from running the scenarios on the workstations of physicians."""
    first = next(tasks(FOLDER / "shared" / "tasks" / "look_at_site.yml"))
    assert "MOLECULE_INVENTORY" in first["ansible.builtin.assert"]["fail_msg"]
    guards = [task for task in tasks(FOLDER / "shared" / "create.yml") if "workstation_for_tests" in str(task)]
    assert [list(task)[1] for task in guards] == ["ansible.builtin.assert"]


@pytest.mark.parametrize(
    ("chosen", "others"),
    [("marked,without_holders", ""), ("marked,unmarked", "unmarked"), ("marked,silent", "silent")],
)
def test_only_true_marks_a_workstation_for_tests(chosen: str, others: str, tmp_path: Path) -> None:
    holders: dict[str, Any] = {"pkcs12_holders": []}
    hosts = {
        "marked": {**holders, "workstation_for_tests": True},
        "unmarked": {**holders, "workstation_for_tests": False},
        "silent": holders,
        "without_holders": {},
    }
    look = {"ansible.builtin.include_tasks": {"file": str(FOLDER / "shared" / "tasks" / "look_at_site.yml")}}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [look]}
    inventory, playbook = tmp_path / "inventory.json", tmp_path / "playbook.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    given = ["-i", str(inventory), "-e", json.dumps({"trial_hosts": chosen}), str(playbook)]
    ended = ansible_playbook(given, {**os.environ, "MOLECULE_INVENTORY": str(inventory)}, tmp_path)
    refused = set(re.findall(r"is not set for ([\w, ]+)\. Nothing", ended.stdout))
    assert (ended.returncode, refused) == ((2, {others}) if others else (0, set())), ended.stdout + ended.stderr
