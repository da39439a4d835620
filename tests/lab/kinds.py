# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workstations a hospital of the command line has."""

from __future__ import annotations

from dataclasses import replace

from lab.people import DESKS, Desk
from lab.wine import bed

KINDS = ("both", "emulated", "windows_powershell")


def desks_of(kind: str) -> tuple[Desk, ...]:
    """The desks: all, all of them emulated, or only those with Windows PowerShell.

    Raises ``FileNotFoundError`` where only Windows PowerShell is wanted, and it is not installed.
    """
    if kind == "emulated":
        return tuple(replace(desk, windows=False) for desk in DESKS)
    if kind == "windows_powershell":
        if bed() is None:
            raise FileNotFoundError("Windows PowerShell is not installed here. `make bed` installs it where it can.")
        return tuple(desk for desk in DESKS if desk.windows)
    return DESKS
