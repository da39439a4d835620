# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""validate-modules of ansible-core 2.16 to 2.18 wants a util of Ansible itself in each driver. The line that it finds names none.

It does not count the utils of a collection (2.19 and later do). For a util that is optional and does not exist, Ansible would search all
its folders in each worker, which took 2 ms of computing time for each task.
"""

from __future__ import annotations

import re

import pytest
from ansible.executor.powershell import module_manifest

from consistency.tree import MODULES

DRIVERS = sorted(path.stem for path in MODULES.glob("*.ps1"))
# The two expressions of _validate_ps_replacers in validate_modules/main.py.
OF_ANSIBLE = (
    re.compile(r"(?im)^#\s*requires\s+\-module(?:s?)\s*(Ansible\.ModuleUtils\..+)"),
    re.compile(r"(?im)^#\s*ansiblerequires\s+\-csharputil\s*(Ansible\..+)"),
)


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_has_one_line_that_names_a_util_of_ansible_for_validate_modules(driver: str) -> None:
    source = (MODULES / f"{driver}.ps1").read_text(encoding="ascii")
    (statement,) = (found for expression in OF_ANSIBLE for found in expression.findall(source))
    assert "," not in statement  # validate-modules would take it for two
    assert not statement.rstrip().lower().endswith(".cs")


@pytest.mark.parametrize("driver", DRIVERS)
def test_ansible_itself_reads_no_util_of_its_own_there(driver: str) -> None:
    patterns = module_manifest.PSModuleDepFinder()._re_cs_in_ps_module
    lines = (MODULES / f"{driver}.ps1").read_bytes().split(b"\n")
    read = [found[1].decode() for line in lines for pattern in patterns if (found := pattern.match(line))]
    assert not [name for name in read if name.startswith("Ansible.")]
