# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every contract case that the emulated workstation can show."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from contract.captured_commands import Sent
from contract.case import load
from contract.case_runner import complaints
from contract.kinds import on_a_fresh_one
from lab.workstation_interface import Kind

CASES = {case.name: case for case in load() if case.runs_on(Kind.EMULATED)}


@pytest.mark.parametrize("name", CASES)
def test_contract(name: str, sent: Mapping[tuple[str, bool], Sent]) -> None:
    """What a driver answers is what the case expects."""
    assert complaints(CASES[name], on_a_fresh_one(CASES[name], Kind.EMULATED, sent)) == []
