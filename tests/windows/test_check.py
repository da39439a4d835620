# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook check where PowerShell is locked down."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.plays import failed_hosts, row
from integration.workstations.test_check import CHECK
from lab.hospital import Hospital
from lab.people import LOUIS, Desk, Seat
from lab.playbook import play
from lab.wine import WineWorkstation
from lab.workstation_interface import Kind

pytestmark = pytest.mark.windows


def test_real_lockdown_has_its_name(tmp_path: Path) -> None:
    """PowerShell's own switch for trying a lockdown policy, on a workstation that nobody else uses."""
    with Hospital(tmp_path, [Desk("ws-locked", (Seat(LOUIS),), windows=True)]) as hospital:
        workstation = hospital.workstations["ws-locked"]
        assert isinstance(workstation, WineWorkstation)
        assert workstation.kind is Kind.WINDOWS_POWERSHELL
        workstation.run_powershell("[Environment]::SetEnvironmentVariable('__PSLockdownPolicy', '4', 'Machine')")
        run = play(hospital, CHECK)
        enrolled = row(play(hospital, "hospital_it.pkcs12.enrol"), "holder_certificates", "ws-locked").result
    (finding,) = row(run, "workstation_info", "ws-locked").result["findings"]
    assert (finding["subject"], finding["severity"]) == ("language_mode", "error")
    assert failed_hosts(run) == {"ws-locked"}
    assert enrolled["error"]["code"] == "constrained_language"
