# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other targets on Windows PowerShell, each by itself."""

from __future__ import annotations

import pytest

from contract.kit_remote import windows_targets
from integration.conftest import Site
from integration.guides.test_targets import assert_leaves_nothing, target_site
from lab.hospital import Hospital
from lab.target_site import TargetSite

__all__ = ["target_site"]

pytestmark = pytest.mark.windows


@pytest.mark.parametrize("target", [target for target in windows_targets() if target != "role_enrol"])
def test_target(target: str, windows: Hospital, target_site: TargetSite) -> None:
    assert_leaves_nothing(target, Site(windows), target_site)
