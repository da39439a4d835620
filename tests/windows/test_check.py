# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook check where PowerShell is locked down."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.failures import LOCK_QUESTION
from consistency.tree import MODULES
from integration.plays import failed_hosts, row
from integration.workstations.test_check import CHECK
from lab.hospital import Hospital
from lab.people import LOUIS, Desk, Seat
from lab.playbook import play
from lab.wine import WineWorkstation
from lab.workstation_interface import Kind

LOCKDOWN = "[Environment]::SetEnvironmentVariable('__PSLockdownPolicy'"
RULES = r"""
[void] [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey('SOFTWARE\Policies\Microsoft\Windows\SrpV2\Script\1')
$node = [IO.Directory]::CreateDirectory("$([Environment]::SystemDirectory)\AppLocker\MDM\0\AppLocker\site\Script").FullName
[IO.File]::WriteAllText("$node\Policy", '<RuleCollection/>')
"""

pytestmark = pytest.mark.windows


def test_real_lockdown_has_its_name(tmp_path: Path) -> None:
    """PowerShell's own switch for trying a lockdown policy, on a workstation that nobody else uses."""
    with Hospital(tmp_path, [Desk("ws-locked", (Seat(LOUIS),), windows=True)]) as hospital:
        workstation = hospital.workstations["ws-locked"]
        assert isinstance(workstation, WineWorkstation)
        assert workstation.kind is Kind.WINDOWS_POWERSHELL
        workstation.run_powershell(RULES)
        workstation.run_powershell(f"{LOCKDOWN}, '4', 'Machine')")
        run = play(hospital, CHECK)
        enrolled = row(play(hospital, "hospital_it.pkcs12.enrol"), "holder_certificates", "ws-locked").result
    (finding,) = row(run, "workstation_info", "ws-locked").result["findings"]
    assert (finding["subject"], finding["severity"]) == ("language_mode", "error")
    # One command of cmdlets, which this mode lets through, has asked. Wine has no class Win32_DeviceGuard.
    assert finding["problem"]["causes"] == [{"code": "locks", "values": {"locks": ["applocker", "applocker_mdm"]}}]
    assert failed_hosts(run) == {"ws-locked"}
    assert enrolled["error"]["code"] == "constrained_language"


def test_app_control_is_a_lock_when_it_is_enforced_and_not_in_audit_mode() -> None:
    """A driver does not start under it, unless it is signed. So this asks its function, in a session from before the policy."""
    driver = (MODULES / "store_inventory.ps1").read_text(encoding="utf-8")
    start = driver.index("function Get-Lock {")
    function = driver[start : driver.index("\n}\n", start)] + "\n}\n"
    asks = f"$registry = [Microsoft.Win32.Registry]\n{function}"
    asks += f"foreach ($policy in $null, '8', '4') {{ {LOCKDOWN}, $policy, 'Machine'); \"$policy $(@(Get-Lock))\" }}"
    # Wine has no class Win32_DeviceGuard: 1 is audit mode, and 2 is enforced.
    answer = "[pscustomobject] @{ UsermodeCodeIntegrityPolicyEnforcementStatus = $status }"
    asks_guard = f"function Get-CimInstance {{ {answer} }}\n"
    asks_guard += f'foreach ($status in 0, 1, 2) {{ "$status $(@({LOCK_QUESTION}))" }}'
    workstation = WineWorkstation.create("app-control", {})
    try:
        said_of_guard, said = map(workstation.run_powershell, (asks_guard, asks))  # which leaves the policy
    finally:
        workstation.close()
    assert [line.strip() for line in said.splitlines()] == ["", "8", "4 app_control"]
    assert [line.strip() for line in said_of_guard.splitlines()] == ["0", "1", "2 app_control"]
