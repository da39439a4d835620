# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module, filter and role has an integration target or a reason; each target runs it and looks at the result."""

from __future__ import annotations

import re
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


def test_every_module_filter_and_role_has_a_target_or_a_reason() -> None:
    modules = {path.stem for path in MODULES.glob("*.yml")} - set(WITHOUT)
    roles = {f"role_{path.name}" for path in (ROOT / "roles").iterdir()}
    assert set(KINDS) - set(BESIDE) == modules | FILTERS | roles
    assert set(BESIDE.values()) <= modules


def test_every_playbook_is_run() -> None:
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("[a-z]*.yml")}
    assert playbooks - {path.name for path in (ROOT / "roles").iterdir()} == set(PLAYBOOKS_WITHOUT)
    for playbook, test in PLAYBOOKS_WITHOUT.items():
        assert re.search(rf"\b{playbook}\b", (ROOT / "tests" / test).read_text(encoding="utf-8"))


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
def test_a_target_runs_what_it_is_named_after_in_check_mode_and_for_real_and_looks_at_it(target: str) -> None:
    wanted = f"hospital_it.pkcs12.{BESIDE.get(target, target).removeprefix('role_')}"
    found: list[Json] = yaml.safe_load((TARGETS / target / "tasks" / "tests.yml").read_text(encoding="utf-8"))
    calls = [
        task
        for task in found
        if wanted in task
        or task.get("ansible.builtin.import_role", {}).get("name") == wanted
        or (target in FILTERS and wanted in str(task))
    ]
    assert {bool(task.get("check_mode")) for task in calls} == {True, False}
    assert any("ansible.builtin.assert" in task for task in found)
    assert not (ROOT / "roles" / target).exists(), "ansible-test would run the role instead of the target, and be green"
