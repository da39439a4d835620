# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which certificates have to go, and how: a holder's predecessors at a renewal, a selection at a removal. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from .._crypto.certificate import CLIENT_AUTH, Certificate
from .._crypto.instants import instant_in_words
from .._crypto.store import CertificateStore, StoreCertificate
from .._errors import CollectionError
from .subject import ExpectedSubject

ENCRYPTION = {"1.3.6.1.5.5.7.3.4": "mail", "1.3.6.1.4.1.311.10.3.4": "file"}
"""EKU emailProtection (RFC 5280, 4.2.1.12) and szOID_EFS_CRYPTO: without the key, old mails and files stay closed."""

SOFTWARE_PROVIDERS = (
    "Microsoft Software Key Storage Provider",
    "Microsoft Base Cryptographic Provider v1.0",
    "Microsoft Strong Cryptographic Provider",
    "Microsoft Enhanced Cryptographic Provider v1.0",
    "Microsoft Enhanced RSA and AES Cryptographic Provider",
    "Microsoft RSA SChannel Cryptographic Provider",
    "Microsoft Enhanced RSA and AES Cryptographic Provider (Prototype)",
)


class RetirementMethod(str, Enum):
    """How a certificate goes. Archived: hidden, with its key. Deleted: gone, with its key."""

    ARCHIVE = "archive"
    DELETE = "delete"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RetirementPolicy:
    """``most``: more than so many going at once means that the selection is too wide."""

    method: RetirementMethod = RetirementMethod.DELETE
    most: int = 3
    encryption_keys: bool = False
    allow_downgrade: bool = False


@dataclass(frozen=True, slots=True)
class RetiredCertificate:
    """A certificate that goes, and how."""

    found: StoreCertificate
    method: RetirementMethod


def predecessors(
    view: CertificateStore, leaf: Certificate, person: ExpectedSubject, policy: RetirementPolicy
) -> tuple[RetiredCertificate, ...]:
    """The holder's older certificates of the same issuer. Raises ``CollectionError``: ``downgrade``, ``too_many``."""
    same = [found for found in view.certificates if _succeeds(leaf, found, person)]
    newer = [found for found in same if found.certificate.not_after > leaf.not_after and not found.archived]
    if newer and not policy.allow_downgrade:
        raise CollectionError(
            code="downgrade",
            cause=(
                f"The bundle ends on {instant_in_words(leaf.not_after)}, but {newer[0].thumbprint}, installed, is valid until "
                f"{instant_in_words(newer[0].certificate.not_after)}."
            ),
            next_step="Use the newest bundle, or set allow_downgrade: true when the older one is meant.",
        )
    return () if policy.method is RetirementMethod.NONE else choose_methods(same, policy)


def choose_methods(chosen: Iterable[StoreCertificate], policy: RetirementPolicy) -> tuple[RetiredCertificate, ...]:
    """How each chosen certificate goes; archived ones that are only to be archived are done. Raises ``CollectionError``: ``too_many``."""
    methods = [RetiredCertificate(found, _method(found, policy)) for found in chosen]
    open_ones = tuple(each for each in methods if not (each.method is RetirementMethod.ARCHIVE and each.found.archived))
    if len(open_ones) > policy.most:
        names = ", ".join(each.found.certificate.subject_cn or each.found.thumbprint for each in open_ones)
        raise CollectionError(
            code="too_many",
            cause=f"{len(open_ones)} certificates would go ({names}), {policy.most} are allowed.",
            next_step="Narrow the selection, or raise max_retired when all of them are meant.",
        )
    return open_ones


def is_software(found: StoreCertificate) -> bool:
    """Whether the key, if there is one, is in a provider of Windows that keeps keys on the disk; a card's or a TPM's is not."""
    return found.key is None or found.key.provider in SOFTWARE_PROVIDERS


def _succeeds(leaf: Certificate, found: StoreCertificate, person: ExpectedSubject) -> bool:
    old = found.certificate
    return (
        old.thumbprint != leaf.thumbprint
        and old.issuer == leaf.issuer
        and person.same(leaf, old)
        and (old.eku is None or CLIENT_AUTH in old.eku)
        and is_software(found)
    )


def _method(found: StoreCertificate, policy: RetirementPolicy) -> RetirementMethod:
    encrypts = any(usage in ENCRYPTION for usage in found.certificate.eku or ())
    return RetirementMethod.ARCHIVE if encrypts and not policy.encryption_keys else policy.method
