# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from contract.captured_commands import Sent
from contract.case import Case, load
from contract.kinds import Pool
from fault_injection.conftest import bundles, sent
from integration.conftest import authority, powershell, windows, windows_by_basic
from lab.workstation_interface import Kind

__all__ = ["authority", "bundles", "powershell", "sent", "windows", "windows_by_basic"]


@pytest.fixture(scope="session")
def pool(request: pytest.FixtureRequest, sent: Mapping[tuple[str, bool], Sent]) -> Iterator[Pool]:
    """The contract cases of this run; asked for, they are already under way."""
    names = [
        item.callspec.params["name"] for item in request.session.items if "pool" in getattr(item, "fixturenames", ())
    ]
    cases: list[Case] = [case for case in load() if case.name in names]
    running = Pool(cases, Kind.WINDOWS_POWERSHELL, sent)
    yield running
    running.close()
