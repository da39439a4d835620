# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.authority import Authority, IssuedBundle
from lab.tls import server_context, trust
from unit.plugins.plugin_utils.registration import Registration
from unit.plugins.plugin_utils.withdrawal_site import CODE, Site


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.create()


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def other_rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def issued(authority: Authority) -> IssuedBundle:
    """Jeanne's certificate of this year."""
    return authority.issue("Jeanne Dupont", "T123456", passphrase="withdrawal-4711")


@pytest.fixture(scope="session")
def other(authority: Authority) -> IssuedBundle:
    """Another one of hers, with an elliptic curve key."""
    return authority.issue("Jeanne Dupont", "T123456", passphrase="withdrawal-0815", key="ec-p256")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issued: IssuedBundle) -> Site:
    registration = Registration().install(monkeypatch)
    registration.deliver(issued, CODE)
    return Site(tmp_path, registration, issued)


@pytest.fixture(scope="module")
def context(authority: Authority) -> ssl.SSLContext:
    return server_context(authority)


@pytest.fixture(scope="module")
def ca_path(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(trust(authority, tmp_path_factory.mktemp("trust")))


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
