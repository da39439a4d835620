# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module, filter and role has an integration target or a reason, and every target can fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from consistency.tree import MODULES, ROOT
from contract.kit_remote import TARGETS, aliases, controller_targets, windows_targets

DRIVER = "a driver: its cases are in tests/contract/cases, and every target on a workstation runs it through an action"
STORE = "a store has to answer: its rules are in tests/unit/plugins/action, and integration/deliveries/test_collect_stores.py runs it"
WITHOUT = {path.stem: DRIVER for path in MODULES.glob("*.ps1")} | {"passphrase_store": STORE}
"""Modules without a target of their own, and why."""
PLAYBOOKS_WITHOUT = {
    "check": "integration/workstations/test_check.py",
    "check_bundles": "integration/workstations/test_roll_out.py",
    "daily": "integration/workstations/test_daily.py",
    "renew_due": "integration/workstations/test_renew_due.py",
}
"""Playbooks without a role of their name, and the tests that run them."""
BESIDE = {"portal_info_holder": "portal_info"}
"""Targets beside the one that has the name of the module."""
FILTERS = {path.stem for path in (ROOT / "plugins" / "filter").glob("*.yml")}
UNDO = {"windows": "undo_workstation.yml", "controller": "undo.yml"}
GROUPS = {
    "windows": ["windows", "shippable/windows/group1"],
    "controller": ["context/controller", "gather_facts/no", "shippable/posix/group1"],
}
KINDS = {**dict.fromkeys(windows_targets(), "windows"), **dict.fromkeys(controller_targets(), "controller")}

Json = dict[str, Any]


def tasks(target: str) -> list[Json]:
    found: list[Json] = yaml.safe_load((TARGETS / target / "tasks" / "tests.yml").read_text(encoding="utf-8"))
    return found


def conditions(task: Json) -> list[Any]:
    that = task.get("ansible.builtin.assert", {}).get("that", [])
    return that if isinstance(that, list) else [that]


def names_of_results(found: list[Json]) -> set[str]:
    """What the tasks of a target have registered, set or gathered; a role registers a result of its name."""
    names = {task["register"] for task in found if "register" in task} | {"ansible_facts"}
    names |= {name for task in found for name in task.get("ansible.builtin.set_fact", {})}
    roles = [task["ansible.builtin.import_role"]["name"] for task in found if "ansible.builtin.import_role" in task]
    return names | {f"{role.rpartition('.')[2]}_result" for role in roles}


def cannot_fail(found: list[Json]) -> Iterator[str]:
    """Conditions that say nothing about a result, that compare something with itself, and failures that nobody looks at."""
    results = names_of_results(found)
    for task in found:
        about: set[str] = set()
        for _step in task.get("vars", {}):  # a variable may be about another one
            about |= {name for name, value in task["vars"].items() if words(value) & (results | about)}
        for condition in conditions(task):
            sides = [side.strip() for side in str(condition).split("==")]
            if not words(condition) & (results | about) or (len(sides) > 1 and len(set(sides)) < len(sides)):
                yield f"{task['name']}: {condition}"
    for task in found:
        if "failed_when" in task:
            yield f"{task['name']}: failed_when"
        if task.get("ignore_errors") and not is_looked_at(task.get("register"), found):
            yield f"{task['name']}: ignore_errors"


def words(value: Any) -> set[str]:
    return set(re.findall(r"[a-z_]\w*", str(value)))


def is_looked_at(result: str | None, found: list[Json]) -> bool:
    return any(f"{result} is failed" == condition for task in found for condition in conditions(task))


def test_every_module_filter_and_role_has_a_target_or_a_reason() -> None:
    modules = {path.stem for path in MODULES.glob("*.yml")} - set(WITHOUT)
    roles = {f"role_{path.name}" for path in (ROOT / "roles").iterdir()}
    assert set(KINDS) - set(BESIDE) == modules | FILTERS | roles
    assert set(BESIDE.values()) <= modules


def test_every_playbook_is_run() -> None:
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("[a-z]*.yml")}
    assert playbooks - {path.name for path in (ROOT / "roles").iterdir()} == set(PLAYBOOKS_WITHOUT)
    for playbook, test in PLAYBOOKS_WITHOUT.items():
        assert playbook in words((ROOT / "tests" / test).read_text(encoding="utf-8"))


@pytest.mark.parametrize("target", KINDS)
def test_ansible_test_can_run_a_target(target: str) -> None:
    assert aliases(target) == GROUPS[KINDS[target]]
    assert yaml.safe_load((TARGETS / target / "meta" / "main.yml").read_text(encoding="utf-8")) == {
        "dependencies": ["setup_target"]
    }
    (main,) = yaml.safe_load((TARGETS / target / "tasks" / "main.yml").read_text(encoding="utf-8"))
    assert [task["ansible.builtin.import_tasks"] for task in main["block"]] == ["tests.yml"]
    (undo,) = main["always"]
    assert undo["ansible.builtin.include_role"] == {"name": "setup_target", "tasks_from": UNDO[KINDS[target]]}


@pytest.mark.parametrize("target", KINDS)
def test_no_target_is_called_like_a_role(target: str) -> None:
    """``ansible-test`` would run the role of the collection instead of the target, and be green."""
    assert not (ROOT / "roles" / target).exists()


@pytest.mark.parametrize("target", KINDS)
def test_a_target_runs_what_it_is_named_after_in_check_mode_and_for_real(target: str) -> None:
    wanted = f"hospital_it.pkcs12.{BESIDE.get(target, target).removeprefix('role_')}"
    calls = [
        task
        for task in tasks(target)
        if wanted in task
        or task.get("ansible.builtin.import_role", {}).get("name") == wanted
        or (target in FILTERS and wanted in str(task))
    ]
    assert any(task.get("check_mode") for task in calls)
    assert any(not task.get("check_mode") for task in calls)
    assert any(conditions(task) for task in tasks(target))


@pytest.mark.parametrize("target", KINDS)
def test_what_a_target_says_can_be_wrong(target: str) -> None:
    assert list(cannot_fail(tasks(target))) == []


@pytest.mark.parametrize(
    "task",
    [
        {"ansible.builtin.assert": {"that": [True]}},
        {"ansible.builtin.assert": {"that": ["target_thumbprint == target_thumbprint"]}},
        {"ansible.builtin.assert": {"that": ["got.files == got.files"]}},
        {"ansible.builtin.assert": {"that": ["target_path is defined"]}},
        {"hospital_it.pkcs12.bundle_info": {}, "register": "refused", "ignore_errors": True},
        {"hospital_it.pkcs12.bundle_info": {}, "register": "got", "failed_when": False},
    ],
)
def test_what_cannot_fail_is_found(task: Json) -> None:
    before: Json = {"name": "Do", "hospital_it.pkcs12.bundle_info": {}, "register": "got"}
    assert len(list(cannot_fail([before, {"name": "Look", **task}]))) == 1
