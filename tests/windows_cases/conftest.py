# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from windows.conftest import authority, pool, sent, windows

__all__ = ["authority", "pool", "sent", "windows"]
