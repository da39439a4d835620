# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One line for each kind of workstation that says what it cannot show."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from contract.captured_commands import Sent, capture
from contract.case import load
from lab.workstation_interface import Kind


@pytest.fixture(scope="session")
def sent() -> Mapping[tuple[str, bool], Sent]:
    """What Ansible sends."""
    return capture()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nobody shall take one kind for the other, or a part for the whole."""
    cases = load()
    for kind in Kind:
        unable = sum(not case.runs_on(kind) for case in cases)
        able = f"{len(cases) - unable} of {len(cases)} contract cases, not {unable} (reasons: tests/contract/cases)"
        terminalreporter.write_line(f"{kind.shown} can show {able}")
