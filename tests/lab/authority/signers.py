# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of one person by every kind of signer: legitimate sites, and what only looks like one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache, partial
from typing import Any

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

    ``issue``: makes it, as ``person`` does. ``profiles``: by name the pattern, and the authority file as PEM, None for no file.
    ``successor``: who signs what the site issues next. ``beside``: makes another one that the person has.
    """

    name: str
    issue: Callable[..., x509.Certificate]
    profiles: Mapping[str, tuple[str | None, str | None]]
    answer: str
    successor: Signer
    profile: str = "people"
    chain: tuple[x509.Certificate, ...] = ()
    key: str = "person"
    beside: Callable[..., x509.Certificate] | None = None

    @property
    def certificate(self) -> x509.Certificate:
        """As the issuer makes it today."""
        return self.issue()


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
    usage: str = "digital_signature",
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
    builder = builder.add_extension(_key_usage((usage,)), critical=True)
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
        issue: Callable[..., x509.Certificate],
        file: list[Signer] | None,
        answer: str,
        **more: Any,
    ) -> Row:
        pem = None if file is None else "".join(each.pem for each in file)
        successor = more.pop("successor", file[0] if file else people)
        return Row(name, issue, {"people": (PATTERN, pem)}, answer, successor, **more)

    def old_signature(**how: Any) -> x509.Certificate:
        return with_sha1(person(people, **how), people)

    two = {"people": (PATTERN, people.pem), "cards": (r"CN=AC Cartes\b", cards.pem)}
    by, files = partial(partial, person), [people]
    chain = (people.certificate, root.certificate)
    return (
        row("the authority of the file", by(people), files, "signed", chain=chain),
        row("a bundle without a chain", by(people), files, "signed"),
        row(
            "renewed key under one name, both in the file", by(renewed), [people, renewed], "signed", successor=renewed
        ),
        row("an old generation, both in the file", by(people), [people, renewed], "signed", successor=renewed),
        row("a renamed authority with its old key", by(renamed), files, "signed"),
        row("a cross-signed authority", by(people), [crossed], "signed"),
        row("a root that signs people itself", by(of_root), [of_root], "signed"),
        row("signed with SHA-1", old_signature, files, "signed"),
        row("an authority with a key on P-256", by(small), [small], "signed"),
        row("a person with a key on P-256", by(people, key="person p256"), files, "signed", key="person p256"),
        row("under an authority that has ended", by(dead), [dead], "signed"),
        row("an authority without keyUsage", by(plain), [plain], "signed"),
        row("no authority is set", by(people), None, "signed"),
        Row("two issuers, the first one's", by(people), two, "signed", people),
        Row("two issuers, the second one's", by(cards), two, "signed", cards, "cards"),
        Row("two issuers, a person with both", by(people), two, "signed", people, beside=by(cards)),
        row("three uses, the one for encryption", by(people, usage="key_encipherment"), files, "signed"),
        row("three uses, the one for signatures", by(people, usage="content_commitment"), files, "signed"),
        row("self-signed with a name of its own", by(None), files, "self_signed"),
        row("self-signed with the issuer's name", by(None, issuer=PEOPLE), files, "self_signed"),
        row("self-signed, no authority is set", by(None, issuer=PEOPLE), None, "self_signed"),
        row("an authority of one's own, whose name fits", by(own), files, "unknown_issuer"),
        row("an authority of one's own with the copied name", by(copied), files, "unknown_issuer"),
        row("a sister authority under the same root", by(sister), files, "unknown_issuer"),
        row("a sister, and the file has the root alone", by(sister), [root], "unknown_issuer"),
        row("the file has the root alone", by(people), [root], "unknown_issuer"),
        row("a renewed key that the file has not", by(renewed), files, "unknown_issuer"),
        row("an authority whose name does not fit", by(cards), [people, cards], "unknown_issuer"),
        row("no authority is set, the name does not fit", by(cards), None, "unknown_issuer"),
        row("an authority that may sign lists only", by(lists), [people, lists], "unknown_issuer"),
        row("a signer that is no authority", by(no_ca), [people, no_ca], "unknown_issuer"),
        Row(
            "the other profile's name, this one's key",
            by(people, issuer="AC Cartes"),
            two,
            "unknown_issuer",
            cards,
            "cards",
        ),
    )
