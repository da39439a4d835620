# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Facts of X.509 certificates (RFC 5280). Pure; nothing here knows Windows or Ansible."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

with suppress(ImportError):  # without it the file still loads, and _action/base.py refuses the task
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

from . import asn1
from .store_element import thumbprint_of

MIN_RSA_BITS = 2048

CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
UPN = "1.3.6.1.4.1.311.20.2.3"
PROOF_PREFIX = b"hospital_it.pkcs12 proof\0"
RSA_ENCRYPTION, EC_PUBLIC_KEY = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"
"""Algorithms of a SubjectPublicKeyInfo (RFC 3279, section 2.3)."""
KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)
ATTRIBUTES = {
    "1.2.840.113549.1.9.1": "emailAddress",
    "2.5.4.42": "givenName",
    "2.5.4.97": "organizationIdentifier",
    "2.5.4.5": "serialNumber",
    "2.5.4.4": "sn",
    "2.5.4.12": "title",
}
"""Attribute types that the table of RFC 4514, section 3 lacks. Without a name here they would be dotted numbers."""

_TEXT_TAGS = (0x0C, 0x13, 0x16)


class UnreadableCertificate(ValueError):
    """DER that does not parse as a certificate; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The fields of a certificate that this collection uses. Dates are aware, in UTC; names are RFC 4514 strings.

    ``serial`` is the encoded number in upper-case hex, as Windows shows it, without a leading zero octet. ``eku``
    (dotted OIDs) and ``key_usage`` are None when the extension is not there. ``spki_sha256`` is the same for all
    certificates of one key. ``key_type`` is ``RSA``, ``EC <curve>``, another name, or ``unknown``; ``key_size`` is in
    bits, 0 when the size is not known. ``crl_urls``: the URLs of the CRL distribution points (RFC 5280, 4.2.1.13).
    """

    thumbprint: str
    sha256: str
    spki_sha256: str
    subject: str
    subject_cn: str | None
    issuer: str
    issuer_cn: str | None
    serial: str
    not_before: datetime
    not_after: datetime
    eku: tuple[str, ...] | None
    key_usage: tuple[str, ...] | None
    upn: str | None
    emails: tuple[str, ...]
    key_type: str
    key_size: int
    signature_hash: str | None
    is_ca: bool
    der: bytes = field(repr=False)
    crl_urls: tuple[str, ...] = ()

    def is_in_date(self, now: datetime) -> bool:
        """Whether it is valid at ``now`` (aware). ``not_after`` itself is still valid (RFC 5280, 4.1.2.5)."""
        return self.not_before <= now <= self.not_after


def read_certificate(der: bytes) -> Certificate:
    """Reads a certificate. Raises ``UnreadableCertificate`` for DER that ``cryptography`` cannot read."""
    try:
        with warnings.catch_warnings():
            # cryptography warns about old certificates that break RFC 5280, for example with a negative serial number.
            warnings.simplefilter("ignore")
            return to_certificate(x509.load_der_x509_certificate(der))
    except parse_errors() as problem:
        raise UnreadableCertificate(f"{type(problem).__name__}: {problem}") from problem


