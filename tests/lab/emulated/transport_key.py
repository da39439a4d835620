# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key that a one-use passphrase is sealed to, emulated."""

from __future__ import annotations

import base64
import itertools
import secrets
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from lab.emulated.errors import DriverError, HResult
from lab.emulated.handle import StoreHandle
from lab.emulated.removal import remove_leftovers
from lab.emulated.store import CNG_PROVIDER, KeyContainer

PREFIX = "hospital_it.pkcs12.transport."
PROOF_PREFIX = b"hospital_it.pkcs12 transport key\0"
OAEP = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
BITS, EXPONENT = 3072, 65537
KEYS = 3
"""So many are made and used in turn, because one takes most of a second. Two that follow each other differ."""

_turn = itertools.count()


@cache
def _keys() -> tuple[rsa.RSAPrivateKey, ...]:
    return tuple(rsa.generate_private_key(EXPONENT, BITS) for _number in range(KEYS))


def transport_container(name: str) -> KeyContainer:
    """A transport key at rest."""
    return KeyContainer(name, CNG_PROVIDER, 0, exportable=False, key=_keys()[next(_turn) % KEYS])


def new_transport_key(store: StoreHandle, nonce: bytes, now: int) -> dict[str, Any]:
    """Makes one, when those that runs have left are gone. It signs the nonce, which proves the public key."""
    remove_leftovers(store, now, insist=True)
    holder = transport_container(f"{PREFIX}{now:08x}{secrets.token_hex(12)}")
    try:
        store.create_container(holder)
    except DriverError:
        store.delete_container(holder.name)
        raise
    assert isinstance(holder.key, rsa.RSAPrivateKey)
    signature = holder.key.sign(PROOF_PREFIX + nonce, padding.PKCS1v15(), SHA256())
    return {
        "container": holder.name,
        "public_key": base64.b64encode(public_blob(holder.key.public_key())).decode(),
        "signature": base64.b64encode(signature).decode(),
    }


def unseal(store: StoreHandle, name: str, sealed: bytes) -> str:
    """Opens what was sealed to a key, which is gone then. HRESULTs are those of .NET and of ncrypt under Wine."""
    holder = store.transport_key(name)
    if holder is None:
        raise DriverError("unseal_failed", HResult.NTE_BAD_KEYSET)
    try:
        store.delete_container(name)
    except DriverError as error:
        raise DriverError("unseal_failed", error.hresult) from error
    assert isinstance(holder.key, rsa.RSAPrivateKey)
    if len(sealed) != BITS // 8:
        raise DriverError("unseal_failed", HResult.COR_E_SYSTEM)
    try:
        return holder.key.decrypt(sealed, OAEP).decode()
    except ValueError as error:
        raise DriverError("unseal_failed", HResult.NTE_INTERNAL_ERROR) from error


def public_blob(key: rsa.RSAPublicKey) -> bytes:
    """BCRYPT_RSAKEY_BLOB of a public key (bcrypt.h): magic, bits, the sizes of exponent, modulus and two primes, exponent, modulus."""
    numbers = key.public_numbers()
    exponent = numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8, "big")
    modulus = numbers.n.to_bytes(key.key_size // 8, "big")
    sizes = (key.key_size, len(exponent), len(modulus), 0, 0)
    return b"RSA1" + b"".join(size.to_bytes(4, "little") for size in sizes) + exponent + modulus
