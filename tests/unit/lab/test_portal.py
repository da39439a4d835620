# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The portal as a person meets it: the public start page, the certificate, then the four-digit access code."""

from __future__ import annotations

import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lab.authority import Authority
from lab.portal import Portal
from lab.tls import trust

AUTHORITY = Authority.create()
NUMBER, CODE = "T123456", "2029"


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal(AUTHORITY, {NUMBER: CODE}) as running:
        yield running


@pytest.fixture
def browser(tmp_path: Path) -> urllib.request.OpenerDirector:
    """It has Jeanne's certificate and key."""
    issued = AUTHORITY.issue("Jeanne Dupont", NUMBER, passphrase="of the test")
    key = issued.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem = tmp_path / "jeanne.pem"
    pem.write_bytes(issued.certificate.public_bytes(Encoding.PEM) + key)
    context = ssl.create_default_context(cafile=str(trust(AUTHORITY, tmp_path)))
    context.load_cert_chain(pem)
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))


def test_a_person_logs_on_with_certificate_and_code(portal: Portal, browser: urllib.request.OpenerDirector) -> None:
    start = browser.open(portal.start_url, timeout=10).read().decode()
    (link,) = re.findall('href="([^"]+)"', start)
    assert link == portal.url
    assert f"Bienvenue, Jeanne Dupont - {NUMBER}" in browser.open(link, timeout=10).read().decode()
    with pytest.raises(urllib.error.HTTPError) as refused:
        browser.open(f"{link}login", data=b"code=0000", timeout=10)
    assert (refused.value.code, portal.logged_on) == (403, [])
    browser.open(f"{link}login", data=f"code={CODE}".encode(), timeout=10)
    assert portal.logged_on == [NUMBER]
