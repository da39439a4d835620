# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A target on Windows PowerShell by itself; `test_kit_remote` runs all of them there in one command."""

from __future__ import annotations

import pytest

from integration.conftest import Site
from integration.guides.test_targets import assert_leaves_nothing, target_site
from lab.hospital import Hospital
from lab.target_site import TargetSite

__all__ = ["target_site"]

pytestmark = pytest.mark.windows


@pytest.mark.parametrize("target", ["role_enrol"])
def test_target(target: str, windows: Hospital, target_site: TargetSite) -> None:
    assert_leaves_nothing(target, Site(windows), target_site)


@pytest.mark.parametrize("target", ["role_enrol"])
def test_target_by_basic(target: str, windows_by_basic: Site, target_site: TargetSite) -> None:
    assert_leaves_nothing(target, windows_by_basic, target_site)
