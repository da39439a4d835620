# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server's certificate is for the hosts that it names, and for no other."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.server_name import names_host
from lab.authority import Authority

AUTHORITY = Authority.create()


def der(name: str) -> bytes:
    return x509.load_pem_x509_certificate(AUTHORITY.certify_server(name)).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("name", "host", "fits"),
    [
        ("portal.example", "PORTAL.example.", True),
        ("portal.example", "www.portal.example", False),
        ("*.portal.example", "www.portal.example", True),
        ("*.portal.example", "a.www.portal.example", False),
        ("*.portal.example", "portal.example", False),
        ("*.portal.example", ".portal.example", False),
        ("*.example", "portal.example", False),
        ("w*.portal.example", "www.portal.example", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("::1", "0:0::1", True),
        ("127.0.0.1", "localhost", False),
    ],
)
def test_a_host(name: str, host: str, fits: bool) -> None:
    assert names_host(der(name), host) is fits


def test_a_certificate_that_names_nobody_or_cannot_be_read() -> None:
    assert not names_host(AUTHORITY.root.public_bytes(Encoding.DER), "AC Racine")
    assert not names_host(b"no certificate", "portal.example")
