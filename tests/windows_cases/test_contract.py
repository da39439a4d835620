# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract cases that the kit runs ten times faster, each by Ansible's own command, as `make record` does."""

from __future__ import annotations

import pytest

from contract.case import load
from contract.case_runner import complaints
from contract.kinds import Pool
from contract.kit_case import runs_under_wine
from lab.workstation_interface import Kind
from windows.test_contract import SMOKE

pytestmark = pytest.mark.windows

CASES = {
    case.name: case
    for case in load()
    if case.runs_on(Kind.WINDOWS_POWERSHELL) and (runs_under_wine(case) and case.name not in SMOKE)
}


@pytest.mark.parametrize("name", CASES)
def test_contract(name: str, pool: Pool) -> None:
    assert complaints(CASES[name], pool.outcome(CASES[name])) == []
