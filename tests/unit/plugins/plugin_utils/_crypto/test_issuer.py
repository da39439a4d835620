# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who issued a certificate is told by its name and by the signature, not by the name alone."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.issuer import is_issued_by, issuer_name
from lab.authority import Authority
from unit.plugins.plugin_utils.fakes import issue


def test_name_is_the_one_that_the_authority_has(authority: Authority) -> None:
    der = issue(authority).certificate.public_bytes(Encoding.DER)
    assert issuer_name(der) == authority.issuing.subject.public_bytes()
    assert issuer_name(authority.issuing.public_bytes(Encoding.DER)) == authority.root.subject.public_bytes()


def test_only_the_key_that_signed_is_the_issuers(authority: Authority) -> None:
    der = issue(authority).certificate.public_bytes(Encoding.DER)
    namesake = Authority.create()
    assert namesake.issuing.subject == authority.issuing.subject
    assert is_issued_by(der, authority.issuing.public_bytes(Encoding.DER))
    assert not is_issued_by(der, namesake.issuing.public_bytes(Encoding.DER))
    assert not is_issued_by(der, authority.root.public_bytes(Encoding.DER))
    assert not is_issued_by(der, b"no certificate")
    assert not is_issued_by(b"no certificate", authority.issuing.public_bytes(Encoding.DER))
