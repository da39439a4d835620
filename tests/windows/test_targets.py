# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A target on Windows PowerShell by a logon that has DPAPI; `test_kit_remote` runs all of them by NTLM, in one command."""

from __future__ import annotations

import pytest

from integration.conftest import Site
from integration.guides.test_targets import assert_leaves_nothing, target_site
from lab.target_site import TargetSite

__all__ = ["target_site"]

pytestmark = pytest.mark.windows


def test_target_by_basic(windows_by_basic: Site, target_site: TargetSite) -> None:
    assert_leaves_nothing("role_enrol", windows_by_basic, target_site)
