# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module of Ansible costs: a workstation that also runs a module that does nothing. Tests of the product never meet it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from lab.emulated.logon import Session
from lab.emulated.workstation import EmulatedWorkstation
from lab.manifest import Manifest

PLAYS = Path(__file__).with_name("plays")
EMPTY = PLAYS / "library" / "empty.ps1"


class FloorWorkstation(EmulatedWorkstation):
    """Runs the collection's drivers, and the empty module, byte for byte; nothing else."""

    def run_module(self, connection: Session, manifest: Manifest, killed: threading.Event) -> dict[str, Any]:
        if manifest.script == EMPTY.read_bytes() and manifest.become is None:
            return {"changed": False}
        return super().run_module(connection, manifest, killed)
