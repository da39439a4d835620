# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of other issuers, as they lie in the same stores: those of a smart card, and others that are no business of ours."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo, thumbprint_of
from lab.emulated.element import pack, properties
from lab.emulated.store import Store

CARD = "Microsoft Base Smart Card Crypto Provider"
CARD_READER = "\\\\.\\Gemplus USB SmartCard Reader 0\\"


@dataclass(frozen=True, slots=True)
class ForeignCertificate:
    """A certificate that no authority of the lab has issued."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        """As it is encoded."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def thumbprint(self) -> str:
        """By which Windows knows it."""
        return thumbprint_of(self.der)


def foreign_certificate(subject: str, issuer: str, days: float = 400) -> ForeignCertificate:
    """A certificate for client authentication that ends in so many days, with a key of its own."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(_name(issuer), _name(subject), key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1000)).not_valid_after(now + timedelta(days=days))
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    return ForeignCertificate(builder.add_extension(usage, critical=False).sign(key, hashes.SHA256()), key)


def put_on_card(store: Store, what: ForeignCertificate, friendly_name: str | None = None) -> None:
    """Windows copies the certificate of a card that is put in to the store; the key stays on the card (type 1, a legacy provider)."""
    link = KeyProvInfo(CARD_READER + secrets.token_hex(8), CARD, 1, 0, 1)
    store.plant_raw(what.thumbprint, pack(properties(what.der, link, friendly_name)))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
