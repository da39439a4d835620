# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the collection importable by its full name and the lab as ``lab``, wherever the checkout lies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LINK = ROOT / ".build" / "collections" / "ansible_collections" / "hospital_it" / "pkcs12"

os.environ["LC_ALL"] = "C.UTF-8"  # tests start ansible-playbook, which refuses another encoding than UTF-8
LINK.parent.mkdir(parents=True, exist_ok=True)
if not LINK.is_symlink():
    LINK.symlink_to("../../../..")
for folder in (ROOT / "tests", ROOT / ".build" / "collections"):
    sys.path.insert(0, str(folder))
