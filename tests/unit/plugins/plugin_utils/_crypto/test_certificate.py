# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto import certificate as module
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import (
    PROOF_PREFIX,
    Certificate,
    UnreadableCertificate,
    proof_holds,
    read_certificate,
)
from lab.authority import Authority, der
from unit.plugins.plugin_utils.crls import NAME, point, pointing

UTF8, PRINTABLE, BMP, UTC_TIME, GENERAL_TIME = 0x0C, 0x13, 0x1E, 0x17, 0x18
RSA_SHA256 = der.encode(der.SEQUENCE, der.oid("1.2.840.113549.1.1.11"), der.encode(der.NULL))
KEY = rsa.generate_private_key(65537, 2048)


def spki_of(key: Any) -> bytes:
    spki: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return spki


def name(tag: int, value: bytes, attribute: str = "2.5.4.3") -> bytes:
    pair = der.encode(der.SEQUENCE, der.oid(attribute), der.encode(tag, value))
    return der.encode(der.SEQUENCE, der.encode(der.SET, pair))


def extensions(*pairs: tuple[str, bytes]) -> bytes:
    encoded = [der.encode(der.SEQUENCE, der.oid(oid), der.encode(der.OCTET_STRING, value)) for oid, value in pairs]
    return der.encode(0xA3, der.encode(der.SEQUENCE, *encoded))


@dataclass(frozen=True)
class Odd:
    """A certificate with one thing as no issuer should write it, and some do."""

    serial: bytes = b"\x05"
    subject: bytes = name(UTF8, b"Jeanne")
    not_before: bytes = der.encode(UTC_TIME, b"260101000000Z")
    not_after: bytes = der.encode(UTC_TIME, b"290101000000Z")
    spki: bytes = spki_of(KEY)
    extensions: bytes = b""
    algorithm: bytes = RSA_SHA256
    version: bytes = der.encode(der.CONTEXT_0, der.integer(2))

    @property
    def encoded(self) -> bytes:
        validity = der.encode(der.SEQUENCE, self.not_before, self.not_after)
        serial = der.encode(der.INTEGER, self.serial)
        parts = (self.version, serial, self.algorithm, self.subject, validity, self.subject, self.spki, self.extensions)
        signature = der.encode(0x03, b"\0" + b"no one checks it here")
        return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, *parts), self.algorithm, signature)


def read(odd: Odd) -> Certificate:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return read_certificate(odd.encoded)


def test_reads_the_facts_of_a_personal_certificate() -> None:
    authority = Authority.create()
    start = datetime(2026, 1, 1, tzinfo=timezone.utc)
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase="x", not_before=start, key="ec-p256")
    encoded = issued.certificate.public_bytes(Encoding.DER)
    certificate = read_certificate(encoded)
    assert certificate.thumbprint == issued.certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303
    assert certificate.sha256 == hashlib.sha256(encoded).hexdigest()
    assert certificate.subject == "CN=Jeanne Dupont - T123456,O=Registre d'Essai des Expositions,C=FR"
    assert certificate.subject_cn == "Jeanne Dupont - T123456"
    assert certificate.issuer == "CN=AC Personnes,O=Registre d'Essai des Expositions,C=FR"
    assert certificate.issuer_cn == "AC Personnes"
    assert int(certificate.serial, 16) == issued.certificate.serial_number
    assert (certificate.not_before, certificate.not_after) == (start, start + timedelta(days=1095))
    assert certificate.eku == ("1.3.6.1.5.5.7.3.2",)
    assert certificate.key_usage == ("digital_signature",)
    assert (certificate.key_type, certificate.key_size) == ("EC secp256r1", 256)
    assert certificate.signature_hash == "sha256"
    assert not certificate.is_ca
    assert certificate.der == encoded
    assert certificate.spki_sha256 == hashlib.sha256(spki_of(issued.private_key)).hexdigest()
    issuing = read_certificate(authority.issuing.public_bytes(Encoding.DER))
    assert issuing.is_ca
    assert (issuing.key_type, issuing.key_size, issuing.eku) == ("RSA", 2048, None)


