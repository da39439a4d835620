# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a workstation is asked to be before a case, in orders that every kind can carry out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from contract.fixture_certificates import FixtureCertificate
from contract.placed import PutFile, PutPerson
from lab.emulated.registry import Value


class Condition(Enum):
    """What can be said of the owner's workstation in one word."""

    TEMPORARY_PROFILE = "TemporaryProfile"
    """The owner's profile is a temporary one."""
    MUTEX_HELD = "HoldMutex"
    """Another process holds the owner's mutex until the workstation is closed."""
    MUTEX_SQUATTED = "SquatMutex"
    """An event of another process has its name until then."""
    STORE_CLOSED = "CloseStore"
    """A store of the owner, beside My, does not open."""
    DPAPI_BROKEN = "BreakDpapi"
    """The owner is at the desk, and Windows cannot protect data for him."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A number of the computer: the site's policy of that name, or the start type of the service of that name, which then is there."""

    name: Literal["ForceKeyProtection", "SecondaryLogon"]
    value: int


@dataclass(frozen=True, slots=True)
class Scanner:
    """A program that opens what a driver has just written, and shares it with nobody while the driver tries to read so many times.

    ``of``: whose store, ``own`` or the SID of another person.
    """

    of: str
    reads: int


@dataclass(frozen=True, slots=True)
class PutKey:
    """A new container with this key. ``alias`` stands for its name in elements; it is a GUID in braces, as the real one.

    ``undeletable``: Windows does not delete it.
    """

    alias: str
    of: FixtureCertificate
    legacy: bool
    computer: bool
    undeletable: bool = False
    exportable: bool = False


@dataclass(frozen=True, slots=True)
class PutNamedKey:
    """A new key in a container of this name, in which ``<second>`` stands for now, in 8 hex digits. ``undeletable``: see ``PutKey``."""

    name: str
    undeletable: bool = False


@dataclass(frozen=True, slots=True)
class PutElement:
    """An element in the owner's store, or in the computer's. ``data``: None when there is none. ``request``: in the store REQUEST."""

    name: str
    data: bytes | None
    computer: bool
    request: bool = False


@dataclass(frozen=True, slots=True)
class PutLogging:
    """A logging policy. ``of``: the SID of a user, or None for the computer."""

    kind: str
    edition: str
    of: str | None
    value: int


@dataclass(frozen=True, slots=True)
class DnsName:
    """The computer's host name, which may have the domain, and its domain."""

    host: str
    domain: str


@dataclass(frozen=True, slots=True)
class TrustRoot:
    """A root that browsers of the computer trust, in DER."""

    der: bytes


@dataclass(frozen=True, slots=True)
class PutRegistry:
    """Values of a key below ``Software``. ``of``: the SID of a user, ``own`` for the owner, or None for the computer."""

    of: str | None
    key: str
    values: Mapping[str, Value]


Order = (
    Condition
    | Setting
    | Scanner
    | TrustRoot
    | DnsName
    | PutLogging
    | PutRegistry
    | PutFile
    | PutKey
    | PutNamedKey
    | PutElement
    | PutPerson
)


def name_of(order: Order) -> str:
    """What ``prepare.ps1`` and the kit call it."""
    match order:
        case Condition():
            return order.value
        case Setting():
            return order.name
        case _:
            return type(order).__name__
