# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialects of PKCS#12 that issuers write, from this year's to that of 2013."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from lab.authority import der, pfx

Dialect = Literal["modern", "3des", "rc2-40"]
"""AES-256 with SHA-256 (OpenSSL 3, Windows since 10 1709); 3DES with SHA-1; RC2-40 with SHA-1 (issuers of 2013)."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
ROUNDS = 2048


def write_bundle(
    key: PrivateKey,
    certificates: Sequence[x509.Certificate],
    passphrase: str,
    dialect: Dialect = "modern",
    friendly_name: str | None = None,
) -> bytes:
    """A PKCS#12 file; of the certificates the first is the leaf."""
    if dialect == "rc2-40":
        return _rc2_40(key, certificates, passphrase, friendly_name)
    style = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(ROUNDS)
    if dialect == "3des":
        style = style.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())  # noqa: S303
    else:
        style = style.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    name = friendly_name.encode() if friendly_name is not None else None
    leaf, *chain = certificates
    return pkcs12.serialize_key_and_certificates(name, key, leaf, chain, style.build(passphrase.encode()))


def _rc2_40(
    key: PrivateKey, certificates: Sequence[x509.Certificate], passphrase: str, friendly_name: str | None
) -> bytes:
    leaf, *chain = certificates
    link = leaf.fingerprint(hashes.SHA1())  # noqa: S303
    attributes = [pfx.attribute(pfx.LOCAL_KEY_ID, der.encode(der.OCTET_STRING, link))]
    if friendly_name is not None:
        name = der.encode(der.BMP_STRING, friendly_name.encode("utf-16-be"))
        attributes.append(pfx.attribute(pfx.FRIENDLY_NAME, name))
    bags = [pfx.certificate_bag(leaf.public_bytes(Encoding.DER), attributes)]
    bags += [pfx.certificate_bag(other.public_bytes(Encoding.DER)) for other in chain]
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    key_section = der.encode(der.SEQUENCE, pfx.key_bag(pkcs8, passphrase, attributes))
    return pfx.pfx([pfx.encrypted_section(bags, passphrase), pfx.data_section(key_section)], passphrase)
