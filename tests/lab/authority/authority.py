# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authority: a root, an issuing authority below it, and the people whom it certifies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.authority import der
from lab.authority.dialect import Dialect, PrivateKey, write_bundle

ORGANISATION = "Registre d'Essai des Expositions"
UTF8_STRING = 0x0C
LIFETIME = timedelta(days=3 * 365)
KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
KeyKind = Literal["rsa2048", "ec-p256"]


@dataclass(frozen=True, slots=True)
class IssuedBundle:
    """A person's PKCS#12 file as the authority hands it out, and what a test wants to know of it."""

    data: bytes = field(repr=False)
    passphrase: str = field(repr=False)
    certificate: x509.Certificate
    private_key: PrivateKey = field(repr=False)
    file_name: str

    @property
    def thumbprint(self) -> str:
        """SHA-1 of the certificate in upper-case hex, by which Windows knows it."""
        return self.certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303


@dataclass(frozen=True, slots=True)
class Authority:
    """``root`` signs ``issuing``, which signs people."""

    root: x509.Certificate
    issuing: x509.Certificate
    issuing_key: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def create(cls, people: str = "AC Personnes") -> Authority:
        """A new authority with keys of its own. ``people``: common name of the one that certifies them."""
        root_key, issuing_key = _new_rsa_key(), _new_rsa_key()
        root_name, issuing_name = _name("AC Racine"), _name(people)
        root = _authority_certificate(root_name, root_key.public_key(), root_name, root_key)
        issuing = _authority_certificate(issuing_name, issuing_key.public_key(), root_name, root_key)
        return cls(root, issuing, issuing_key)

    def issue(
        self,
        name: str,
        authorisation: str,
        *,
        passphrase: str,
        dialect: Dialect = "modern",
        key: KeyKind | PrivateKey = "rsa2048",
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        eku: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.CLIENT_AUTH,),
        key_usage: Sequence[str] = ("digital_signature",),
        friendly_name: str | None = None,
        with_chain: bool = True,
    ) -> IssuedBundle:
        """A certificate of three years from now, its key and its chain in a file.

        An empty ``eku`` or ``key_usage`` leaves the extension out. ``key`` is a kind for a new one, or a key.
        """
        private_key = new_key(key) if isinstance(key, str) else key
        start = not_before or datetime.now(timezone.utc) - timedelta(minutes=5)
        person = f"{name} - {authorisation}"
        dates = (start, not_after or start + LIFETIME)
        certificate = self.certify_person(person, private_key.public_key(), dates, eku, key_usage)
        certificates = [certificate, self.issuing, self.root] if with_chain else [certificate]
        data = write_bundle(private_key, certificates, passphrase, dialect, friendly_name)
        return IssuedBundle(data, passphrase, certificate, private_key, f"{person}.p12")

    def certify_person(
        self,
        person: str,
        key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
        dates: tuple[datetime, datetime],
        eku: Sequence[x509.ObjectIdentifier],
        key_usage: Sequence[str],
    ) -> x509.Certificate:
        """A certificate alone. ``person``: its common name. ``dates``: its first and its last instant."""
        builder = _builder(_name(person), self.issuing.subject, key)
        builder = builder.not_valid_before(dates[0]).not_valid_after(dates[1])
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        if eku:
            builder = builder.add_extension(x509.ExtendedKeyUsage(eku), critical=False)
        if key_usage:
            builder = builder.add_extension(_key_usage(key_usage), critical=True)
        return builder.sign(self.issuing_key, hashes.SHA256())

    def certify_server(self, address: str, ends: timedelta = LIFETIME) -> bytes:
        """Key and chain of a server at this IP address or with this name, as the PEM file that an ``SSLContext`` loads.

        ``ends``: from now; less than nothing for a certificate that has expired.
        """
        return self._certify(address, _general_name(address), ExtendedKeyUsageOID.SERVER_AUTH, ends)

    def certify_account(self, upn: str) -> bytes:
        """Key and chain of a client that WinRM maps to the account with this user principal name, in PEM."""
        text = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), der.encode(UTF8_STRING, upn.encode()))
        return self._certify(upn, text, ExtendedKeyUsageOID.CLIENT_AUTH, LIFETIME)

    def _certify(
        self, name: str, alternative: x509.GeneralName, purpose: x509.ObjectIdentifier, ends: timedelta
    ) -> bytes:
        key = new_key("ec-p256")
        now = datetime.now(timezone.utc)
        builder = _builder(_name(name), self.issuing.subject, key.public_key())
        builder = builder.not_valid_before(min(now, now + ends) - timedelta(minutes=5)).not_valid_after(now + ends)
        builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        builder = builder.add_extension(_issued_by(self.issuing_key.public_key()), critical=False)
        return _pem(key, builder.sign(self.issuing_key, hashes.SHA256()), self.issuing)


def self_signed_server(address: str) -> bytes:
    """Key and certificate of a server that certified itself, as Windows scripts make them for WinRM, in PEM."""
    key = new_key("ec-p256")
    now = datetime.now(timezone.utc)
    builder = _builder(_name(address), _name(address), key.public_key())
    builder = builder.not_valid_before(now - timedelta(minutes=5)).not_valid_after(now + LIFETIME)
    builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(address)]), critical=False)
    return _pem(key, builder.sign(key, hashes.SHA256()))


def _pem(key: PrivateKey, *certificates: x509.Certificate) -> bytes:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def new_key(kind: KeyKind) -> PrivateKey:
    """A new private key."""
    return _new_rsa_key() if kind == "rsa2048" else ec.generate_private_key(ec.SECP256R1())


def _general_name(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _new_rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _name(common_name: str) -> x509.Name:
    texts = {NameOID.COUNTRY_NAME: "FR", NameOID.ORGANIZATION_NAME: ORGANISATION, NameOID.COMMON_NAME: common_name}
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in texts.items()])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key)
    return builder.serial_number(x509.random_serial_number()).add_extension(identifier, critical=False)


def _authority_certificate(
    subject: x509.Name, key: rsa.RSAPublicKey, issuer: x509.Name, issuer_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    now = datetime.now(timezone.utc)
    builder = _builder(subject, issuer, key).add_extension(x509.BasicConstraints(True, None), critical=True)
    builder = builder.not_valid_before(now - 4 * LIFETIME).not_valid_after(now + 4 * LIFETIME)
    builder = builder.add_extension(_key_usage(("key_cert_sign", "crl_sign")), critical=True)
    builder = builder.add_extension(_issued_by(issuer_key.public_key()), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _issued_by(key: rsa.RSAPublicKey) -> x509.AuthorityKeyIdentifier:
    """What Python asks of the certificates of servers and of those above them (``VERIFY_X509_STRICT``)."""
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _key_usage(names: Sequence[str]) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in names for name in KEY_USAGES})
