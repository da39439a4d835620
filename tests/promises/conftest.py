# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fault_injection.conftest import bundles, office, sent
from integration.conftest import authority
from integration.deprecations import refusing
from lab.ansible_playbook import chosen

__all__ = ["authority", "bundles", "office", "sent"]


@pytest.fixture(scope="session", autouse=True)
def no_deprecation() -> Iterator[None]:
    """No play of these tests uses what ansible-core will take away. Fixtures of the folder above come first."""
    with chosen(refusing()):
        yield
