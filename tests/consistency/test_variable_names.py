# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No variable of the collection or of its examples is told as a misspelt one, and none that the playbooks set is suggested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.filter.misspelt_variables import known_variables
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.variable_names import (
    OF_MODULES,
    SET_BY_PLAYBOOKS,
    misspelt_variables,
)
from consistency.test_role_specs import ROLES, spec
from consistency.tree import ROOT, name

VARIABLES = sorted((ROOT / "docs" / "awx").rglob("*_vars/**/*.yml"))


def test_every_variable_of_the_roles_is_known() -> None:
    assert {option for role in ROLES for option in spec(role)} <= known_variables()


@pytest.mark.parametrize("path", VARIABLES, ids=name)
def test_no_variable_of_an_example_is_told(path: Path) -> None:
    names = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert names
    assert misspelt_variables({"ws": names}, known_variables()) == []


def set_in(tree: Any) -> Iterator[str]:
    """The groups, facts, artifacts and results that these tasks make."""
    if isinstance(tree, list):
        for each in tree:
            yield from set_in(each)
    elif isinstance(tree, dict):
        yield from [tree["register"]] if "register" in tree else []
        yield from tree.get("ansible.builtin.set_fact", {})
        yield from tree.get("ansible.builtin.set_stats", {}).get("data", {})
        yield from re.findall(r"\w+", tree.get("ansible.builtin.group_by", {}).get("key", ""))
        for each in tree.values():
            yield from set_in(each)


def test_what_the_playbooks_set_is_known_as_that() -> None:
    files = [path for place in ("playbooks/**/*.yml", "roles/*/tasks/**/*.yml") for path in ROOT.glob(place)]
    made = {found for path in files for found in set_in(yaml.safe_load(path.read_text(encoding="utf-8")))}
    assert "pkcs12_to_renew" in made
    assert made & known_variables() <= SET_BY_PLAYBOOKS
    assert known_variables() >= SET_BY_PLAYBOOKS
    assert not {option for role in ROLES for option in spec(role)} & SET_BY_PLAYBOOKS


def test_each_fact_that_a_module_returns_is_known_as_that() -> None:
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "plugins/modules").glob("*.yml")]
    facts = [told["RETURN"]["ansible_facts"] for told in files if "ansible_facts" in (told.get("RETURN") or {})]
    returned = {name for told in facts for name in told.get("contains", {})}
    assert {"pkcs12", "pkcs12_fact_audit", "pkcs12_fact_browsers", "pkcs12_fact_deliveries"} <= returned
    assert returned == OF_MODULES
    assert misspelt_variables({"ws": returned}, known_variables()) == []


def test_whoever_takes_passphrases_takes_those_of_all_variables() -> None:
    files = [path for place in ("playbooks/**/*.yml", "roles/*/defaults/*.yml") for path in ROOT.glob(place)]
    found = [re.findall(r"secrets_by_number', (.*?)\)", path.read_text(encoding="utf-8")) for path in files]
    taken = [terms for each in found for terms in each if "pkcs12_passphrases" in terms]
    assert taken == ["'pkcs12_passphrases', 'pkcs12_passphrases_*'"] * 4
