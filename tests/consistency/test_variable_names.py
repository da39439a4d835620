# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No variable of the collection or of its examples is told as a misspelt one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.filter.misspelt_variables import known_variables
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.variable_names import misspelt_variables
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
