# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening the one-use p12 as PFXImportCertStore does: its refusals are HRESULTs."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from lab.emulated.errors import DriverError, HResult
from lab.emulated.store import PrivateKey

PBES2 = bytes.fromhex("06092a864886f70d01050d")
PBES2_SINCE = 16299
"""Windows 10 1709 is the first that decrypts AES in a p12; before, it takes the password for wrong."""


def open_bundle(data: bytes, passphrase: str, os_build: int) -> tuple[x509.Certificate, PrivateKey | None]:
    """The leaf and its key. Raises ``DriverError``."""
    if not _is_pfx(data):
        raise DriverError("import_failed", HResult.CRYPT_E_BAD_ENCODE)
    if PBES2 in data and os_build < PBES2_SINCE:
        raise DriverError("import_failed", HResult.INVALID_PASSWORD)
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase.encode())
    except ValueError as error:
        raise DriverError("import_failed", HResult.INVALID_PASSWORD) from error
    leaf = certificate or next(iter(others), None)
    if leaf is None:
        raise DriverError("import_failed", HResult.CRYPT_E_NOT_FOUND)
    if key is not None and not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise DriverError("import_failed", HResult.CRYPT_E_BAD_ENCODE)
    return leaf, key


def _is_pfx(data: bytes) -> bool:
    """A SEQUENCE of exactly this length whose first member is the version 3 (RFC 7292, section 4)."""
    if len(data) < 4 or data[0] != 0x30:
        return False
    short = data[1] < 0x80
    size = 0 if short else data[1] & 0x7F
    length = data[1] if short else int.from_bytes(data[2 : 2 + size])
    body = data[2 + size :]
    return len(body) == length and body.startswith(b"\x02\x01\x03")
