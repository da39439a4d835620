# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a certificate says that its issuer's revocation list is."""

from __future__ import annotations

from cryptography import x509

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import read_certificate
from unit.plugins.plugin_utils.crls import NAME, point, pointing

DIRECTORY = x509.DirectoryName(NAME)


def urls(*points: x509.DistributionPoint) -> tuple[str, ...]:
    return read_certificate(pointing(*points)).crl_urls


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
