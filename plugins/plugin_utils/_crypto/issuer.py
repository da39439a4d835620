# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Who issued a certificate: the name as it is encoded, and whether an authority's certificate signed it. Pure."""

from __future__ import annotations

from contextlib import suppress

with suppress(ImportError):  # without it the file still loads, and _action/base.py refuses the task
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from .certificate import encoded_parts


def issuer_name(der: bytes) -> bytes:
    """The issuer's name in a certificate as its DER bytes (TBSCertificate, RFC 5280, section 4.1)."""
    return encoded_parts(der)[2].raw


def is_issued_by(der: bytes, authority_der: bytes) -> bool:
    """Whether the authority's key signed the certificate. False also for bytes that cannot be read."""
    try:
        certificate, authority = map(x509.load_der_x509_certificate, (der, authority_der))
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, OverflowError):
        return False
    return True
