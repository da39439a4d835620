# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.authority import Authority, IssuedBundle


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
