# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the site's issuer signed a certificate: each kind of signer."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import (
    Certificate,
    UnreadableCertificate,
    read_certificate,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.signature import read_certificates
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import (
    Answer,
    Issuers,
    Profile,
    has_roots_only,
    issuers_of_pattern,
    signers_in,
)
from lab.authority.signers import PATTERN, PEOPLE, Row, corpus, person, signer


def issuers_of(row: Row) -> Issuers:
    """The site's profiles of a row."""
    return Issuers(
        tuple(
            Profile(name, pattern, None if file is None else signers_in(read_certificates(file.encode())))
            for name, (pattern, file) in row.profiles.items()
        )
    )


def value(certificate: object) -> Certificate:
    return read_certificate(certificate.public_bytes(Encoding.DER))  # type: ignore[attr-defined]


@pytest.mark.parametrize("row", corpus(), ids=lambda row: row.name)
def test_each_kind_of_signer(row: Row) -> None:
    issuers, leaf = issuers_of(row), value(row.certificate)
    assert str(issuers.asks(leaf)) == row.answer
    assert str(issuers.asks(value(row.issue(days=-10)))) == row.answer
    assert issuers.profile_of(leaf.issuer, issuers.signed_by(leaf)).name == row.profile


def test_an_authority_that_is_withdrawn_counts_at_once() -> None:
    root = signer("AC Racine", "root")
    people, other = signer(PEOPLE, "people", root), signer(PEOPLE, "people 2", root)
    leaf = value(person(people))
    signers = signers_in(read_certificates(people.pem.encode()))
    known = Issuers((Profile("people", PATTERN, signers),)).signed_by(leaf)
    assert known == signers[0].spki_sha256
    now = Issuers((Profile("people", PATTERN, signers_in(read_certificates(other.pem.encode()))),))
    assert now.answer(leaf.issuer, known) is Answer.NOT_KNOWN


def test_facts_from_before_an_authority_say_nothing() -> None:
    root = signer("AC Racine", "root")
    people, cards = signer(PEOPLE, "people", root), signer("AC Cartes", "cards", root)
    leaf, card = value(person(people)), value(person(cards))
    signers = signers_in(read_certificates(people.pem.encode()))
    before = Issuers((Profile("people", PATTERN), Profile("cards", "CN=AC Cartes")))
    one = Issuers((Profile("people", PATTERN, signers), Profile("cards", "CN=AC Cartes")))
    both = Issuers(
        (one.profiles[0], Profile("cards", "CN=AC Cartes", signers_in(read_certificates(cards.pem.encode()))))
    )
    assert [each.is_verified for each in (before, one, both)] == [False, False, True]
    assert one.answer(leaf.issuer, before.signed_by(leaf)) is Answer.NOT_ASKED
    # Where one profile has its authority, nobody has asked who signed what is of the other one.
    assert one.answer(card.issuer, one.signed_by(card)) is Answer.SIGNED
    assert both.answer(card.issuer, one.signed_by(card)) is Answer.NOT_ASKED
    assert [both.asks(each) for each in (leaf, card)] == [Answer.SIGNED, Answer.SIGNED]
    assert both.answer("CN=AC Autre", before.signed_by(leaf)) is Answer.NOT_KNOWN  # its name says enough


def test_generations_are_of_one_profile() -> None:
    root = signer("AC Racine", "root")
    old, new = signer(PEOPLE, "people", root), signer("AC Personnes G2", "people 2", root)
    of_old, of_new = value(person(old)), value(person(new))
    file = signers_in(read_certificates((old.pem + new.pem).encode()))
    assert Issuers((Profile("people", PATTERN, file),)).are_generations(of_old, of_new)
    assert not Issuers((Profile("people", PATTERN),)).are_generations(
        of_old, of_new
    )  # two names, and nothing is known of their keys
    copied = value(person(None, issuer="AC Personnes G2"))
    assert not Issuers().are_generations(copied, of_new)
    assert Issuers().are_generations(of_new, of_new)


def test_a_file_of_authorities() -> None:
    root = signer("AC Racine", "root")
    people = signer(PEOPLE, "people", root)
    assert len(signers_in(read_certificates((root.pem + people.pem + people.pem).encode()))) == 2
    assert signers_in(read_certificates(people.certificate.public_bytes(Encoding.DER)))
    assert not signers_in([value(person(people))])  # a person's certificate never signs
    assert has_roots_only(signers_in(read_certificates(root.pem.encode())))
    assert not has_roots_only(signers_in(read_certificates((root.pem + people.pem).encode())))
    with pytest.raises(UnreadableCertificate):
        read_certificates(b"no certificate")


def test_what_is_advised_names_the_setting_that_the_site_has() -> None:
    """A site with profiles that follows advice about the other setting is refused."""
    sites = (Issuers(), issuers_of_pattern("CN=A"), Issuers((Profile("people", "CN=A"),)))
    assert [each.setting for each in sites] == ["issuer", "issuer", "issuers"]
