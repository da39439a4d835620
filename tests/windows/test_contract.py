# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract cases that the kit cannot run, and two that it can, by Ansible's own command on Windows PowerShell."""

from __future__ import annotations

import pytest

from contract.case import load
from contract.case_runner import complaints
from contract.kinds import Pool
from contract.kit_case import runs_under_wine
from lab.workstation_interface import Kind

pytestmark = pytest.mark.windows

SMOKE = {"renewal_from_end_to_end", "inventory_resolves_an_account_name"}
"""Both drivers, every step of a renewal."""

CASES = {
    case.name: case
    for case in load()
    if case.runs_on(Kind.WINDOWS_POWERSHELL) and (not runs_under_wine(case) or case.name in SMOKE)
}


@pytest.mark.parametrize("name", CASES)
def test_contract(name: str, pool: Pool) -> None:
    assert complaints(CASES[name], pool.outcome(CASES[name])) == []
