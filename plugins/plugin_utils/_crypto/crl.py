# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Certificate revocation lists (RFC 5280, section 5): what they say, and whether their issuer signed them. Pure."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

with suppress(ImportError):  # without it the file still loads, and _action/base.py refuses the task
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from .certificate import name_text

PEM_CRL = b"-----BEGIN X509 CRL-----"
PEM_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


class UnreadableCrl(ValueError):
    """Bytes that are no CRL or no certificates; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Crl:
    """A CRL. Names are RFC 4514 strings, instants aware, in UTC. ``next_update`` is None if the list does not say it.

    ``urls``: the list is only for certificates with one of these distribution points; empty: for all of its issuer.
    ``partial``: the field or the unknown critical extension that keeps the list from all certificates of people, in the words of RFC 5280.
    """

    issuer: str
    this_update: datetime
    next_update: datetime | None
    size: int
    urls: tuple[str, ...]
    partial: str | None
    _decoded: Any = field(repr=False, compare=False)
    _entries: Mapping[int, Any] = field(repr=False, compare=False)

    def revocation_of(self, serial: int) -> tuple[datetime, str] | None:
        """When the issuer revoked the certificate with this serial number, and why, in the words of ``cryptography.x509.ReasonFlags``.

        None if the list does not name it.
        """
        entry = self._entries.get(serial)
        return (entry.revocation_date_utc, _reason(entry)) if entry is not None else None

    def is_signed_by(self, authority: CrlAuthority) -> bool:
        """Whether the authority's key signed the list, and the authority may sign lists."""
        try:
            return authority.may_sign and bool(self._decoded.is_signature_valid(authority.certificate.public_key()))
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
            return False


@dataclass(frozen=True, slots=True)
class CrlAuthority:
    """A certificate that may have signed a CRL. ``may_sign``: its key usage does not forbid it (RFC 5280, 6.3.3 (f))."""

    subject: str
    may_sign: bool
    certificate: Any = field(repr=False, compare=False)


def read_crl(data: bytes) -> Crl:
    """Reads a CRL in DER or PEM. Raises ``UnreadableCrl``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = x509.load_pem_x509_crl(data) if PEM_CRL in data else x509.load_der_x509_crl(data)
            urls, partial = _scope(parsed)
            return Crl(
                issuer=name_text(parsed.issuer),
                this_update=parsed.last_update_utc,
                next_update=parsed.next_update_utc,
                size=len(parsed),
                urls=urls,
                partial=partial,
                _decoded=parsed,
                _entries={entry.serial_number: entry for entry in parsed},
            )
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.DuplicateExtension) as problem:
        raise UnreadableCrl(f"{type(problem).__name__}: {problem}"[:200]) from None


def read_authorities(data: bytes) -> Sequence[CrlAuthority]:
    """The certificates of a file: several in PEM, or one in DER. Raises ``UnreadableCrl``."""
    try:
        is_pem = PEM_CERTIFICATE in data
        found = x509.load_pem_x509_certificates(data) if is_pem else [x509.load_der_x509_certificate(data)]
        return [CrlAuthority(name_text(each.subject), _may_sign(each), each) for each in found]
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.DuplicateExtension) as problem:
        raise UnreadableCrl(f"{type(problem).__name__}: {problem}"[:200]) from None


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign)
    except x509.ExtensionNotFound:
        return True


def _scope(parsed: x509.CertificateRevocationList) -> tuple[tuple[str, ...], str | None]:
    """The distribution points of the list, and why it is not whole (RFC 5280, 5.2.4 and 5.2.5)."""
    urls: tuple[str, ...] = ()
    partial = None
    for extension in parsed.extensions:
        said = extension.value
        if isinstance(said, x509.DeltaCRLIndicator):
            partial = "deltaCRLIndicator"
        elif isinstance(said, x509.IssuingDistributionPoint):
            urls = tuple(
                name.value for name in said.full_name or () if isinstance(name, x509.UniformResourceIdentifier)
            )
            partial = partial or _limit(said)
        elif extension.critical:
            partial = extension.oid.dotted_string
    return urls, partial


def _limit(said: x509.IssuingDistributionPoint) -> str | None:
    limits = {
        "indirectCRL": said.indirect_crl,
        "onlyContainsCACerts": said.only_contains_ca_certs,
        "onlyContainsAttributeCerts": said.only_contains_attribute_certs,
        "onlySomeReasons": said.only_some_reasons is not None,
    }
    return next((name for name, holds in limits.items() if holds), None)


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.name
    except (x509.ExtensionNotFound, ValueError):
        return x509.ReasonFlags.unspecified.name