@pytest.mark.parametrize(("tag", "upn"), [(UTF8, "j@chu"), (PRINTABLE, "a" * 200)])
def test_reads_upn_and_mail_from_the_alternative_names(tag: int, upn: str) -> None:
    value = der.encode(der.CONTEXT_0, der.encode(tag, upn.encode()))
    other = der.encode(der.CONTEXT_0, der.oid("1.3.6.1.4.1.311.20.2.3"), value)
    names = der.encode(der.SEQUENCE, der.encode(0x81, b"jeanne@chu.example"), other)
    subject = name(0x16, b"old@chu.example", "1.2.840.113549.1.9.1")
    certificate = read(Odd(subject=subject, extensions=extensions(("2.5.29.17", names))))
    assert (certificate.upn, certificate.emails) == (upn, ("jeanne@chu.example", "old@chu.example"))
    assert certificate.subject == "emailAddress=old@chu.example"


@pytest.mark.parametrize(("octets", "serial"), [(b"\xff", "FF"), (b"\0", "00"), (b"\x00\xab", "AB")])
def test_the_serial_number_is_shown_as_encoded(octets: bytes, serial: str) -> None:
    assert read(Odd(serial=octets)).serial == serial


@pytest.mark.parametrize(
    ("subject", "text", "common_name"),
    [
        (name(UTF8, 'Dupont, "Jeanne" + 😀'.encode()), 'CN=Dupont\\, \\"Jeanne\\" \\+ 😀', 'Dupont, "Jeanne" + 😀'),
        (name(BMP, "Éva".encode("utf-16-be")), "CN=Éva", "Éva"),
        (name(UTF8, b"", "2.5.4.3"), "CN=", ""),
        (name(UTF8, b"T123456", "2.5.4.5"), "serialNumber=T123456", None),
        (der.encode(der.SEQUENCE), "", None),
    ],
)
def test_unusual_names_are_read(subject: bytes, text: str, common_name: str | None) -> None:
    certificate = read(Odd(subject=subject))
    assert (certificate.subject, certificate.subject_cn) == (text, common_name)


def test_dates_at_the_ends_of_time_are_read() -> None:
    first, last = der.encode(GENERAL_TIME, b"19000101000000Z"), der.encode(GENERAL_TIME, b"99991231235959Z")
    certificate = read(Odd(not_before=first, not_after=last))
    assert certificate.not_before == datetime(1900, 1, 1, tzinfo=timezone.utc)
    assert certificate.not_after == datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)


RSA_KEY, EC_KEY, PSS = der.oid("1.2.840.113549.1.1.1"), der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.113549.1.1.10")


def key_info(identifier: bytes, key: bytes) -> bytes:
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, identifier), der.encode(0x03, key))


@pytest.mark.parametrize(
    ("spki", "said"),
    [
        (spki_of(ec.generate_private_key(ec.BrainpoolP384R1())), ("EC brainpoolP384r1", 384)),
        (spki_of(ed25519.Ed25519PrivateKey.generate()), ("Ed25519", 0)),
        (key_info(PSS, b"\0" + KEY.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)), ("RSA", 2048)),
        # Keys that are cut off or that nobody knows do not hide the certificate.
        (key_info(der.oid("1.2.3.4"), b"\0key"), ("unknown", 0)),
        (key_info(RSA_KEY, b"\0"), ("unknown", 0)),
        (key_info(RSA_KEY, b"\0\x30\0"), ("unknown", 0)),
        (key_info(EC_KEY + der.oid("1.2.3.4"), b"\0\4"), ("unknown", 0)),
        (key_info(EC_KEY + der.encode(der.NULL), b"\0\4"), ("unknown", 0)),  # implicitCurve (RFC 3279, section 2.3.5)
    ],
    ids=["ec", "ed25519", "pss", "unknown", "rsa-empty", "rsa-cut", "ec-unknown", "ec-null"],
)
def test_the_kind_and_size_of_a_key_are_told(spki: bytes, said: tuple[str, int]) -> None:
    unknown = der.encode(der.SEQUENCE, der.oid("1.2.3.4"))
    certificate = read(Odd(spki=spki, algorithm=unknown))
    assert (certificate.key_type, certificate.key_size, certificate.signature_hash) == (*said, None)
    assert certificate.spki_sha256 == hashlib.sha256(spki).hexdigest()


