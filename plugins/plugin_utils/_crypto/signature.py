# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which key signed a certificate, and the authorities in a file. Pure."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

with suppress(ImportError):  # without it the file still loads, and _action/base.py refuses the task
    from cryptography import x509
    from cryptography.exceptions import InternalError, InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import AuthorityInformationAccessOID

from .certificate import Certificate, UnreadableCertificate, parse_errors, to_certificate

PEM_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
MOST_KNOWN = 8192
"""Signatures whose answer is kept: those of a workstation are asked for several times in one task."""


def read_certificates(data: bytes) -> Sequence[Certificate]:
    """The certificates of a file: several in PEM, or one in DER. Raises ``UnreadableCertificate``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            is_pem = PEM_CERTIFICATE in data
            found = x509.load_pem_x509_certificates(data) if is_pem else [x509.load_der_x509_certificate(data)]
            return [to_certificate(each) for each in found]
    except parse_errors() as problem:
        raise UnreadableCertificate(f"{type(problem).__name__}: {problem}"[:200]) from None


def pem_of(certificate: Certificate) -> str:
    """As a file of authorities has it."""
    return x509.load_der_x509_certificate(certificate.der).public_bytes(Encoding.PEM).decode("ascii")


def is_signed_by(certificate: Certificate, signer: Certificate) -> bool:
    """Whether the signer's key signed it. A signature that cannot be computed here, for instance of another algorithm, is none."""
    return _holds(certificate.der, signer.der)


def is_signed_by_itself(certificate: Certificate) -> bool:
    """Whether its own key signed it, whatever it calls its issuer."""
    return _holds(certificate.der, certificate.der)


@lru_cache(maxsize=MOST_KNOWN)
def _holds(der: bytes, signer: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            signed, key = x509.load_der_x509_certificate(der), x509.load_der_x509_certificate(signer).public_key()
            message, hashed = signed.tbs_certificate_bytes, signed.signature_hash_algorithm
            if isinstance(key, rsa.RSAPublicKey) and hashed is not None:
                key.verify(signed.signature, message, signed.signature_algorithm_parameters, hashed)  # type: ignore[arg-type]
            elif isinstance(key, ec.EllipticCurvePublicKey) and hashed is not None:
                key.verify(signed.signature, message, ec.ECDSA(hashed))
            elif isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
                key.verify(signed.signature, message)
            else:
                return False
    except _no_answer():
        return False
    return True


def issuer_key_id(certificate: Certificate) -> str:
    """The identifier of its issuer's key, as it says (RFC 5280, 4.2.1.1), in hex; empty where it says nothing."""
    said = _extension(certificate, x509.AuthorityKeyIdentifier)
    return (said.key_identifier or b"").hex().upper() if said else ""


def issuer_urls(certificate: Certificate) -> tuple[str, ...]:
    """Where its issuer's certificate is said to be (RFC 5280, 4.2.2.1). Nobody fetches it."""
    access = _extension(certificate, x509.AuthorityInformationAccess) or ()
    issuers = (each for each in access if each.access_method == AuthorityInformationAccessOID.CA_ISSUERS)
    return tuple(
        each.access_location.value
        for each in issuers
        if isinstance(each.access_location, x509.UniformResourceIdentifier)
    )


def _extension(certificate: Certificate, kind: Any) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = x509.load_der_x509_certificate(certificate.der)
            return found.extensions.get_extension_for_class(kind).value
    except _no_answer():
        return None


def _no_answer() -> tuple[type[Exception], ...]:
    """What ``cryptography`` raises where a signature does not hold, cannot be computed, or an extension is not there."""
    return (InvalidSignature, InternalError, x509.ExtensionNotFound, *parse_errors())
