# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables an action reads for its options. Their order is held by the promise, on a real Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import base
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import ArgumentSpec
from consistency.tree import ACTIONS
from unit.plugins.plugin_utils.fake_action import Action
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

ZONE = {"pkcs12_zone": "Europe/Paris"}


class OfSite(Action):
    """``zone`` is the site's, ``state`` is the task's."""

    SPEC: ClassVar[ArgumentSpec] = ArgumentSpec(
        options={
            "zone": {"type": "str", "default": "UTC", "site": True},
            "state": {"type": "str", "default": "present"},
        }
    )


@pytest.fixture(autouse=True)
def base_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base.ActionBase, "run", lambda *_given: {})


def options(args: Mapping[str, Any], **variables: Any) -> Mapping[str, Any]:
    action = OfSite(args)
    action._templar = SimpleNamespace(template=lambda value: value)
    assert "error" not in action.run(None, variables)
    return action.task.options


def unknown(action: Action) -> Any:
    """The options that the refusal of a task names as unknown."""
    problem = action.run(None, {})["error"]["problem"]
    assert problem["code"] == "bad_arguments.unknown_options"
    return problem["values"]["options"]


def test_only_what_is_marked_is_taken_from_a_variable() -> None:
    assert options({"from_site": {}}, pkcs12_state="absent", **ZONE) == {"zone": "Europe/Paris", "state": "present"}


def test_a_fact_is_no_variable_unless_ansible_makes_it_one() -> None:
    assert options({"from_site": {}}, ansible_facts=ZONE)["zone"] == "UTC"
    assert options({"from_site": {}}, ansible_facts={"pkcs12_zone": "Etc/UTC"}, **ZONE)["zone"] == "Europe/Paris"


def test_from_site_and_a_variable_are_no_arguments_of_a_task_that_has_no_use_for_them() -> None:
    assert unknown(Action({"holder": "a", "from_site": {}})) == ["from_site"]
    assert unknown(OfSite({"from_site": {}, "pkcs12_zone": "Europe/Paris"})) == ["pkcs12_zone"]


@pytest.mark.parametrize("name", [each.stem for each in ACTIONS])
def test_every_action_refuses_a_language_that_nobody_knows(name: str) -> None:
    for given in ("francais", "FR", ["fr"], True):
        refused = run_action(name, {}, FakeWorkstation(), variables={"pkcs12_language": given})
        assert refused["error"]["setting"] == "pkcs12_language", (given, refused)
        assert refused["error"]["code"] == "bad_arguments"