def test_openssl_loads_no_key_of_rsa_or_of_a_named_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its decoders cost 0.7 ms of computing time for each certificate in a new process, and Ansible has one for each host."""
    monkeypatch.setattr(module, "_other_key", None)
    for key in (KEY, ec.generate_private_key(ec.SECP256R1())):
        assert read(Odd(spki=spki_of(key))).key_size > 0


@pytest.mark.parametrize(
    "odd",
    [
        Odd(subject=name(PRINTABLE, "é".encode())),
        Odd(subject=name(BMP, b"\xd8\0")),
        Odd(subject=name(0x02, b"\1")),
        Odd(not_before=der.encode(GENERAL_TIME, b"00000101000000Z")),
        Odd(version=der.encode(der.CONTEXT_0, der.integer(5))),
        Odd(extensions=extensions(("2.5.29.17", der.encode(der.SEQUENCE, der.encode(0xA3))))),
        Odd(extensions=extensions(("2.5.29.17", der.encode(der.SEQUENCE, der.encode(0x87, b"abc"))))),
        Odd(extensions=extensions(("2.5.29.19", der.encode(der.SEQUENCE)), ("2.5.29.19", der.encode(der.SEQUENCE)))),
    ],
)
def test_what_breaks_the_standard_is_named_as_unreadable(odd: Odd) -> None:
    with pytest.raises(UnreadableCertificate, match=r"\w+: .+"):
        read(odd)


BASE = read(Odd())
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "in_date"),
    [
        (BASE.not_before - SECOND, False),
        (BASE.not_before, True),
        (BASE.not_after, True),
        (BASE.not_after + SECOND, False),
    ],
)
def test_it_is_in_date_from_its_first_second_to_its_last(now: datetime, in_date: bool) -> None:
    assert BASE.is_in_date(now) is in_date


NONCE = b"n" * 32


def test_a_proof_holds_for_its_key_its_nonce_and_its_algorithm_only() -> None:
    signature = KEY.sign(PROOF_PREFIX + NONCE, padding.PKCS1v15(), hashes.SHA256())
    assert proof_holds(BASE, "RSASSA-PKCS1-v1_5-SHA256", signature, NONCE)
    assert not proof_holds(BASE, "RSASSA-PKCS1-v1_5-SHA256", signature, b"m" * 32)
    assert not proof_holds(BASE, "ECDSA-SHA256", signature, NONCE)
    other = rsa.generate_private_key(65537, 2048).sign(PROOF_PREFIX + NONCE, padding.PKCS1v15(), hashes.SHA256())
    assert not proof_holds(BASE, "RSASSA-PKCS1-v1_5-SHA256", other, NONCE)


@pytest.mark.parametrize("damage", [b"", b"\0"])
def test_a_proof_by_an_elliptic_curve_is_r_then_s(damage: bytes) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = read(Odd(spki=spki_of(key)))
    r, s = decode_dss_signature(key.sign(PROOF_PREFIX + NONCE, ec.ECDSA(hashes.SHA256())))
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert proof_holds(certificate, "ECDSA-SHA256", signature, NONCE)
    assert not proof_holds(certificate, "ECDSA-SHA256", damage, NONCE)
    assert not proof_holds(certificate, "RSASSA-PKCS1-v1_5-SHA256", signature, NONCE)


DIRECTORY = x509.DirectoryName(NAME)


def urls(*points: x509.DistributionPoint) -> tuple[str, ...]:
    return read_certificate(pointing(*points)).crl_urls


def test_all_urls_are_read_each_once() -> None:
    found = urls(point("http://a/", "ldap://b/"), point("http://a/", "http://c/"))
    assert found == ("http://a/", "ldap://b/", "http://c/")
    assert urls() == ()
    assert urls(point(DIRECTORY), point(relative_name=x509.RelativeDistinguishedName(NAME.rdns[0]))) == ()


def test_a_point_for_some_reasons_or_of_another_issuer_is_left_out() -> None:
    some = point("http://a/", reasons=frozenset([x509.ReasonFlags.key_compromise]))
    other = point("http://b/", crl_issuer=[DIRECTORY])
    assert urls(some, other, point("http://c/")) == ("http://c/",)
