# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this machine has a Chromium."""

from __future__ import annotations

import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> Path | None:
    """The program, or None where there is none. ``make browser`` installs Debian's."""
    found = (shutil.which(name) for name in NAMES)
    return next((Path(path) for path in found if path), None)
