# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""validate-modules of ansible-core 2.16 to 2.18 wants a util of Ansible itself in each driver. The one that is named sends no byte.

It does not count the utils of a collection (2.19 and later do). Ansible leaves out an optional util that it does not find.
"""

from __future__ import annotations

import re

import pytest
from ansible.plugins.loader import ps_module_utils_loader

from consistency.tree import MODULES

DRIVERS = sorted(path.stem for path in MODULES.glob("*.ps1"))
# The two expressions of _validate_ps_replacers in validate_modules/main.py.
OF_ANSIBLE = (
    re.compile(r"(?im)^#\s*requires\s+\-module(?:s?)\s*(Ansible\.ModuleUtils\..+)"),
    re.compile(r"(?im)^#\s*ansiblerequires\s+\-csharputil\s*(Ansible\..+)"),
)


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_names_one_util_of_ansible_which_is_optional_and_does_not_exist(driver: str) -> None:
    source = (MODULES / f"{driver}.ps1").read_text(encoding="ascii")
    (statement,) = (found for expression in OF_ANSIBLE for found in expression.findall(source))
    name, optional, *_comment = statement.split()
    assert optional == "-Optional"
    assert [ps_module_utils_loader.find_plugin(name, kind) for kind in (".cs", ".psm1")] == [None, None]
    assert "," not in statement  # validate-modules would take it for two
