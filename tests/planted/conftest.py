# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from fault_injection.conftest import bundles, sent
from integration.conftest import authority

__all__ = ["authority", "bundles", "sent"]
