# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""PKCS#12 on the controller (RFC 7292): open, validate, and transcode to a one-use file."""

from __future__ import annotations

import hashlib
import secrets
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from ._bundle_form import ASK_ISSUER, count_private_keys, refuse_unlike_p12
from ._certificate import CLIENT_AUTH, Certificate, UnreadableCertificate, describe
from ._errors import PkcsError

SMALLEST_RSA = 2048
FIRST_BUILD_WITH_AES = 16299  # Windows 10 1709; older ones call an AES file a wrong password
ONE_USE_ROUNDS = 2000


@dataclass(frozen=True, slots=True)
class Bundle:
    """An opened p12: one leaf, its key, and what else was in it. ``sha256`` is of the file, lower-case hex."""

    leaf: Certificate
    chain: tuple[Certificate, ...]
    sha256: str
    friendly_name: str | None
    key: Any = field(repr=False, compare=False)
    leaf_x509: x509.Certificate = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class OneUse:
    """A p12 for one import, and the passphrase that only it has."""

    data: bytes = field(repr=False)
    passphrase: str = field(repr=False)


def open_bundle(data: bytes, passphrase: str | None) -> Bundle:
    """Opens a p12 and holds it against what a personal client certificate must be. Raises ``PkcsError`` with the cause."""
    refuse_unlike_p12(data)
    content = _load(data, passphrase)
    others = [extra.certificate for extra in content.additional_certs]
    if content.key is None:
        raise PkcsError(code="no_key", cause="The file holds no private key.", next_step=ASK_ISSUER)
    if content.cert is None:
        raise PkcsError(
            code="key_mismatch",
            cause="The private key in the file belongs to none of its certificates.",
            next_step=ASK_ISSUER,
        )
    try:
        leaf = describe(content.cert.certificate)
        chain = _chain(leaf, (describe(other) for other in others))
    except (UnreadableCertificate, ValueError, UnsupportedAlgorithm) as problem:
        raise PkcsError(
            code="unreadable", cause=f"A certificate in the file cannot be read: {problem}.", next_step=ASK_ISSUER
        ) from problem
    if count_private_keys(data) > 1:
        raise PkcsError(
            code="two_keys",
            cause="The file holds more than one private key; which one is meant is unclear.",
            next_step=ASK_ISSUER,
        )
    refuse_unfit(leaf, content.key)
    name = content.cert.friendly_name
    return Bundle(
        leaf=leaf,
        chain=chain,
        sha256=hashlib.sha256(data).hexdigest(),
        friendly_name=name.decode("utf-8", errors="replace") if name else None,
        key=content.key,
        leaf_x509=content.cert.certificate,
    )


def refuse_unfit(leaf: Certificate, key: Any) -> None:
    """Refuses a leaf that no portal would accept or that Windows would not sign with. Raises ``PkcsError``."""
    who = f"The certificate of {leaf.subject_cn or leaf.subject}"
    if leaf.is_ca:
        raise PkcsError(
            code="leaf_is_ca", cause=f"{who} is a certification authority, not a person.", next_step=ASK_ISSUER
        )
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise PkcsError(
            code="key_type",
            cause=f"{who} has a key of type {leaf.key_type}, which Windows cannot use.",
            next_step="Ask the issuer for RSA or ECDSA.",
        )
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < SMALLEST_RSA:
        raise PkcsError(
            code="weak_key",
            cause=f"{who} has an RSA key of {key.key_size} bits; less than {SMALLEST_RSA} can be broken.",
            next_step="Ask the issuer for a certificate with a longer key.",
        )
    if leaf.eku is not None and CLIENT_AUTH not in leaf.eku:
        raise PkcsError(
            code="wrong_eku",
            cause=f"{who} is not for client authentication (its extended key usage is {', '.join(leaf.eku)}).",
            next_step="Check that it is the right file. " + ASK_ISSUER,
        )
    if leaf.key_usage is not None and "digital_signature" not in leaf.key_usage:
        raise PkcsError(
            code="wrong_key_usage",
            cause=f"{who} does not allow signatures, without which no browser logs on.",
            next_step="Check that it is the right file. " + ASK_ISSUER,
        )