def to_certificate(certificate: x509.Certificate) -> Certificate:
    """The fields of a parsed certificate. Raises ``parse_errors``."""
    der = certificate.public_bytes(Encoding.DER)
    parts = encoded_parts(der)
    serial, spki = parts[0].body, parts[5]
    key_type, key_size = _key(certificate, spki)
    names = _extension(certificate, x509.SubjectAlternativeName)
    return Certificate(
        thumbprint=thumbprint_of(der),
        sha256=hashlib.sha256(der).hexdigest(),
        spki_sha256=hashlib.sha256(spki.raw).hexdigest(),
        subject=name_text(certificate.subject),
        subject_cn=_common_name(certificate.subject),
        issuer=name_text(certificate.issuer),
        issuer_cn=_common_name(certificate.issuer),
        serial=(serial[1:] if len(serial) > 1 and serial[0] == 0 else serial).hex().upper(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        eku=_eku(certificate),
        key_usage=_key_usage(certificate),
        upn=_upn(names),
        emails=_emails(certificate.subject, names),
        key_type=key_type,
        key_size=key_size,
        signature_hash=_signature_hash(certificate),
        is_ca=_is_ca(certificate),
        der=der,
        crl_urls=_crl_urls(certificate),
    )


def proof_holds(certificate: Certificate, algorithm: str, signature: bytes, nonce: bytes) -> bool:
    """Whether a signature of ``store_exchange`` over the nonce was made with this certificate's key."""
    key = x509.load_der_x509_certificate(certificate.der).public_key()
    message = PROOF_PREFIX + nonce
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm == "RSASSA-PKCS1-v1_5-SHA256":
            key.verify(signature, message, padding.PKCS1v15(), SHA256())
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm == "ECDSA-SHA256":
            half = len(signature) // 2
            numbers = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
            key.verify(utils.encode_dss_signature(*numbers), message, ec.ECDSA(SHA256()))
            return True
    except InvalidSignature:
        return False
    return False


def encoded_parts(der: bytes) -> list[asn1.Node]:
    """The fields of a TBSCertificate (RFC 5280, section 4.1) from the serial number on, as they are encoded."""
    return [part for part in asn1.read(der).children[0].children if part.tag != asn1.CONTEXT_0]


def parse_errors() -> tuple[type[Exception], ...]:
    """What ``cryptography`` raises for certificates that break RFC 5280. These errors have no common base but Exception."""
    x509_errors = (x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType)
    return (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, *x509_errors)


def name_text(name: x509.Name) -> str:
    """A name as an RFC 4514 string, in the one form in which certificates and revocation lists are compared."""
    return name.rfc4514_string(_attributes())


@cache
def _attributes() -> dict[x509.ObjectIdentifier, str]:
    return {x509.ObjectIdentifier(number): name for number, name in ATTRIBUTES.items()}


def _key(certificate: x509.Certificate, spki: asn1.Node) -> tuple[str, int]:
    """Type and size in bits. A key that ``cryptography`` does not know is ``unknown`` and 0, so that its certificate is listed too.

    RSA and EC are read where they are encoded: OpenSSL would load its decoders in each process, and Ansible has one for each host.
    """
    try:
        return _encoded_key(spki) or _other_key(certificate)
    except (UnsupportedAlgorithm, LookupError, ValueError):
        return "unknown", 0


def _encoded_key(spki: asn1.Node) -> tuple[str, int] | None:
    """A key with rsaEncryption or id-ecPublicKey and a named curve (RFC 3279, sections 2.3.1 and 2.3.5); None for other keys."""
    identifier, key = spki.children
    algorithm, *parameters = identifier.children
    if algorithm.dotted == RSA_ENCRYPTION:
        modulus = asn1.read(key.body[1:]).children[0]  # behind the number of unused bits of the BIT STRING
        return "RSA", int.from_bytes(modulus.body, "big").bit_length()
    if algorithm.dotted == EC_PUBLIC_KEY:
        curve = ec.get_curve_for_oid(x509.ObjectIdentifier(parameters[0].dotted))()
        return f"EC {curve.name}", curve.key_size
    return None


def _other_key(certificate: x509.Certificate) -> tuple[str, int]:
    """Also RSA with another identifier, such as id-RSASSA-PSS (RFC 4055)."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    return type(key).__name__.replace("PublicKey", ""), 0


def _common_name(name: x509.Name) -> str | None:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else None


def _extension(certificate: x509.Certificate, kind: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _eku(certificate: x509.Certificate) -> tuple[str, ...] | None:
    usages = _extension(certificate, x509.ExtendedKeyUsage)
    return tuple(usage.dotted_string for usage in usages) if usages is not None else None


def _key_usage(certificate: x509.Certificate) -> tuple[str, ...] | None:
    usage = _extension(certificate, x509.KeyUsage)
    return tuple(name for name in KEY_USAGES if getattr(usage, name)) if usage is not None else None


def _crl_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    """Each once. A point for some reasons only, or whose CRL another authority issues, is left out."""
    points = _extension(certificate, x509.CRLDistributionPoints)
    return tuple(
        dict.fromkeys(
            name.value
            for point in (points if points is not None else ())
            if point.reasons is None and point.crl_issuer is None
            for name in point.full_name or ()
            if isinstance(name, x509.UniformResourceIdentifier)
        )
    )


def _is_ca(certificate: x509.Certificate) -> bool:
    constraints = _extension(certificate, x509.BasicConstraints)
    return bool(constraints is not None and constraints.ca)


def _signature_hash(certificate: x509.Certificate) -> str | None:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None
    return algorithm.name if algorithm else None


def _upn(names: x509.SubjectAlternativeName | None) -> str | None:
    """The first user principal name: an otherName with a UTF8String. Some issuers use another string type."""
    others: Iterable[x509.OtherName] = names.get_values_for_type(x509.OtherName) if names else ()
    for other in others:
        if other.type_id.dotted_string == UPN:
            value = asn1.read(other.value)
            if value.tag in _TEXT_TAGS:
                return value.body.decode("utf-8", errors="replace")
    return None


def _emails(subject: x509.Name, names: x509.SubjectAlternativeName | None) -> tuple[str, ...]:
    """The addresses of the subject alternative name, then those of the subject, where older issuers put them. Each once."""
    named = names.get_values_for_type(x509.RFC822Name) if names else []
    legacy = [str(attribute.value) for attribute in subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    return tuple(dict.fromkeys([*named, *legacy]))
