# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a workstation is asked to be before a case, in orders that every kind can carry out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contract.fixture_certificates import FixtureCertificate
from contract.placed import PutFile, PutPerson
from lab.emulated.registry import Value


@dataclass(frozen=True, slots=True)
class PutKey:
    """A new container with this key. ``alias`` stands for its name in elements; it is a GUID in braces, as the real one."""

    alias: str
    of: FixtureCertificate
    legacy: bool
    computer: bool


@dataclass(frozen=True, slots=True)
class PutTransportKey:
    """A transport key in a container of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class PutElement:
    """An element in the owner's store, or in the computer's. ``data``: None when there is none. ``request``: in the store REQUEST."""

    name: str
    data: bytes | None
    computer: bool
    request: bool = False


@dataclass(frozen=True, slots=True)
class TemporaryProfile:
    """The owner's profile is a temporary one."""


@dataclass(frozen=True, slots=True)
class HoldMutex:
    """Another process holds the owner's mutex until the workstation is closed. ``squat``: by an event of that name instead."""

    squat: bool = False


@dataclass(frozen=True, slots=True)
class ForceKeyProtection:
    """The site's policy of that name."""

    policy: int


@dataclass(frozen=True, slots=True)
class PutLogging:
    """A logging policy. ``of``: the SID of a user, or None for the computer."""

    kind: str
    edition: str
    of: str | None
    value: int


@dataclass(frozen=True, slots=True)
class SecondaryLogon:
    """The service is there, with this start type."""

    start: int


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


@dataclass(frozen=True, slots=True)
class CloseStore:
    """A store of the owner, beside My, does not open."""


Order = (
    TrustRoot
    | DnsName
    | ForceKeyProtection
    | PutLogging
    | PutRegistry
    | PutFile
    | SecondaryLogon
    | PutKey
    | PutTransportKey
    | PutElement
    | PutPerson
    | TemporaryProfile
    | HoldMutex
    | CloseStore
)
