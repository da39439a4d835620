# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this machine has a Chromium, and whether a test may look at the built documentation site."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> Path | None:
    """The program, or None where there is none. ``make browser`` installs Debian's."""
    found = (shutil.which(name) for name in NAMES)
    return next((Path(path) for path in found if path), None)


def built_site() -> Path | None:
    """The folder of the English site, or None where nobody names it: a test that looked for it would also find a half or an old one."""
    named = os.environ.get("PKCS12_SITE")
    return Path(named) if named else None
