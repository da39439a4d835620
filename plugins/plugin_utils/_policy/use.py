# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a certificate is for, by keyUsage and extendedKeyUsage (RFC 5280, 4.2.1.3 and 4.2.1.12). Pure.

``tests/promises/uses.md`` shows each combination, and what a renewal and a removal do with it.
"""

from __future__ import annotations

from enum import Enum

from .._crypto.certificate import CLIENT_AUTH, Certificate
from .._crypto.leaf_checks import name_in
from .._errors import Pkcs12Error, Problem

ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0"
"""It restricts nothing: the issuer adds it for programs that ask for an extendedKeyUsage."""

EMAIL_PROTECTION, EFS = "1.3.6.1.5.5.7.3.4", "1.3.6.1.4.1.311.10.3.4"
"""Mail, and files (szOID_EFS_CRYPTO). Old mails and files cannot be read without the key."""

ENCRYPTING = {"key_encipherment", "data_encipherment", "key_agreement"}
SIGNING = {"digital_signature", "content_commitment"}


class Use(str, Enum):
    """What a certificate is for. Only authentication gives access, and a certificate supersedes only those for the same."""

    AUTHENTICATION = "authentication"
    ENCRYPTION = "encryption"
    SIGNATURE = "signature"
    OTHER = "other"

    def __str__(self) -> str:
        return self.value  # the report's page looks up its words with it


def use_of(certificate: Certificate) -> Use:
    """The first use that both extensions allow. Without an extension, nothing is restricted by it."""
    allowed = certificate.key_usage
    if _allows_logon(certificate) and (allowed is None or "digital_signature" in allowed):
        return Use.AUTHENTICATION
    if allowed is None:  # then extendedKeyUsage alone says what it is for
        return Use.ENCRYPTION if _is_for_old_data(certificate) else Use.OTHER
    if ENCRYPTING.intersection(allowed):
        return Use.ENCRYPTION
    return Use.SIGNATURE if SIGNING.intersection(allowed) else Use.OTHER


def opens_old_data(certificate: Certificate) -> bool:
    """Whether old mails or files may need its key: a certificate for authentication may be for mail and files, too."""
    return use_of(certificate) is Use.ENCRYPTION or _is_for_old_data(certificate)


def check_use(leaf: Certificate) -> None:
    """Refuses a certificate with which nobody logs on. Raises ``Pkcs12Error``: ``wrong_eku``, ``wrong_key_usage``."""
    if use_of(leaf) is Use.AUTHENTICATION:
        return
    if _allows_logon(leaf):
        raise Pkcs12Error(Problem("wrong_key_usage", {"whose": name_in(leaf)}))
    raise Pkcs12Error(Problem("wrong_eku", {"whose": name_in(leaf), "usages": leaf.eku or ()}))


def _allows_logon(certificate: Certificate) -> bool:
    return not certificate.eku or not {CLIENT_AUTH, ANY_EXTENDED_KEY_USAGE}.isdisjoint(certificate.eku)


def _is_for_old_data(certificate: Certificate) -> bool:
    return not {EMAIL_PROTECTION, EFS}.isdisjoint(certificate.eku or ())
