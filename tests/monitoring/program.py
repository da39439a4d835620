# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this machine has promtool."""

from __future__ import annotations

import shutil
from pathlib import Path


def promtool() -> Path | None:
    """The program, or None where there is none. ``make prometheus`` installs Debian's."""
    found = shutil.which("promtool")
    return Path(found) if found else None
