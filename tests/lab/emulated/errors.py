# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a driver's run ends early, and the HRESULTs it then names."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class HResult(IntEnum):
    """Codes of winerror.h (Windows), of corerror.h (.NET), and what they mean here."""

    ACCESS_DENIED = 0x80070005
    FILE_NOT_FOUND = 0x80070002
    PATH_NOT_FOUND = 0x80070003
    SHARING_VIOLATION = 0x80070020
    INVALID_PASSWORD = 0x80070056
    NONE_MAPPED = 0x80070534
    NTE_BAD_KEY_STATE = 0x8009000B
    NTE_BAD_PUBLIC_KEY = 0x80090015
    NTE_BAD_KEYSET = 0x80090016
    NTE_PERM = 0x80090010
    NTE_INTERNAL_ERROR = 0x8009002D
    SEC_E_DELEGATION_REQUIRED = 0x80090345
    CRYPT_E_BAD_ENCODE = 0x80092002
    CRYPT_E_NOT_FOUND = 0x80092004
    CRYPT_E_NO_MATCH = 0x80092009
    CRYPT_E_NO_KEY_PROPERTY = 0x8009200B
    WSAECONNREFUSED = 0x8007274D
    COR_E_SYSTEM = 0x80131501
    COR_E_TIMEOUT = 0x80131505
    COR_E_SECURITY = 0x8013150A
    COR_E_WAITHANDLECANNOTBEOPENED = 0x8013152C
    COR_E_FORMAT = 0x80131537


class DriverError(Exception):
    """A call that failed. ``code`` is the protocol's; None leaves the step to name it. ``hresult`` is unsigned, or None.

    ``facts``: what the step has found out all the same.
    """

    def __init__(self, code: str | None, hresult: int | None = None, facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code} {hresult}")
        self.code, self.hresult, self.facts = code, hresult, dict(facts or {})


class BecomeError(Exception):
    """Ansible's become wrapper could not start a process as the other user; the text is the one of its exception."""


class NoDriverError(Exception):
    """A process started with this token and ended before the driver began: ``compiler`` says that it could not compile the driver's C#,
    else Windows ended it while it was loaded."""

    def __init__(self, compiler: bool) -> None:
        super().__init__(compiler)
        self.compiler = compiler


class ConstrainedLanguageError(Exception):
    """PowerShell runs in ConstrainedLanguage mode, where Ansible's wrapper ends at its first call of a method."""


class ProcessKilled(BaseException):
    """The process died between two changes. Not an ``Exception``: a dead process rolls nothing back."""
