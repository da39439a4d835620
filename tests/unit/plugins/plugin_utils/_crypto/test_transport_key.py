# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.transport_key import read_transport_key, seal

NONCE, OTHER = bytes(range(32)), bytes(32)
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


def test_an_answer_to_another_request_is_not_taken(key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(ValueError, match="did not sign"):
        read_transport_key(NAME, blob(key), signed(key, OTHER), NONCE)


def test_a_proof_of_a_certificates_key_is_no_proof_of_a_transport_key(key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(ValueError, match="did not sign"):
        read_transport_key(NAME, blob(key), signed(key, NONCE, b"hospital_it.pkcs12 proof\0"), NONCE)


def test_a_short_key_is_refused() -> None:
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505
    with pytest.raises(ValueError, match="1024 bits"):
        read_transport_key(NAME, blob(short), signed(short, NONCE), NONCE)


@pytest.mark.parametrize("damaged", [b"", b"RSA1", b"ECS1" + bytes(300), bytes(20)])
def test_what_is_no_public_key_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read_transport_key(NAME, damaged, b"", NONCE)


def test_a_private_key_blob_is_refused(key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read_transport_key(NAME, blob(key) + bytes(256), signed(key, NONCE), NONCE)
