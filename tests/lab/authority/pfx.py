# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layers of a PKCS#12 file (RFC 7292), for what no current library writes: RC2-40, and wrong ones in tests."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from Crypto.Cipher import ARC2

from lab.authority import der

PKCS7_DATA, PKCS7_ENCRYPTED = der.oid("1.2.840.113549.1.7.1"), der.oid("1.2.840.113549.1.7.6")
SHROUDED_KEY_BAG, CERT_BAG = der.oid("1.2.840.113549.1.12.10.1.2"), der.oid("1.2.840.113549.1.12.10.1.3")
X509_CERTIFICATE = der.oid("1.2.840.113549.1.9.22.1")
FRIENDLY_NAME, LOCAL_KEY_ID = der.oid("1.2.840.113549.1.9.20"), der.oid("1.2.840.113549.1.9.21")
SHA1_RC2_40 = der.oid("1.2.840.113549.1.12.1.6")
SHA1 = der.oid("1.3.14.3.2.26")

ROUNDS = 2048
KEY, IV, MAC = 1, 2, 3
"""What a derived octet is for: RFC 7292, appendix B.3."""


def pfx(sections: Sequence[bytes], passphrase: str | None) -> bytes:
    """The file: its sections, and a MAC over them when there is a passphrase."""
    safe = der.encode(der.SEQUENCE, *sections)
    parts = [der.integer(3), data_section(safe)]
    if passphrase is not None:
        salt = secrets.token_bytes(8)
        digest = hmac.new(derive(passphrase, salt, MAC, 20), safe, "sha1").digest()
        info = der.encode(der.SEQUENCE, _algorithm(SHA1), der.encode(der.OCTET_STRING, digest))
        parts.append(der.encode(der.SEQUENCE, info, der.encode(der.OCTET_STRING, salt), der.integer(ROUNDS)))
    return der.encode(der.SEQUENCE, *parts)


def data_section(content: bytes) -> bytes:
    """A ContentInfo of type data."""
    return der.encode(der.SEQUENCE, PKCS7_DATA, der.encode(der.CONTEXT_0, der.encode(der.OCTET_STRING, content)))


def encrypted_section(bags: Sequence[bytes], passphrase: str) -> bytes:
    """A ContentInfo of type encryptedData with RC2-40."""
    algorithm, secret = _encrypt(der.encode(der.SEQUENCE, *bags), passphrase)
    content = der.encode(der.SEQUENCE, PKCS7_DATA, algorithm, der.encode(der.CONTEXT_0_PRIMITIVE, secret))
    return der.encode(
        der.SEQUENCE,
        PKCS7_ENCRYPTED,
        der.encode(der.CONTEXT_0, der.encode(der.SEQUENCE, der.integer(0), content)),
    )


def certificate_bag(certificate: bytes, attributes: Sequence[bytes] = ()) -> bytes:
    """A certificate (DER) as a certBag."""
    octets = der.encode(der.CONTEXT_0, der.encode(der.OCTET_STRING, certificate))
    return _bag(CERT_BAG, der.encode(der.SEQUENCE, X509_CERTIFICATE, octets), attributes)


def key_bag(pkcs8: bytes, passphrase: str, attributes: Sequence[bytes] = ()) -> bytes:
    """A private key (PKCS#8) as a pkcs8ShroudedKeyBag with RC2-40."""
    algorithm, secret = _encrypt(pkcs8, passphrase)
    return _bag(SHROUDED_KEY_BAG, der.encode(der.SEQUENCE, algorithm, der.encode(der.OCTET_STRING, secret)), attributes)


def attribute(kind: bytes, value: bytes) -> bytes:
    """An attribute of a bag."""
    return der.encode(der.SEQUENCE, kind, der.encode(der.SET, value))


def derive(passphrase: str, salt: bytes, purpose: int, size: int) -> bytes:
    """The key derivation of RFC 7292, appendix B.2, with SHA-1."""
    block = 64
    octets = (passphrase + "\0").encode("utf-16-be")
    state = bytearray(_fill(salt, block) + _fill(octets, block))
    derived = b""
    while True:
        digest = bytes([purpose]) * block + bytes(state)
        for _round in range(ROUNDS):
            digest = hashlib.sha1(digest, usedforsecurity=False).digest()
        derived += digest
        if len(derived) >= size:
            return derived[:size]
        summand = int.from_bytes(_fill(digest, block)[:block], "big") + 1
        for at in range(0, len(state), block):
            total = int.from_bytes(state[at : at + block], "big") + summand
            state[at : at + block] = (total % (1 << 8 * block)).to_bytes(block, "big")


def _bag(kind: bytes, value: bytes, attributes: Sequence[bytes]) -> bytes:
    tail = [der.encode(der.SET, *sorted(attributes))] if attributes else []
    return der.encode(der.SEQUENCE, kind, der.encode(der.CONTEXT_0, value), *tail)


def _encrypt(plain: bytes, passphrase: str) -> tuple[bytes, bytes]:
    salt = secrets.token_bytes(8)
    key, start = derive(passphrase, salt, KEY, 5), derive(passphrase, salt, IV, 8)
    padding = 8 - len(plain) % 8
    secret = ARC2.new(key, ARC2.MODE_CBC, iv=start, effective_keylen=40).encrypt(plain + bytes([padding]) * padding)  # noqa: S304
    parameters = der.encode(der.SEQUENCE, der.encode(der.OCTET_STRING, salt), der.integer(ROUNDS))
    return der.encode(der.SEQUENCE, SHA1_RC2_40, parameters), secret


def _algorithm(identifier: bytes) -> bytes:
    return der.encode(der.SEQUENCE, identifier, der.encode(der.NULL))


def _fill(octets: bytes, block: int) -> bytes:
    """The octets over and over, up to a whole number of blocks."""
    size = -(-len(octets) // block) * block
    return (octets * (size // len(octets) + 1))[:size]
