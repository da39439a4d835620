# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract.captured_commands import capture
from fault_injection.deliveries import Office, open_office
from fault_injection.renewal_in_process import Captured, Tally
from fault_injection.renewals import RenewalBundles
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
def bundles() -> RenewalBundles:
    return RenewalBundles.issue()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if NUMBERS["runs"]:
        terminalreporter.write_line(f"renewals with faults: {TALLY}")
    for what, count in sorted(NUMBERS.items()):
        if what.startswith("withdrawal"):
            terminalreporter.write_line(f"{what}: {count}")
