# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which certificates a new one supersedes, and how they and the selected ones of a removal go. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from .._crypto.certificate import Certificate
from .._crypto.instants import day_and_time
from .._crypto.store import CertificateStore, StoreCertificate
from .._errors import Pkcs12Error, Problem, Value
from .issuers import Issuers
from .subject import ExpectedSubject
from .use import opens_old_data, use_of

SOFTWARE_PROVIDERS = (
    "Microsoft Software Key Storage Provider",
    "Microsoft Base Cryptographic Provider v1.0",
    "Microsoft Strong Cryptographic Provider",
    "Microsoft Enhanced Cryptographic Provider v1.0",
    "Microsoft Enhanced RSA and AES Cryptographic Provider",
    "Microsoft RSA SChannel Cryptographic Provider",
    "Microsoft Enhanced RSA and AES Cryptographic Provider (Prototype)",
)


class RemovalMethod(str, Enum):
    """How a certificate goes. Archive: it stays with its key, but is hidden. Delete: both are deleted. None: it stays."""

    ARCHIVE = "archive"
    DELETE = "delete"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RemovalPolicy:
    """How certificates go. ``max_certificates``: a task that would supersede or remove more of them is refused.

    ``encryption_keys``: delete also what old mails and files may need, instead of archiving it. ``allow_downgrade``: accept a bundle that
    ends before an installed certificate.
    """

    method: RemovalMethod = RemovalMethod.DELETE
    max_certificates: int = 3
    encryption_keys: bool = False
    allow_downgrade: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """A certificate that goes, and how."""

    stored: StoreCertificate
    method: RemovalMethod


class HasDates(Protocol):
    """What decides which certificate ends last. A certificate has it, and so has its record in the facts."""

    @property
    def not_before(self) -> datetime:
        """Aware, in UTC."""

    @property
    def not_after(self) -> datetime:
        """Aware, in UTC."""

    @property
    def thumbprint(self) -> str:
        """SHA-1, upper-case hex."""


def rank(certificate: HasDates) -> tuple[datetime, datetime, str]:
    """What decides which certificate of a person counts, installed or in a bundle: the one that ends last, or else begins last."""
    return certificate.not_after, certificate.not_before, certificate.thumbprint


def predecessors(
    store: CertificateStore,
    leaf: Certificate,
    person: ExpectedSubject,
    policy: RemovalPolicy,
    site: Issuers = Issuers(),  # noqa: B008
) -> tuple[Removal, ...]:
    """The holder's older certificates of the same issuer and for the same use. Raises ``Pkcs12Error``: ``downgrade``, ``too_many``."""
    same = [
        stored
        for stored in store.certificates
        if _is_of_same_person(leaf, stored, person, site) and _is_for_same_use(leaf, stored)
    ]
    newer = [stored for stored in same if stored.certificate.not_after > leaf.not_after and not stored.archived]
    if newer and not policy.allow_downgrade:
        (day, time), (later_day, later_time) = map(day_and_time, (leaf.not_after, newer[0].certificate.not_after))
        values: dict[str, Value] = {"day": day, "time": time, "later_day": later_day, "later_time": later_time}
        raise Pkcs12Error(Problem("downgrade", values | {"thumbprint": newer[0].thumbprint}, "allow_downgrade"))
    return () if policy.method is RemovalMethod.NONE else choose_methods(same, policy)


def choose_methods(chosen: Iterable[StoreCertificate], policy: RemovalPolicy) -> tuple[Removal, ...]:
    """How each chosen certificate goes, without those that are to be archived and are already.

    Raises ``Pkcs12Error``: ``too_many``.
    """
    methods = [Removal(stored, _method(stored, policy)) for stored in chosen]
    remaining = tuple(each for each in methods if not (each.method is RemovalMethod.ARCHIVE and each.stored.archived))
    if len(remaining) > policy.max_certificates:
        names = tuple(each.stored.certificate.subject_cn or each.stored.thumbprint for each in remaining)
        values: dict[str, Value] = {"count": len(remaining), "names": names, "most": policy.max_certificates}
        raise Pkcs12Error(Problem("too_many", values, "max_certificates"))
    return remaining


def is_software(stored: StoreCertificate) -> bool:
    """Whether Windows keeps the key on the disk, or there is no key. The key of a smart card or a TPM is elsewhere."""
    return stored.key is None or stored.key.provider in SOFTWARE_PROVIDERS


def for_other_uses(
    store: CertificateStore,
    leaf: Certificate,
    person: ExpectedSubject,
    site: Issuers = Issuers(),  # noqa: B008
) -> tuple[StoreCertificate, ...]:
    """What the leaf does not supersede only because it is for another use, and Windows still offers."""
    return tuple(
        stored
        for stored in store.certificates
        if _is_of_same_person(leaf, stored, person, site) and not _is_for_same_use(leaf, stored) and not stored.archived
    )


def _is_of_same_person(leaf: Certificate, stored: StoreCertificate, person: ExpectedSubject, site: Issuers) -> bool:
    other = stored.certificate
    is_other = other.thumbprint != leaf.thumbprint and person.same(leaf, other)
    return is_other and is_software(stored) and site.are_generations(other, leaf)


def _is_for_same_use(leaf: Certificate, stored: StoreCertificate) -> bool:
    return use_of(stored.certificate) is use_of(leaf)


def _method(stored: StoreCertificate, policy: RemovalPolicy) -> RemovalMethod:
    is_needed = opens_old_data(stored.certificate) and not policy.encryption_keys
    return RemovalMethod.ARCHIVE if is_needed else policy.method
