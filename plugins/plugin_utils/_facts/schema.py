# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What facts say, typed: schema 1 of ``ansible_facts.pkcs12`` as records. Dates are aware, in UTC. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from .._policy.validity import Status

SCHEMA = 1


class KeyState(str, Enum):
    """What is known of a key: that a store has a link to one, that it has signed just now, that it did not."""

    MISSING = "missing"
    LINKED = "linked"
    PROVEN = "proven"
    UNUSABLE = "unusable"

    def __str__(self) -> str:
        return self.value  # the page looks its words up by it


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """A certificate in one store of one owner. ``owner`` is an account's name where it was asked for.

    ``related``: the task's selection names it. ``status`` and ``days_left`` were judged when the facts were gathered.
    """

    owner_sid: str
    owner: str | None
    store: str
    thumbprint: str
    subject: str
    subject_cn: str | None
    issuer: str
    issuer_cn: str | None
    serial: str
    not_before: datetime
    not_after: datetime
    days_left: int
    status: Status
    eku: tuple[str, ...]
    key_type: str
    key_size: int
    signature_hash: str | None
    friendly_name: str | None
    archived: bool
    key_state: KeyState
    key_provider: str | None
    related: bool


class Proof(str, Enum):
    """What came of the wish that a holder's key sign: it did, it did not, or it could not be tried."""

    PROVEN = "proven"
    UNUSABLE = "unusable"
    NOT_PROVEN = "not_proven"


@dataclass(frozen=True, slots=True)
class HolderRecord:
    """A holder at one workstation: whom the inventory names, whose account that is there, and until when he has access.

    ``owner_sid`` and ``account`` are None where the workstation does not know ``user``. ``logged_on`` is None without a profile.
    ``thumbprint`` and ``access_until`` are those of the certificate that counts: the one that a browser would offer longest, else the
    one that ends last. ``status`` says whether it gives access. ``proof`` is about its key, None when no proof was asked for;
    ``proof_detail`` is the reason in a sentence where it is not proven. ``outcome`` is what the last renewal said of the holder,
    ``deferred`` or ``waiting_for_issuer`` for instance, and ``outcome_at`` when; None when none has run.
    """

    user: str
    name: str | None
    authorisation: str | None
    authorisation_anniversary: date | None
    owner_sid: str | None
    account: str | None
    logged_on: bool | None
    status: Status
    thumbprint: str | None
    access_until: datetime | None
    days_left: int | None
    proof: Proof | None = None
    proof_detail: str | None = None
    outcome: str | None = None
    outcome_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnreadRecord:
    """A store, or one element of it, that could not be read, and why."""

    owner_sid: str
    store: str
    code: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """A profile on the workstation; ``loaded``: its user is logged on."""

    owner_sid: str
    owner: str | None
    path: str
    loaded: bool
    temporary: bool
    readable: bool


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """``ansible_facts.audit_pkcs12``: what the last audit of a workstation came to. ``problem`` is empty where it answered."""

    problem: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WorkstationRecord:
    """All of ``ansible_facts.pkcs12``."""

    schema: int
    gathered_at: datetime
    workstation: str
    workstation_utc: datetime
    clock_skew_seconds: int
    os_build: int
    connection_account: str
    language_mode: str
    logging: tuple[str, ...]
    holders: tuple[HolderRecord, ...]
    certificates: tuple[CertificateRecord, ...]
    certificates_not_listed: int
    profiles: tuple[ProfileRecord, ...]
    unread: tuple[UnreadRecord, ...]
