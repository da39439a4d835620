# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every contract case, on every kind of workstation that can show it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from contract.captured_commands import Sent
from contract.case import Case
from contract.case_runner import complaints
from contract.kinds import on_a_fresh_one
from lab.workstation_interface import Kind


def test_contract(
    case: Case, kind: Kind, sent: Mapping[tuple[str, bool], Sent], request: pytest.FixtureRequest
) -> None:
    """What a driver answers is what the case expects."""
    on_windows = kind is Kind.WINDOWS_POWERSHELL
    outcome = request.getfixturevalue("windows").outcome(case) if on_windows else on_a_fresh_one(case, kind, sent)
    assert complaints(case, outcome) == []
