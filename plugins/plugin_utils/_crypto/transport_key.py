# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The key of a workstation to which a one-use passphrase is sealed: RSA-OAEP with SHA-256 (RFC 8017, section 7.1)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

with suppress(ImportError):  # without it the file still loads, and _action/base.py refuses the task
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256

from .certificate import MIN_RSA_BITS

PROOF_PREFIX = b"hospital_it.pkcs12 transport key\0"
MAGIC = b"RSA1"
"""BCRYPT_RSAPUBLIC_MAGIC."""

HEADER_BYTES = 24


@dataclass(frozen=True, slots=True)
class TransportKey:
    """``container``: the name under which the workstation keeps the private key."""

    container: str
    public_key: rsa.RSAPublicKey = field(repr=False)


def read_transport_key(container: str, blob: bytes, signature: bytes, nonce: bytes) -> TransportKey:
    """The key of an answer to the request with this nonce. Its signature of the nonce binds it to that request.

    ``blob``: BCRYPT_RSAKEY_BLOB (bcrypt.h). Raises ``ValueError`` for a key that is unreadable, too short, or did not sign the nonce.
    """
    key = _public_key(blob)
    if key.key_size < MIN_RSA_BITS:
        raise ValueError(f"its transport key has {key.key_size} bits, fewer than {MIN_RSA_BITS}")
    try:
        key.verify(signature, PROOF_PREFIX + nonce, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        raise ValueError("its transport key did not sign what the controller asked it to sign") from None
    return TransportKey(container, key)


def seal(text: str, key: TransportKey) -> bytes:
    """The text (UTF-8, at most 190 bytes for 2048 bits), so that only the private key opens it. Raises ``ValueError`` if it is longer."""
    return key.public_key.encrypt(text.encode("utf-8"), padding.OAEP(padding.MGF1(SHA256()), SHA256(), None))


def _public_key(blob: bytes) -> rsa.RSAPublicKey:
    """Six numbers of 32 bits, little-endian (magic, bits, sizes of exponent, modulus and two primes), then the exponent and the modulus."""
    exponent_size, modulus_size = (int.from_bytes(blob[at : at + 4], "little") for at in (8, 12))
    if blob[:4] != MAGIC or len(blob) != HEADER_BYTES + exponent_size + modulus_size:
        raise ValueError("its transport key cannot be read")
    exponent = blob[HEADER_BYTES : HEADER_BYTES + exponent_size]
    modulus = blob[HEADER_BYTES + exponent_size :]
    return rsa.RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big")).public_key()
