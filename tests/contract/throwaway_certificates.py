# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of the cases with new keys, for one kit: nobody shall bring a key that everybody has into a store of Windows."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from contract.fixture_certificates import FixtureCertificate, all_certificates

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def make(folder: Path) -> None:
    """Writes each certificate of the cases into the folder, with a new key. Those of one key have one new key."""
    keys: dict[bytes, Key] = {}
    signer = new_key(ec.generate_private_key(ec.SECP256R1()))
    for old in all_certificates():
        key = keys.setdefault(_public(old.key), new_key(old.key))
        itself = old.certificate.issuer == old.certificate.subject
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem += _again(old, key, key if itself else signer).public_bytes(Encoding.PEM)
        (folder / f"{old.name}.pem").write_bytes(pem)


def new_key(like: Key) -> Key:
    """A key of the same kind and size."""
    if isinstance(like, rsa.RSAPrivateKey):
        return rsa.generate_private_key(65537, like.key_size)
    return ec.generate_private_key(like.curve)


def _again(old: FixtureCertificate, key: Key, signer: Key) -> x509.Certificate:
    wanted = old.certificate
    builder = x509.CertificateBuilder(
        wanted.issuer,
        wanted.subject,
        key.public_key(),
        x509.random_serial_number(),
        wanted.not_valid_before_utc,
        wanted.not_valid_after_utc,
        list(wanted.extensions),
    )
    return builder.sign(signer, SHA256())


def _public(key: Key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
