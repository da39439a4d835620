# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the collection importable by its full name and the lab as ``lab``, wherever the checkout lies."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LINK = ROOT / ".build" / "collections" / "ansible_collections" / "hospital_it" / "pkcs12"

LINK.parent.mkdir(parents=True, exist_ok=True)
if not LINK.is_symlink():
    LINK.symlink_to("../../../..")
for folder in (ROOT / "tests", ROOT / ".build" / "collections"):
    sys.path.insert(0, str(folder))
