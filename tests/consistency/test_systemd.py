# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The systemd units to copy run the work of every day as the guide says."""

from __future__ import annotations

import configparser

from consistency.tree import ROOT

UNITS = ROOT / "docs" / "systemd"


def unit(name: str) -> configparser.ConfigParser:
    """A unit. A key that stands in it twice is refused: of two ExecStart, the second runs only after the first has succeeded."""
    found = configparser.ConfigParser(interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string((UNITS / name).read_text(encoding="utf-8"))
    return found


def test_the_service_runs_daily_once_where_its_ansible_cfg_is() -> None:
    service = unit("pkcs12-daily.service")["Service"]
    *_options, playbook = service["ExecStart"].split()
    assert playbook == "hospital_it.pkcs12.daily"
    assert service["Environment"] == f"ANSIBLE_CONFIG={service['WorkingDirectory']}/ansible.cfg"
    assert service["Type"] == "oneshot"
    assert service["User"] != "root"


def test_the_timer_starts_the_service_on_working_days_in_working_hours() -> None:
    timer = unit("pkcs12-daily.timer")
    days, hour = timer["Timer"]["OnCalendar"].split()
    assert days == "Mon..Fri"
    assert 8 <= int(hour.split(":")[0]) <= 16
    assert timer["Timer"]["Persistent"] == "yes"
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert (UNITS / "pkcs12-daily.service").exists()
