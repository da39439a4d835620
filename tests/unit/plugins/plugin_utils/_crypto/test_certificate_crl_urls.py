# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a certificate says that its issuer's revocation list is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import read_certificate
from unit.plugins.plugin_utils.fakes import NOW

NAME = x509.Name.from_rfc4514_string("CN=Jeanne")
DIRECTORY = x509.DirectoryName(NAME)


def point(*names: Any, **limits: Any) -> x509.DistributionPoint:
    uris = [x509.UniformResourceIdentifier(name) if isinstance(name, str) else name for name in names]
    usual: dict[str, Any] = {"full_name": uris or None, "relative_name": None, "reasons": None, "crl_issuer": None}
    return x509.DistributionPoint(**usual | limits)


def urls(*points: x509.DistributionPoint) -> tuple[str, ...]:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    if points:
        builder = builder.add_extension(x509.CRLDistributionPoints(points), critical=False)
    return read_certificate(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)).crl_urls


def test_all_urls_are_read_each_once() -> None:
    assert urls(point("http://a/", "ldap://b/"), point("http://a/", "http://c/")) == (
        "http://a/",
        "ldap://b/",
        "http://c/",
    )
    assert urls() == ()
    assert urls(point(DIRECTORY), point(relative_name=x509.RelativeDistinguishedName(NAME.rdns[0]))) == ()


def test_a_point_for_some_reasons_or_of_another_issuer_is_left_out() -> None:
    some = point("http://a/", reasons=frozenset([x509.ReasonFlags.key_compromise]))
    other = point("http://b/", crl_issuer=[DIRECTORY])
    assert urls(some, other, point("http://c/")) == ("http://c/",)
