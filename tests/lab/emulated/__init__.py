# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated workstation: the drivers' protocol in Python over stores in memory. A stand-in, never the product.

What keeps it honest: it runs only the repository's own drivers, byte for byte; the contract cases of ``tests/contract`` run on it
and on Windows PowerShell; and its answers are compared with recordings of the latter.
"""

from lab.emulated.accounts import User
from lab.emulated.computer import LoggingPolicy
from lab.emulated.errors import DriverError, HResult, ProcessKilled
from lab.emulated.files import PlacedFile
from lab.emulated.handle import Change, Operation
from lab.emulated.workstation import EmulatedWorkstation

__all__ = [
    "Change",
    "DriverError",
    "EmulatedWorkstation",
    "HResult",
    "LoggingPolicy",
    "Operation",
    "PlacedFile",
    "ProcessKilled",
    "User",
]
