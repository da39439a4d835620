# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from lab.authority import IssuedBundle
from unit.plugins.plugin_utils.pickup_site import CODE, Site
from unit.plugins.plugin_utils.registration import Registration


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issued: IssuedBundle) -> Site:
    registration = Registration().install(monkeypatch)
    registration.deliver(issued, CODE)
    return Site(tmp_path, registration, issued)
