# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract.conftest import sent
from drivers.session import Session

__all__ = ["sent"]


@pytest.fixture(scope="module")
def shell() -> Iterator[Session]:
    """A file of tests has one PowerShell."""
    with Session() as session:
        yield session
