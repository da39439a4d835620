# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a driver's process runs as, and whether Windows gives that logon the user's DPAPI keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from lab.emulated.accounts import User
from lab.emulated.computer import Computer
from lab.emulated.errors import BecomeError, NoDriverError
from lab.manifest import Become
from lab.workstation_interface import Logon

LOGON_FAILURE = "The user name or password is incorrect, Win32ErrorCode 1326 - 0x0000052E"
NOT_STARTED = "CreateProcessWithTokenW() failed (Access is denied, Win32ErrorCode 5 - 0x00000005)"


class Start(Enum):
    """How far a process comes with a token."""

    DRIVER = "the driver runs"
    NO_COMPILER = "it cannot compile the driver's C#"
    NOT_LOADED = "Windows ends it while it is loaded"
    NO_PROCESS = "Windows makes none"


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a person. ``fault``: what the driver says is wrong with it; None for one that is fit. ``dpapi``: Windows protects data
    with it. ``deletes_keys``: it may delete the person's key files."""

    fault: str | None = None
    dpapi: bool = True
    deletes_keys: bool = True
    start: Start = Start.DRIVER


FIT = Token()
S4U = Token("batch", dpapi=False)
TOKENS = {
    "fit": FIT,
    "uac_filtered": FIT,
    "batch_with_password": Token("batch"),
    "untrusted": Token("integrity", deletes_keys=False),
    "low": Token("integrity", deletes_keys=False),
    "app_container": Token("app_container", dpapi=False, deletes_keys=False),
    "restricted": Token("restricted", deletes_keys=False),
    "service": Token("service"),
    "s4u": S4U,
    "csc_fails": Token(start=Start.NO_COMPILER),
    "dll_init": Token(start=Start.NOT_LOADED),
    "error_5": Token(start=Start.NO_PROCESS),
}
"""Those of the processes that may run as a person. UAC takes nothing from a standard user's token that an exchange needs."""


@dataclass(frozen=True, slots=True)
class Session:
    """A process's user. ``dpapi``: this logon can protect data for him, so a private key can be stored. ``interactive``: S-1-5-4 is in
    its token."""

    user: User
    dpapi: bool
    interactive: bool = False
    token: Token = FIT


def connect(computer: Computer, logon: Logon) -> Session:
    """The session of an authenticated connection. Raises ``KeyError`` for an account that is not known here."""
    user = computer.accounts.by_name(logon.account)
    if user is None:
        raise KeyError(logon.account)
    return Session(user, dpapi=not logon.method.network_logon)


def become(computer: Computer, connection: Session, wanted: Become) -> Session:
    """What ``Ansible.Become.BecomeUtil.CreateProcessAsUser`` (ansible-core) makes of the wish. Raises ``BecomeError``."""
    if wanted.logon_type == "newcredentials":
        # Other credentials for the network only: on this computer it stays the same user.
        return connection
    user = computer.accounts.by_name(wanted.user)
    if user is None:
        raise BecomeError("Some or all identity references could not be translated.")
    session = (
        _without_password(computer, connection, user)
        if wanted.password is None
        else _with_password(computer, wanted, user, wanted.password)
    )
    if session.interactive and user.administrator and computer.administrator_protection:
        # Ansible takes the token that is linked to a limited one. There it belongs to another account.
        return replace(session, user=computer.second_account(user))
    return session


def _without_password(computer: Computer, connection: Session, user: User) -> Session:
    """The token of any process whose logon is not a network one, else S4U: a logon without the user's secrets, hence without DPAPI."""
    if not connection.user.administrator:
        raise BecomeError(
            "Failed to get token for NT AUTHORITY\\SYSTEM required for become as a service account or an account without a password"
        )
    profile = computer.profiles.get(user.sid)
    at_the_desk = profile is not None and profile.logged_on
    connected = connection.user == user and connection.dpapi
    usual = FIT if at_the_desk or connected else S4U
    token = TOKENS[profile.picks.popleft()] if profile is not None and profile.picks else usual
    if token.start is Start.NO_PROCESS:
        raise BecomeError(NOT_STARTED)
    if token.start is not Start.DRIVER:
        raise NoDriverError(token.start is Start.NO_COMPILER)
    return Session(user, token.dpapi, interactive=at_the_desk and token.fault not in ("service", "batch"), token=token)


def _with_password(computer: Computer, wanted: Become, user: User, password: str) -> Session:
    domain, _rest, name = wanted.user.removeprefix(".\\").rpartition("\\")
    local = user.account.partition("\\")[0].casefold() == computer.computer_name.casefold()
    if not domain and "@" not in name:
        # LogonUser is asked for the computer's own account of that name.
        domain = "."
        if not local:
            raise BecomeError(f"Failed to logon .\\{name} ({LOGON_FAILURE})")
    if not computer.accounts.accepts(user, password):
        raise BecomeError(
            f"Failed to logon {domain}\\{name} ({LOGON_FAILURE})"
            if domain
            else f"Failed to logon {name} ({LOGON_FAILURE})"
        )
    return Session(user, dpapi=wanted.logon_type != "network", interactive=wanted.logon_type == "interactive")
