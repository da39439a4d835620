# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation lists as an authority issues them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import read_certificate
from lab.authority import Authority
from unit.plugins.plugin_utils.fakes import NOW

DAY = timedelta(days=1)
KEY_COMPROMISE = x509.ReasonFlags.key_compromise
NAME = x509.Name.from_rfc4514_string("CN=Jeanne")
URL = "http://crl.example/users.crl"


@cache
def authority() -> Authority:
    """One authority for all lists."""
    return Authority.create()


def issuer() -> str:
    """Its name as facts have it."""
    return read_certificate(authority().issuing.public_bytes(Encoding.DER)).subject


def pem(*certificates: x509.Certificate) -> bytes:
    """Certificates as a file has them; without any, that of the authority."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates or (authority().issuing,))


def crl(
    serials: Mapping[int, datetime] | None = None,
    *,
    until: datetime | None = NOW + DAY,
    extensions: Iterable[tuple[Any, bool]] = (),
    reason: x509.ReasonFlags | None = KEY_COMPROMISE,
    by: Authority | None = None,
    encoding: Encoding = Encoding.DER,
) -> bytes:
    """A list with these serial numbers and when each was revoked. ``until``: its next update; ``by``: whose key signs it."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority().issuing.subject)
    builder = builder.last_update(NOW - 9 * DAY).next_update(until or NOW)
    for serial, at in (serials or {}).items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
        entry = entry.add_extension(x509.CRLReason(reason), critical=False) if reason else entry
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign((by or authority()).issuing_key, hashes.SHA256()).public_bytes(encoding)


def distribution_point(*urls: str, **limits: Any) -> tuple[Any, bool]:
    """The extension that says which certificates a list is about."""
    usual: dict[str, Any] = {
        "full_name": [x509.UniformResourceIdentifier(url) for url in urls] or None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**usual | limits), True


def point(*names: Any, **limits: Any) -> x509.DistributionPoint:
    """A distribution point of a certificate, with URLs or other names."""
    uris = [x509.UniformResourceIdentifier(name) if isinstance(name, str) else name for name in names]
    usual: dict[str, Any] = {"full_name": uris or None, "relative_name": None, "reasons": None, "crl_issuer": None}
    return x509.DistributionPoint(**usual | limits)


def pointing(*points: x509.DistributionPoint) -> bytes:
    """A certificate with these distribution points, in DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(NOW).not_valid_after(NOW + DAY)
    if points:
        builder = builder.add_extension(x509.CRLDistributionPoints(points), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
