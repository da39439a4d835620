# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A revocation list is read in both encodings, and only what its issuer signed is signed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.crl import (
    UnreadableCrl,
    read_authorities,
    read_crl,
)
from lab.authority import Authority
from unit.plugins.plugin_utils.crls import DAY, URL, authority, crl, distribution_point, issuer, pem
from unit.plugins.plugin_utils.fakes import NOW


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_a_list_says_who_until_when_and_what_was_revoked(encoding: Encoding) -> None:
    found = read_crl(crl({7: NOW - DAY, 2**150: NOW}, encoding=encoding))
    assert (found.issuer, found.this_update, found.next_update) == (issuer(), NOW - 9 * DAY, NOW + DAY)
    assert (found.size, found.urls, found.partial) == (2, (), None)
    assert found.revocation_of(7) == (NOW - DAY, "key_compromise")
    assert found.revocation_of(2**150) == (NOW, "key_compromise")
    assert found.revocation_of(8) is None


def test_without_a_reason_it_is_unspecified() -> None:
    assert read_crl(crl({7: NOW}, reason=None)).revocation_of(7) == (NOW, "unspecified")


@pytest.mark.parametrize("data", [b"x" * 99, b"-----BEGIN X509 CRL-----\nAA\n-----END X509 CRL-----\n"])
def test_other_bytes_are_no_list_and_no_certificates(data: bytes) -> None:
    with pytest.raises(UnreadableCrl):
        read_crl(data)
    with pytest.raises(UnreadableCrl):
        read_authorities(data)


def test_a_list_is_signed_by_its_issuer_alone() -> None:
    (own,) = read_authorities(pem())
    (same,) = read_authorities(authority().issuing.public_bytes(Encoding.DER))
    (root,) = read_authorities(pem(authority().root))
    (stranger,) = read_authorities(pem(Authority.create().issuing))
    found = read_crl(crl())
    assert [found.is_signed_by(each) for each in (own, same, root, stranger)] == [True, True, False, False]
    assert len(read_authorities(pem(authority().root, authority().issuing))) == 2
    broken = bytearray(crl({7: NOW}))
    broken[-1] ^= 1
    assert not read_crl(bytes(broken)).is_signed_by(own)


def test_a_certificate_of_a_person_signs_no_list() -> None:
    person = authority().issue("Jeanne", "T1", passphrase="x").certificate
    (found,) = read_authorities(pem(person))
    (own,) = read_authorities(pem())
    assert (found.may_sign, own.may_sign) == (False, True)
    assert not read_crl(crl()).is_signed_by(replace(own, may_sign=False))


@pytest.mark.parametrize(
    ("extension", "urls", "partial"),
    [
        (distribution_point(URL), (URL,), False),
        (distribution_point(only_contains_user_certs=True), (), False),
        (distribution_point(only_contains_ca_certs=True), (), True),
        (distribution_point(only_contains_attribute_certs=True), (), True),
        (distribution_point(indirect_crl=True), (), True),
        (distribution_point(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise])), (), True),
        ((x509.DeltaCRLIndicator(3), True), (), True),
        ((x509.CRLNumber(3), False), (), False),
        ((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True), (), True),
        ((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), False), (), False),
    ],
)
def test_what_a_list_is_about(extension: Any, urls: Any, partial: bool) -> None:
    found = read_crl(crl(extensions=[extension]))
    assert (found.urls, found.partial is not None) == (urls, partial)
