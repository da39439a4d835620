# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.transport_key import read_transport_key, seal

NONCE, OTHER = bytes(range(32)), bytes(32)
SHORT = rsa.generate_private_key(65537, 1024)  # noqa: S505
NAME = "hospital_it.pkcs12.transport.00"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def blob(key: rsa.RSAPrivateKey) -> bytes:
    """BCRYPT_RSAKEY_BLOB."""
    numbers, size = key.public_key().public_numbers(), key.key_size // 8
    sizes = struct.pack("<4sIIIII", b"RSA1", key.key_size, 3, size, 0, 0)
    return sizes + numbers.e.to_bytes(3, "big") + numbers.n.to_bytes(size, "big")


def signed(key: rsa.RSAPrivateKey, nonce: bytes, prefix: bytes = b"hospital_it.pkcs12 transport key\0") -> bytes:
    return key.sign(prefix + nonce, padding.PKCS1v15(), hashes.SHA256())


def test_what_is_sealed_is_opened_by_the_key_alone(key: rsa.RSAPrivateKey) -> None:
    transport = read_transport_key(NAME, blob(key), signed(key, NONCE), NONCE)
    assert transport.container == NAME
    sealed = seal("a passphrase", transport)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    assert key.decrypt(sealed, oaep) == b"a passphrase"
    assert seal("a passphrase", transport) != sealed


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda key: (blob(key), signed(key, OTHER)), "did not sign"),  # to another request
        (lambda key: (blob(key), signed(key, NONCE, b"hospital_it.pkcs12 proof\0")), "did not sign"),  # a certificate's
        (lambda _key: (blob(SHORT), signed(SHORT, NONCE)), "1024 bits"),
        (lambda key: (b"ECS1" + blob(key)[4:], signed(key, NONCE)), "cannot be read"),
        (lambda _key: (b"", b""), "cannot be read"),
        (lambda key: (blob(key) + bytes(256), signed(key, NONCE)), "cannot be read"),  # a private key
    ],
)
def test_another_key_is_refused(key: rsa.RSAPrivateKey, answer: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_transport_key(NAME, *answer(key), NONCE)
