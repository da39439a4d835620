# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The core plays on Windows PowerShell, over NTLM with HTTPS."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from integration.plays import outcomes, row
from integration.workstations.test_transports import ALL, BOOKS
from lab.hospital import CONNECTION_UPN, Hospital
from lab.people import LOUIS
from lab.playbook import play
from lab.transports import lay_out, tls
from lab.winrm import Listener
from lab.workstation_interface import AuthMethod

pytestmark = pytest.mark.windows


def test_ntlm_over_https_on_windows_powershell(windows: Hospital, tmp_path: Path) -> None:
    """A second listener before the workstation with the real drivers."""
    files = lay_out(windows.authority, tmp_path, CONNECTION_UPN)
    name, number = windows.desks[0].name, LOUIS.authorisation
    runs = {}
    with ExitStack() as running:
        listener = running.enter_context(
            Listener(windows.workstations[name], windows.ledger, auth=(AuthMethod.NTLM,), tls=tls(windows.authority))
        )
        (example,) = (each for each in ALL if each.name == "ws-winrm-ntlm-https")
        led = example.leading_to(listener.port, files)
        variables = {key: value for key, value in led.items() if key not in ("ansible_user", "ansible_password")}
        over = ("-e", json.dumps(variables | {"ansible_winrm_message_encryption": "auto"}))
        for step, (book, *options) in BOOKS.items():
            if step == "renew":
                running.enter_context(windows.with_delivery(LOUIS, 1500, " new"))
            runs[step] = play(
                windows, f"hospital_it.pkcs12.{book}", *over, *options, "-e", "pkcs12_workstation_count=1"
            )
    assert row(runs["check"], "workstation_info", name).result["ready"] is True
    told = {step: outcomes(runs[step])[name] for step in ("enrol", "again", "renew", "retire")}
    assert told == {
        "enrol": {number: "installed"},
        "again": {number: "unchanged"},
        "renew": {number: "renewed"},
        "retire": {number: "removed"},
    }
    facts = row(runs["audit"], "certificate_facts", name).result["ansible_facts"]["pkcs12"]
    assert [each["status"] for each in facts["holders"]] == ["valid"]
    requests = [each for run in runs.values() for each in run.requests]
    assert {each.method for each in requests if each.action != "auth"} == {"ntlm"}
