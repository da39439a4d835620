# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract.captured_commands import capture
from fault_injection.deliveries import Office, open_office
from fault_injection.renewal_in_process import Captured
from fault_injection.renewals import RenewalBundles


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
