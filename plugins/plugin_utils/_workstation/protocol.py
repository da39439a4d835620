# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The requests and answers of the two drivers as dataclasses. The protocol is docs/developers/driver_protocol.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from .._crypto.store import SerializedElement, StoreContents
from .receiver import STRANGER, Receiver


@dataclass(frozen=True, slots=True)
class Profile:
    """A person's profile with its store CurrentUser\\My. ``loaded``: the person is logged on."""

    owner_sid: str
    path: str
    loaded: bool
    temporary: bool
    my: StoreContents


@dataclass(frozen=True, slots=True)
class Account:
    """A holder's account as the workstation resolved it. ``asked`` is the text of the request. ``sid`` is None if it does not exist."""

    asked: str
    sid: str | None
    name: str | None
    hresult: int | None


@dataclass(frozen=True, slots=True)
class Identity:
    """The account that a driver ran as. ``debug_privilege``: it has SeDebugPrivilege, which become needs."""

    sid: str
    account: str
    administrator: bool
    debug_privilege: bool


@dataclass(frozen=True, slots=True)
class Logging:
    """Whether PowerShell logs what it runs (policies of Windows PowerShell and PowerShell 7)."""

    script_block: bool
    module: bool
    transcription: bool

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of logging that are on."""
        named = (
            ("script block logging", self.script_block),
            ("module logging", self.module),
            ("transcription", self.transcription),
        )
        return tuple(name for name, on in named if on)

    @property
    def codes(self) -> tuple[str, ...]:
        """The same as words of the catalogue."""
        return tuple(kind.replace(" ", "_") for kind in self.kinds)


TOLERATED_SKEW = 300
"""Seconds that the two clocks may differ, as in Kerberos (RFC 4120, 8.2)."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Answer of ``store_inventory``, and how it came.

    ``utc`` is the workstation's clock. ``dns_names``: its DNS host name, and that with its domain.
    ``force_key_protection``: the policy; 0 none, 1 or 2 a dialog. ``secondary_logon``: start type of the service; 4 is disabled, None
    means that there is no such service. ``language_mode`` is that of the connection's account. ``locks``: codes of what may give this
    account or another one ConstrainedLanguage mode. ``administrator_protection``: a holder who is a local administrator has a second
    account, which become takes. ``receiver``: what the connection proves of the machine that answered; as long as nobody has asked,
    nothing.
    """

    identity: Identity
    computer: str
    os_build: int
    utc: datetime
    language_mode: str
    logging: Logging
    force_key_protection: int
    secondary_logon: int | None
    accounts: tuple[Account, ...]
    profiles: tuple[Profile, ...]
    machine: StoreContents
    locks: tuple[str, ...] = ()
    administrator_protection: bool = False
    dns_names: tuple[str, ...] = ()
    receiver: Receiver = STRANGER

    @property
    def names(self) -> tuple[str, ...]:
        """What the workstation calls itself."""
        return (self.computer, *self.dns_names)

    def skew(self, at: datetime) -> int:
        """Seconds by which the workstation's clock is fast; negative if slow. ``at`` is the controller's clock when the answer came."""
        return round((self.utc - at).total_seconds())

    def profile(self, sid: str) -> Profile | None:
        """The profile of the owner with this SID, or None."""
        return next((profile for profile in self.profiles if profile.owner_sid == sid), None)


@dataclass(frozen=True, slots=True)
class StepRequest:
    """A step of a request. ``type`` is a step type of the protocol, ``arguments`` its further keys, which may hold secrets."""

    id: str
    type: str
    thumbprint: str
    arguments: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ExchangeRequest:
    """One transaction on one owner's CurrentUser\\My. ``store_hash`` is the hash of the store for which the steps were planned.

    ``computer``: the name of the only computer that may carry it out; None: any.
    """

    owner_sid: str
    store_hash: str
    steps: tuple[StepRequest, ...]
    computer: str | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What the workstation did in one step. ``at`` is text like ``2026-11-25T04:34:43Z``, ``facts`` are the further keys."""

    id: str
    step: str
    outcome: str
    at: str
    facts: Mapping[str, Any]


def journal_row(entry: JournalEntry) -> dict[str, Any]:
    """A journal entry as one flat map."""
    return {"id": entry.id, "step": entry.step, "outcome": entry.outcome, "at": entry.at} | dict(entry.facts)


@dataclass(frozen=True, slots=True)
class ExchangeError:
    """Why an exchange stopped. ``step``: the id of the step, or ``guard``. ``code``: of the protocol. ``hresult``: of Windows, or None.

    ``file``: of ``profile_exchange``, the path that it is about, or None. ``second_account``: it ran as the account that Windows keeps
    for the holder under Administrator Protection. ``token``: with ``unfit_token``, what is wrong with the token; else None.
    """

    step: str
    code: str
    hresult: int | None
    file: str | None = None
    second_account: bool = False
    token: str | None = None


@dataclass(frozen=True, slots=True)
class ExchangeAnswer:
    """Answer of ``store_exchange``. ``after``: None when the store could not be read again after the steps."""

    changed: bool
    owner_sid: str
    utc: datetime
    before: tuple[SerializedElement, ...]
    after: tuple[SerializedElement, ...] | None
    journal: tuple[JournalEntry, ...]
    error: ExchangeError | None


class Context(str, Enum):
    """How an exchange runs: as the connection's own user, through become, or, without the holder, on the files of the profile."""

    CONNECTION = "connection"
    BECOME = "become"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class RunAs:
    """The holder's account in an exchange. ``password``: the holder's own; None uses the token of a logon session of the holder.

    ``own``: it is the connection's own account.
    """

    context: Context
    account: str
    password: str | None = field(default=None, repr=False)
    own: bool = False


class Drivers(Protocol):
    """Runs the drivers on a workstation. The base of the actions implements it, and a fake in the tests."""

    def inventory(self, holders: Sequence[str]) -> Inventory:
        """Runs ``store_inventory`` without become. Raises ``Pkcs12Error``."""

    def exchange(self, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        """Runs ``store_exchange`` in the holder's context, or ``profile_exchange``. Raises ``Pkcs12Error``."""
