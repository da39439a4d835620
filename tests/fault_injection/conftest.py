# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from contract.wire import capture
from fault_injection.renewals import Material
from fault_injection.story import Captured, Tally
from figures import NUMBERS

TALLY = Tally()


@pytest.fixture(scope="session")
def tally() -> Tally:
    return TALLY


@pytest.fixture(scope="session")
def sent() -> Captured:
    """What Ansible sends."""
    return capture()


@pytest.fixture(scope="session")
def material() -> Material:
    return Material.issue()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if NUMBERS["runs"]:
        terminalreporter.write_line(f"renewals with faults: {TALLY}")
