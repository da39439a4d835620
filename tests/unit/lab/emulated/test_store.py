# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulated store keeps, and what Windows of an older build refuses to open."""

from __future__ import annotations

import pytest

from unit.lab.emulated.driver_calls import (
    ADMINISTRATOR,
    JEANNE,
    NEW,
    answer,
    importing,
    request,
    stdin,
    workstation,
)


@pytest.mark.parametrize(
    ("os_build", "dialect", "works"),
    [(14393, "aes", False), (14393, "3des", True), (16299, "aes", True), (19045, "3des", True)],
)
def test_an_old_build_takes_the_password_of_an_aes_bundle_for_wrong(os_build: int, dialect: str, works: bool) -> None:
    """PBES2 is read since Windows 10 1709 (build 16299)."""
    target = workstation()
    target.os_build = os_build
    found = answer(
        target, ADMINISTRATOR, stdin("store_exchange", request(target, JEANNE, importing(NEW, dialect)), JEANNE)
    )
    assert found["changed"] is works
    assert works or found["error"] == {"step": "i", "code": "import_failed", "hresult": 0x80070056}
