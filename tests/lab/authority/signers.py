# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of one person by every kind of signer: legitimate sites, and what only looks like one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from lab.authority.authority import _builder, _key_usage, _name
from lab.authority.dialect import PrivateKey

NUMBER, NAME = "T123456", "Jeanne Dupont"
PERSON = f"{NAME} - {NUMBER}"
PEOPLE = "AC Personnes"
PATTERN = r"CN=AC Personnes\b"
DAY = timedelta(days=1)
SHA256_WITH_RSA, SHA1_WITH_RSA = (bytes.fromhex(f"2a864886f70d0101{last}") for last in ("0b", "05"))


@dataclass(frozen=True, slots=True)
class Signer:
    """An authority with its key."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def pem(self) -> str:
        """As an authority file has it."""
        return self.certificate.public_bytes(Encoding.PEM).decode()


@dataclass(frozen=True, slots=True)
class Row:
    """A certificate, the site's profiles, and what the site says of the certificate.

    ``profiles``: by name the pattern, and the authority file as PEM, None for no file.
    """

    name: str
    certificate: x509.Certificate
    key: PrivateKey
    profiles: Mapping[str, tuple[str | None, str | None]]
    answer: str
    profile: str = "people"
    chain: tuple[x509.Certificate, ...] = ()


@cache
def key_of(name: str) -> PrivateKey:
    """One key for each name: making one takes long."""
    if name.endswith("p256"):
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, 2048)


@cache
def signer(
    name: str,
    key: str,
    by: Signer | None = None,
    usages: tuple[str, ...] | None = ("key_cert_sign", "crl_sign"),
    is_ca: bool = True,
    ends: int = 3650,
) -> Signer:
    """An authority; without ``by`` a root. ``usages``: None for no keyUsage. ``ends``: in days, less than nothing for a dead one."""
    own = key_of(key)
    above, above_key = (by.certificate.subject, by.key) if by else (_name(name), own)
    now = datetime.now(timezone.utc)
    builder = _builder(_name(name), above, own.public_key())
    builder = builder.not_valid_before(now - 4000 * DAY).not_valid_after(now + ends * DAY)
    builder = builder.add_extension(x509.BasicConstraints(is_ca, None), critical=True)
    if usages is not None:
        builder = builder.add_extension(_key_usage(usages), critical=True)
    return Signer(builder.sign(above_key, hashes.SHA256()), own)


def person(
    by: Signer | None,
    key: str = "person",
    issuer: str | None = None,
    days: int = 900,
    name: str = PERSON,
) -> x509.Certificate:
    """The person's certificate. ``issuer``: the name that it has for its issuer, where that is not the signer's; without ``by`` its own key
    signs it. ``name``: of the subject."""
    own = key_of(key)
    said = _name(issuer) if issuer else by.certificate.subject if by else _name(name)
    now = datetime.now(timezone.utc)
    builder = _builder(_name(name), said, own.public_key())
    builder = builder.not_valid_before(now - 100 * DAY).not_valid_after(now + days * DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    builder = builder.add_extension(_key_usage(("digital_signature",)), critical=True)
    return builder.sign(by.key if by else own, hashes.SHA256())


def with_sha1(signed: x509.Certificate, by: Signer) -> x509.Certificate:
    """The same with a signature of old: cryptography makes none. The identifiers of both algorithms have the same length."""
    tbs = signed.tbs_certificate_bytes.replace(SHA256_WITH_RSA, SHA1_WITH_RSA)
    signature = by.key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())  # type: ignore[call-arg, arg-type]  # noqa: S303
    der = signed.public_bytes(Encoding.DER).replace(SHA256_WITH_RSA, SHA1_WITH_RSA)
    return x509.load_der_x509_certificate(der[: -len(signature)] + signature)


def corpus() -> tuple[Row, ...]:
    """Legitimate sites first, then what is none."""
    root = signer("AC Racine", "root")
    people = signer(PEOPLE, "people", root)
    renewed = signer(PEOPLE, "people 2", root)
    renamed = signer("AC Personnes G2", "people", root)
    crossed = signer(PEOPLE, "people", signer("AC Autre Racine", "other root"))
    dead = signer(PEOPLE, "dead", root, ends=-30)
    small = signer(PEOPLE, "people p256", root)
    plain = signer(PEOPLE, "plain", root, usages=None)
    lists = signer(PEOPLE, "lists", root, usages=("crl_sign",))
    no_ca = signer(PEOPLE, "no ca", root, is_ca=False)
    cards = signer("AC Cartes", "cards", root)
    sister = signer("AC Personnes Morales", "sister", root)
    own = signer("AC Personnes de Bob", "bob")
    copied = signer(PEOPLE, "bob")
    of_root = signer("AC Personnes Racine", "flat")

    def row(
        name: str,
        certificate: x509.Certificate,
        file: list[Signer] | None,
        answer: str,
        key: str = "person",
        **more: object,
    ) -> Row:
        pem = None if file is None else "".join(each.pem for each in file)
        profiles = {"people": (PATTERN, pem)}
        return Row(name, certificate, key_of(key), profiles, answer, **more)  # type: ignore[arg-type]

    two = {"people": (PATTERN, people.pem), "cards": (r"CN=AC Cartes\b", cards.pem)}
    files = [people]
    return (
        row("the authority of the file", person(people), files, "signed", chain=(people.certificate, root.certificate)),
        row("a bundle without a chain", person(people), files, "signed"),
        row("renewed key under one name, both in the file", person(renewed), [people, renewed], "signed"),
        row("an old generation, both in the file", person(people), [people, renewed], "signed"),
        row("a renamed authority with its old key", person(renamed), files, "signed"),
        row("a cross-signed authority", person(people), [crossed], "signed"),
        row("a root that signs people itself", person(of_root), [of_root], "signed"),
        row("signed with SHA-1", with_sha1(person(people), people), files, "signed"),
        row("an authority with a key on P-256", person(small), [small], "signed"),
        row("a person with a key on P-256", person(people, key="person p256"), files, "signed", key="person p256"),
        row("under an authority that has ended", person(dead), [dead], "signed"),
        row("an authority without keyUsage", person(plain), [plain], "signed"),
        row("an expired certificate", person(people, days=-10), files, "signed"),
        row("no authority is set", person(people), None, "signed"),
        Row("two issuers, the first one's", person(people), key_of("person"), two, "signed"),
        Row("two issuers, the second one's", person(cards), key_of("person"), two, "signed", "cards"),
        row("self-signed with a name of its own", person(None), files, "self_signed"),
        row("self-signed with the issuer's name", person(None, issuer=PEOPLE), files, "self_signed"),
        row("self-signed, no authority is set", person(None, issuer=PEOPLE), None, "self_signed"),
        row("an authority of one's own, whose name fits", person(own), files, "unknown_issuer"),
        row("an authority of one's own with the copied name", person(copied), files, "unknown_issuer"),
        row("a sister authority under the same root", person(sister), files, "unknown_issuer"),
        row("a sister, and the file has the root alone", person(sister), [root], "unknown_issuer"),
        row("the file has the root alone", person(people), [root], "unknown_issuer"),
        row("a renewed key that the file has not", person(renewed), files, "unknown_issuer"),
        row("an authority whose name does not fit", person(cards), [people, cards], "unknown_issuer"),
        row("no authority is set, the name does not fit", person(cards), None, "unknown_issuer"),
        row("an authority that may sign lists only", person(lists), [people, lists], "unknown_issuer"),
        row("a signer that is no authority", person(no_ca), [people, no_ca], "unknown_issuer"),
        Row(
            "the other profile's name, this one's key",
            person(people, issuer="AC Cartes"),
            key_of("person"),
            two,
            "unknown_issuer",
            "cards",
        ),
    )
