# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys and certificates that the cases name. They are fixed, so thumbprints are the same on every workstation and in recordings.

A kit for real Windows has others, which are made when it is built: ``certificates_of``.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

FOLDER = Path(__file__).parent / "fixtures"
PASSPHRASE = "the one-use passphrase of the contract"
_folder: ContextVar[Path] = ContextVar("folder of the certificates", default=FOLDER)


@contextmanager
def certificates_of(folder: Path) -> Iterator[None]:
    """Inside, the names of cases stand for the certificates in this folder."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


@dataclass(frozen=True, slots=True)
class FixtureCertificate:
    """A certificate with its private key."""

    name: str
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def thumbprint(self) -> str:
        """How Windows names the certificate."""
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest().upper()


def fixture_certificate(name: str) -> FixtureCertificate:
    """Reads ``fixtures/<name>.pem``. Raises ``FileNotFoundError``."""
    return _read(_folder.get(), name)


def all_certificates() -> list[FixtureCertificate]:
    """Every certificate that a case may name."""
    return [fixture_certificate(path.stem) for path in sorted(_folder.get().glob("*.pem"))]


@cache
def _read(folder: Path, name: str) -> FixtureCertificate:
    pem = (folder / f"{name}.pem").read_bytes()
    key = load_pem_private_key(pem, None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError(f"{name}.pem holds another kind of key")
    return FixtureCertificate(name, x509.load_pem_x509_certificate(pem), key)


def by_thumbprint(thumbprint: str) -> FixtureCertificate:
    """The fixture whose certificate this is. Raises ``LookupError``."""
    for wanted in all_certificates():
        if wanted.thumbprint == thumbprint:
            return wanted
    raise LookupError(f"no fixture has the thumbprint {thumbprint}")


def bundle(name: str, dialect: str = "aes", key_name: bytes | None = None) -> bytes:
    """A one-use bundle: one leaf. ``dialect``: ``aes``, ``3des``, ``keyless`` (the certificate alone), or ``named``: ``aes`` whose key has
    a name."""
    wanted = fixture_certificate(name)
    if dialect == "keyless":
        hidden = BestAvailableEncryption(PASSPHRASE.encode())
        return pkcs12.serialize_key_and_certificates(None, None, wanted.certificate, None, hidden)
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2000)
    if dialect == "3des":
        builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())  # noqa: S303
    elif dialect in ("aes", "named"):
        builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    else:
        raise ValueError(dialect)
    encryption = builder.build(PASSPHRASE.encode())
    if dialect == "named":
        key_name = b"hospital_it.pkcs12.key.6a000000" + secrets.token_hex(12).encode()
    return pkcs12.serialize_key_and_certificates(key_name, wanted.key, wanted.certificate, None, encryption)