def check_dates(bundle: Bundle, now: datetime) -> None:
    """Refuses a leaf outside its validity at ``now`` (aware). Raises ``PkcsError``: ``expired``, ``not_yet_valid``."""
    leaf = bundle.leaf
    who = f"The certificate of {leaf.subject_cn or leaf.subject}"
    if now > leaf.not_after:
        raise PkcsError(
            code="expired",
            cause=f"{who} expired on {leaf.not_after:%Y-%m-%d %H:%M} UTC.",
            next_step="Ask the issuer for a new one; the old file is of no use.",
        )
    if now < leaf.not_before:
        raise PkcsError(
            code="not_yet_valid",
            cause=f"{who} is valid only from {leaf.not_before:%Y-%m-%d %H:%M} UTC; the controller's clock says {now:%Y-%m-%d %H:%M} UTC.",
            next_step="Wait until then, or correct the clock.",
        )


def transcode(bundle: Bundle, os_build: int) -> OneUse:
    """A p12 in memory with the leaf alone, a random passphrase, and a cipher that this Windows build reads.

    No friendly name: Windows would take a key's name as the name of its container, and two holders' keys would collide.
    """
    passphrase = secrets.token_urlsafe(32)
    style = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(ONE_USE_ROUNDS)
    if os_build < FIRST_BUILD_WITH_AES:
        style = style.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())  # noqa: S303
    else:
        style = style.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    encryption = style.build(passphrase.encode("ascii"))
    return OneUse(
        pkcs12.serialize_key_and_certificates(None, bundle.key, bundle.leaf_x509, None, encryption), passphrase
    )


def _load(data: bytes, passphrase: str | None) -> pkcs12.PKCS12KeyAndCertificates:
    refusal: Exception | None = None
    for spelling in _spellings(passphrase):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return pkcs12.load_pkcs12(data, spelling)
        except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
            refusal = problem
    if refusal is not None and "password" not in str(refusal).lower():
        raise PkcsError(
            code="not_p12",
            cause=f"The file is damaged or in a form of PKCS#12 that cannot be read ({refusal}).",
            next_step=ASK_ISSUER,
        ) from None
    raise _wrong_passphrase(passphrase)


def _spellings(passphrase: str | None) -> Iterable[bytes | None]:
    """UTF-8 first; then as some writers do it, who take each UTF-8 byte for a character of its own (Latin-1)."""
    if not passphrase:
        yield None
        return
    utf8 = passphrase.encode("utf-8", errors="surrogateescape")
    try:
        utf8.decode("utf-8")
        yield utf8
    except UnicodeDecodeError:
        pass  # the passphrase was read from a Latin-1 file
    if not passphrase.isascii():
        yield utf8.decode("latin-1").encode("utf-8")


def _wrong_passphrase(passphrase: str | None) -> PkcsError:
    if not passphrase:
        return PkcsError(
            code="no_passphrase",
            cause="The file is protected and no passphrase was given.",
            next_step="Give passphrase; for a certificate by mail it is the withdrawal code.",
        )
    hint = "Check it against the issuer's mail; for a certificate by mail it is the withdrawal code."
    if passphrase != passphrase.strip():
        hint = "It begins or ends with a space or a line break, as when read from a file: use the trim filter, then check it."
    return PkcsError(code="wrong_passphrase", cause="The passphrase does not open the file.", next_step=hint)


def _chain(leaf: Certificate, others: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """The other certificates, each once. Raises ``PkcsError`` (``two_leaves``) when one of them is somebody's, too."""
    chain = {other.thumbprint: other for other in others if other.thumbprint != leaf.thumbprint}
    people = [c.thumbprint for c in chain.values() if not c.is_ca and c.subject not in (c.issuer, leaf.issuer)]
    if people:
        raise PkcsError(
            code="two_leaves",
            cause=f"The file holds {len(people) + 1} personal certificates: {', '.join([leaf.thumbprint, *people])}.",
            next_step="Ask the issuer for one file per person, or split it with `openssl pkcs12`.",
        )
    return tuple(chain.values())
