# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sidecars say what the actions do, and every public module is in the action group."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from consistency.tree import ACTIONS, MODULES, ROOT, SIDECARS, action_options, documentation, name

SECRET = re.compile(r"password|passphrase|^content$|secret|(^|_)(code|pin|token)$")
SAID_BY_BOTH = {"type": "str", "required": False, "choices": None, "default": None, "elements": None}


def told(option: dict[str, Any]) -> dict[str, Any]:
    """What the spec of an option and its documentation must say alike, with what silence means."""
    return {fact: option.get(fact, silence) for fact, silence in SAID_BY_BOTH.items()}


def test_action_group_is_every_public_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["action_groups"] == {"pkcs12": sorted(sidecar.stem for sidecar in SIDECARS)}


def test_every_module_has_a_sidecar_and_every_sidecar_a_module() -> None:
    modules = {path.stem for path in MODULES.iterdir() if path.suffix in (".py", ".ps1")}
    assert modules == {sidecar.stem for sidecar in SIDECARS}


def test_every_action_has_a_stub_and_every_stub_an_action() -> None:
    assert {action.stem for action in ACTIONS} == {stub.stem for stub in MODULES.glob("*.py")}


@pytest.mark.parametrize("sidecar", SIDECARS, ids=name)
def test_sidecar_is_of_its_module_and_says_since_when(sidecar: Path) -> None:
    said = documentation(sidecar)
    assert (said["module"], said["version_added"]) == (sidecar.stem, "1.0.0")


@pytest.mark.parametrize("action", ACTIONS, ids=name)
def test_spec_is_what_the_sidecar_says(action: Path) -> None:
    documented = documentation(MODULES / f"{action.stem}.yml")["options"]
    spec = action_options(action)
    assert {option: told(said) for option, said in documented.items()} == {
        option: told(said) for option, said in spec.items()
    }


@pytest.mark.parametrize("action", ACTIONS, ids=name)
def test_secrets_are_masked(action: Path) -> None:
    secrets = {
        option: said
        for option, said in action_options(action).items()
        if SECRET.search(option) and said["type"] not in ("bool", "path")
    }
    assert [option for option, said in secrets.items() if said.get("no_log") is not True] == []
