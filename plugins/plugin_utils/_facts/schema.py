# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``ansible_facts.pkcs12`` as dataclasses. Instants are aware, in UTC. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from .._errors import Problem
from .._policy.status import GivesAccess, Status
from .._policy.use import Use

SCHEMA = 5


CURRENT_USER = "CurrentUser"
"""The location of a person's own store; the other one is ``LocalMachine``."""


REMOVAL_FAILED = "removal_failed"
"""The outcome of a removal that failed. A renewal that failed before the person left says nothing of it."""


class KeyId(NamedTuple):
    """A certificate at a workstation: the owner's SID, the thumbprint, and the location of the store."""

    owner_sid: str
    thumbprint: str
    location: str = CURRENT_USER


def location_of(store: str | None) -> str:
    """The location of a store by its name, such as ``CurrentUser\\My``."""
    return (store or CURRENT_USER).partition("\\")[0]


class KeyState(str, Enum):
    """Missing: there is no key link. Linked: there is one, and nobody has tried the key. Proven: the key signed. Unusable: it did not."""

    MISSING = "missing"
    LINKED = "linked"
    PROVEN = "proven"
    UNUSABLE = "unusable"

    def __str__(self) -> str:
        return self.value  # the report's page looks up its words with it


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """A certificate in one store of one owner. ``owner`` is the account's name if the task asked for it, else None.

    ``use``: what it is for, by ``eku`` and keyUsage. ``related``: the task's selection matches it. ``crl_urls``: where its issuer says
    that its CRL is. ``issuer_setting``: the profile under which it was found: its name, or ``pkcs12_issuer`` as it was written;
    empty without one. ``signed_by``: the SHA-256 of the key of the site's authority that signed it, ``self_signed``, or
    ``unknown_issuer``; empty where the site has named no authority, or the certificate is none of a holder's. ``issuer_key_id`` and
    ``issuer_urls``: what a related certificate says of its issuer: the identifier of the key in hex, and where the issuer's certificate is.
    ``status`` and ``days_left`` are those of the time when the facts were gathered. ``key_exportable``: whether the key can be exported,
    None if no proof has shown it.
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
    use: Use
    key_type: str
    key_size: int
    signature_hash: str | None
    friendly_name: str | None
    archived: bool
    key_state: KeyState
    key_provider: str | None
    related: bool
    crl_urls: tuple[str, ...] = ()
    issuer_setting: str = ""
    key_exportable: bool | None = None
    signed_by: str = ""
    issuer_key_id: str = ""
    issuer_urls: tuple[str, ...] = ()


class Strangers(str, Enum):
    """Whether a task looked for certificates of nobody. No match: its issuer is that of no certificate on the workstation."""

    NOT_SEARCHED = "not_searched"
    NO_MATCH = "no_match"
    SEARCHED = "searched"


class Proof(str, Enum):
    """The result of a proof: the key signed, it did not sign, or it could not be tried."""

    PROVEN = "proven"
    UNUSABLE = "unusable"
    NOT_PROVEN = "not_proven"


@dataclass(frozen=True, slots=True)
class HolderRecord:
    """A holder at one workstation: the inventory's entry, the account there, and the end of access.

    ``owner_sid`` and ``account`` are None where the workstation does not know ``user``. ``logged_on`` is None without a profile.
    ``thumbprint`` is that of the certificate that a browser offers longest. If a browser offers none, it is that of the certificate that
    ends last. ``access_until``: the end of this certificate or of the yearly authorisation, whichever comes first; None if the
    certificate gives no access, for want of its key or because it is not valid yet. ``ends_on``: the first day of the site without access
    on the whole of it. ``status`` says whether there is access, by both; ``certificate_status`` and ``certificate_until`` are about the
    certificate alone. ``proof`` is about its key, None if the task did not ask for a proof; ``proof_detail`` says why the key is not
    proven. ``outcome`` is the outcome of the last run, for instance ``deferred`` or ``removal_failed``, and ``outcome_at`` its time;
    None when there was none.
    ``problem``: why the last run failed, or why a file does not open that may be the new bundle; None without either.
    ``issuer_setting``: the setting of the issuer under which this is the holder's record, as it was written; empty without one.
    ``issuer_names``: the RFC 4514 names of the issuers of the certificates that the holder has or had under it. ``gives_access``: whether
    there was access when the facts were gathered, by both.
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
    proof_detail: Problem | None = None
    outcome: str | None = None
    outcome_at: datetime | None = None
    certificate_status: Status | None = None
    certificate_until: datetime | None = None
    ends_on: date | None = None
    issuer_setting: str = ""
    issuer_names: tuple[str, ...] = ()
    problem: Problem | None = None
    gives_access: GivesAccess = GivesAccess.UNKNOWN


@dataclass(frozen=True, slots=True)
class UnreadRecord:
    """A store, or one element of it, that could not be read, and why: a code, and what Windows said of it."""

    owner_sid: str
    store: str
    code: str
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
    """``ansible_facts.pkcs12_fact_audit``: the last audit of a workstation. ``problem``: why it failed, None if it did not."""

    problem: Problem | None
    at: datetime


class BrowserProblem(str, Enum):
    """The subject of a finding about browsers that needs somebody."""

    ISSUING_AUTHORITY = "issuing_authority"
    EDGE = "edge"
    CHROME = "chrome"
    FIREFOX = "firefox"


@dataclass(frozen=True, slots=True)
class BrowserRecord:
    """``ansible_facts.pkcs12_fact_browsers``: what a workstation's browsers lack, each once. ``at``: when it was looked for."""

    problems: tuple[BrowserProblem, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class WorkstationRecord:
    """All of ``ansible_facts.pkcs12``. ``strangers``: whether ``certificates`` would have those of nobody."""

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
    strangers: Strangers = Strangers.NOT_SEARCHED
