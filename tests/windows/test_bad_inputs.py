# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is odd and works, on Windows PowerShell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from integration.bad_inputs import ROWS
from integration.forge import Forge
from integration.plays import run_play, tasks
from integration.tried_inputs import DESKS, arguments_of
from lab.authority import Authority
from lab.hospital import Hospital

HOLDER = "{{ pkcs12_holders[0].user }}"

pytestmark = pytest.mark.windows


def proven(result: Mapping[str, Any]) -> bool:
    """The new key signed, there."""
    return ("prove", "done") in [(entry["step"], entry["outcome"]) for entry in result["journal"]]


def test_odd_input_works_on_windows_powershell(windows: Hospital, authority: Authority) -> None:
    forge = Forge(authority)
    shown = {name: one.give(forge) for name, one in ROWS.items() if one.not_windows is None}
    calls = [
        {
            "certificate": {
                **arguments_of(windows.folder / f"{DESKS[name]}.p12", given),
                "holder": HOLDER,
                "superseded": "none",
            }
        }
        for name, given in shown.items()
    ]
    run = run_play(windows, tasks=tasks(*calls))
    results = [found.result for found in run.of("certificate")]
    assert len(results) == len(shown)
    for name, result in zip(shown, results, strict=True):
        assert result["changed"], (name, result["msg"])
        assert proven(result), name
