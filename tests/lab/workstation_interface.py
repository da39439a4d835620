# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the listener needs from a workstation. Both kinds stand behind it, so neither knows WinRM and WinRM knows neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Kind(str, Enum):
    """What answers."""

    EMULATED = "emulated"
    WINDOWS_POWERSHELL = "Windows PowerShell"

    @property
    def shown(self) -> str:
        """On every row of the demo, so that nobody takes one for the other, or for a Windows."""
        return "Windows PowerShell 7.6 under Wine" if self is Kind.WINDOWS_POWERSHELL else self.value


class AuthMethod(str, Enum):
    """How the client proved who it is. A network logon has no DPAPI of its own (KB: 0x80090345)."""

    BASIC = "basic"
    NTLM = "ntlm"
    KERBEROS = "kerberos"
    CERTIFICATE = "certificate"
    CREDSSP = "credssp"

    @property
    def network_logon(self) -> bool:
        """Windows makes a logon with DPAPI where it gets the password: for Basic (NETWORK_CLEARTEXT) and for CredSSP (MS-CSSP).

        It does not get it for NTLM and Kerberos. No documentation says what it makes of a mapped certificate, so the lab takes the worse.
        """
        return self not in {AuthMethod.BASIC, AuthMethod.CREDSSP}


@dataclass(frozen=True, slots=True)
class Logon:
    """An authenticated connection: the account as the client spelt it, and how it authenticated."""

    account: str
    method: AuthMethod


@dataclass(frozen=True, slots=True)
class Output:
    """What a process wrote since it was last asked. ``exit_code`` is None while it runs."""

    stdout: bytes
    stderr: bytes
    exit_code: int | None


class Process(Protocol):
    """A command on a workstation, as WinRS sees it."""

    def send(self, data: bytes, end: bool) -> None:
        """Writes to standard input; ``end`` closes it. Raises ``BrokenPipeError`` when the process is gone."""

    def receive(self, timeout: float, limit: int) -> Output | None:
        """Waits up to ``timeout`` seconds for output or the end; at most ``limit`` bytes. None when nothing came."""

    def kill(self) -> None:
        """Ends the process and its children; harmless when it has ended."""


class Workstation(Protocol):
    """A machine that runs commands for an authenticated user."""

    @property
    def name(self) -> str:
        """The computer's name."""

    @property
    def kind(self) -> Kind:
        """What it really is."""

    @property
    def passwords(self) -> Mapping[str, str]:
        """Account, in every accepted spelling (``user``, ``DOMAIN\\user``), to its password."""

    def start(self, logon: Logon, command_line: str, console: bool) -> Process:
        """Starts a command line; ``console``: standard input is a console, not a pipe (WINRS_CONSOLEMODE_STDIN)."""

    def close(self) -> None:
        """Ends what it runs and frees what it holds."""
