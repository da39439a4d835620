# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes bundles that are odd or wrong in one respect and right in all others."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto import asn1
from lab.authority import Authority, IssuedBundle, der, pfx, write_bundle
from lab.authority.authority import new_key
from lab.people import JEANNE

PASSPHRASE = "the code of the letter"
PBMAC1, PBKDF2 = der.oid("1.2.840.113549.1.5.14"), der.oid("1.2.840.113549.1.5.12")
HMAC_SHA256 = der.oid("1.2.840.113549.2.9")
SHA256_RSA = der.encode(der.SEQUENCE, der.oid("1.2.840.113549.1.1.11"), der.encode(der.NULL))
BIT_STRING, GENERALIZED_TIME = 0x03, 0x18
ROUNDS = 2048

AnyKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


class Forge:
    """Jeanne's certificates by one authority, all with one key where nothing else is said: a new key takes its time."""

    def __init__(self, authority: Authority) -> None:
        self.authority, self.today = authority, datetime.now(UTC)

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """The key of all bundles that need none of their own."""
        return rsa.generate_private_key(65537, 2048)

    @cached_property
    def old_key(self) -> rsa.RSAPrivateKey:
        """The key of what is installed already."""
        return rsa.generate_private_key(65537, 2048)

    def issue(self, first_day: float = -1, last_day: float = 1000, **keywords: Any) -> IssuedBundle:
        """Valid from and until these days, counted from today."""
        start, end = (self.today + timedelta(days=day) for day in (first_day, last_day))
        standard: dict[str, Any] = {"passphrase": PASSPHRASE, "key": self.key, "not_before": start, "not_after": end}
        return self.authority.issue(JEANNE.name, JEANNE.authorisation, **standard | keywords)

    def old(self, **keywords: Any) -> IssuedBundle:
        """What a renewal replaces."""
        return self.issue(-900, 100, **{"key": self.old_key} | keywords)

    def certify(self, key: AnyKey, *extensions: x509.ExtensionType, name: x509.Name | None = None) -> x509.Certificate:
        """A leaf as the authority's program would not make it."""
        builder = x509.CertificateBuilder().subject_name(name or self.issue().certificate.subject)
        builder = builder.issuer_name(self.authority.issuing.subject).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(self.today - timedelta(days=1))
        builder = builder.not_valid_after(self.today + timedelta(days=1000))
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=True)
        return builder.sign(self.authority.issuing_key, hashes.SHA256())

    def forged(self, *, serial: bytes | None = None, validity: tuple[str, str] | None = None) -> IssuedBundle:
        """A bundle whose leaf has these very octets as its serial number, or these GeneralizedTimes as its dates."""
        issued = self.issue()
        parts = asn1.read(issued.certificate.tbs_certificate_bytes).children
        version, number, algorithm, issuer, dates, *rest = [part.raw for part in parts]
        if serial is not None:
            number = der.encode(der.INTEGER, serial)
        if validity is not None:
            dates = der.encode(der.SEQUENCE, *(der.encode(GENERALIZED_TIME, date.encode()) for date in validity))
        tbs = der.encode(der.SEQUENCE, version, number, algorithm, issuer, dates, *rest)
        signature = self.authority.issuing_key.sign(tbs, padding.PKCS1v15(), hashes.SHA256())
        signed = der.encode(der.SEQUENCE, tbs, SHA256_RSA, der.encode(BIT_STRING, b"\0", signature))
        certificate = x509.load_der_x509_certificate(signed)
        data = write_bundle(self.key, [certificate, self.authority.issuing], PASSPHRASE)
        return IssuedBundle(data, PASSPHRASE, certificate, self.key, issued.file_name)


def pem(bundle: IssuedBundle) -> bytes:
    key = bundle.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return bundle.certificate.public_bytes(Encoding.PEM) + key


def bundled(key: AnyKey, *certificates: x509.Certificate) -> bytes:
    """A key of any kind with its leaf."""
    leaf, *others = certificates
    return pkcs12.serialize_key_and_certificates(None, key, leaf, others, BestAvailableEncryption(PASSPHRASE.encode()))


def without_key(bundle: IssuedBundle) -> bytes:
    protection = BestAvailableEncryption(PASSPHRASE.encode())
    return pkcs12.serialize_key_and_certificates(None, None, bundle.certificate, None, protection)


def with_certificates(bundle: IssuedBundle, *certificates: x509.Certificate) -> bytes:
    return write_bundle(bundle.private_key, [bundle.certificate, *certificates], PASSPHRASE)


def by_hand(
    key: rsa.RSAPrivateKey, certificate: x509.Certificate, passphrase: str = PASSPHRASE, mac: bool = True
) -> bytes:
    """RC2-40, with no attribute that says which key belongs to which certificate, and without a MAC where none is wanted."""
    bag = pfx.certificate_bag(certificate.public_bytes(Encoding.DER))
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    section = pfx.data_section(der.encode(der.SEQUENCE, pfx.key_bag(pkcs8, passphrase)))
    return pfx.pfx([pfx.encrypted_section([bag], passphrase), section], passphrase if mac else None)


def with_another_key(bundle: IssuedBundle) -> bytes:
    other = new_key("rsa2048")
    assert isinstance(other, rsa.RSAPrivateKey)
    return by_hand(other, bundle.certificate)


def with_rounds(bundle: IssuedBundle, rounds: int) -> bytes:
    style = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds).hmac_hash(hashes.SHA256())
    style = style.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
    protection = style.build(PASSPHRASE.encode())
    return pkcs12.serialize_key_and_certificates(None, bundle.private_key, bundle.certificate, None, protection)


def with_pbmac1(bundle: IssuedBundle) -> bytes:
    """The same file with the MAC of RFC 9579 in place of its own."""
    version, safe, _mac = asn1.read(bundle.data).children
    content = safe.children[1].children[0].octets
    salt = secrets.token_bytes(16)
    key = hashlib.pbkdf2_hmac("sha256", PASSPHRASE.encode(), salt, ROUNDS, 32)
    prf = der.encode(der.SEQUENCE, HMAC_SHA256, der.encode(der.NULL))
    parameters = (der.encode(der.OCTET_STRING, salt), der.integer(ROUNDS), der.integer(32), prf)
    derivation = der.encode(der.SEQUENCE, PBKDF2, der.encode(der.SEQUENCE, *parameters))
    algorithm = der.encode(der.SEQUENCE, PBMAC1, der.encode(der.SEQUENCE, derivation, prf))
    digest = der.encode(der.OCTET_STRING, hmac.new(key, content, "sha256").digest())
    info = der.encode(der.SEQUENCE, algorithm, digest)
    # Salt and rounds are in the algorithm; these are there for the form's sake.
    mac = der.encode(der.SEQUENCE, info, der.encode(der.OCTET_STRING, b"unused"), der.integer(1))
    return der.encode(der.SEQUENCE, version.raw, safe.raw, mac)


def name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """A subject in this order."""
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in attributes])


NUMBERED = name(
    (NameOID.COUNTRY_NAME, "FR"),
    (NameOID.SERIAL_NUMBER, JEANNE.authorisation),
    (NameOID.COMMON_NAME, JEANNE.name),
)
DIFFICULT = name(
    (NameOID.COUNTRY_NAME, "FR"),
    (NameOID.ORGANIZATION_NAME, 'Hôpital "Saint-Louis", service d\'imagerie; <médecine> + nucléaire \\ # 🏥'),
    (NameOID.COMMON_NAME, f"{JEANNE.name} - {JEANNE.authorisation}"),
)
