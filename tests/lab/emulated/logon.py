# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a driver's process runs as, and whether Windows gives that logon the user's DPAPI keys."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lab.emulated.accounts import User
from lab.emulated.computer import Computer
from lab.emulated.errors import BecomeError
from lab.manifest import Become
from lab.workstation_interface import Logon

LOGON_FAILURE = "The user name or password is incorrect, Win32ErrorCode 1326 - 0x0000052E"


@dataclass(frozen=True, slots=True)
class Session:
    """A process's user. ``dpapi``: this logon can protect data for him, so a private key can be stored. ``interactive``: S-1-5-4 is in
    its token."""

    user: User
    dpapi: bool
    interactive: bool = False


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
    """The token of a logon that is not a network one, else S4U: a logon without the user's secrets, hence without DPAPI."""
    if not connection.user.administrator:
        raise BecomeError(
            "Failed to get token for NT AUTHORITY\\SYSTEM required for become as a service account or an account without a password"
        )
    profile = computer.profiles.get(user.sid)
    at_the_desk = profile is not None and profile.logged_on
    connected = connection.user == user and connection.dpapi
    return Session(user, dpapi=at_the_desk or connected, interactive=at_the_desk)


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
