# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the leaf of a bundle and its key must be: a person's, for client authentication, usable by Windows."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

with suppress(ImportError):  # without it the file still loads, and _action/base.py refuses the task
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from .._errors import Pkcs12Error
from .certificate import CLIENT_AUTH, MIN_RSA_BITS, Certificate
from .pfx import ASK_ISSUER

CURVES = ("secp256r1", "secp384r1", "secp521r1")
"""P-256, P-384, P-521: the curves that every supported Windows imports into its CNG software provider."""


def usable_key(leaf: Certificate, key: PrivateKeyTypes) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """Returns the key if Windows can use it and it is strong enough. Raises ``Pkcs12Error``: ``key_type``, ``weak_key``."""
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size >= MIN_RSA_BITS:
            return key
        raise Pkcs12Error(
            code="weak_key",
            cause=f"{certificate_of(leaf)} has an RSA key of {key.key_size} bits. A key of less than {MIN_RSA_BITS} bits can be broken.",
            next_step="Ask the issuer for a certificate with a longer key.",
        )
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in CURVES:
        return key
    raise Pkcs12Error(
        code="key_type",
        cause=f"{certificate_of(leaf)} has a key of type {leaf.key_type}, which Windows cannot use.",
        next_step="Ask the issuer for RSA, or ECDSA on P-256, P-384 or P-521.",
    )


def check_leaf(leaf: Certificate) -> None:
    """Refuses a certificate that no portal accepts. Raises ``Pkcs12Error``: ``leaf_is_ca``, ``wrong_eku``, ``wrong_key_usage``."""
    if leaf.is_ca:
        raise Pkcs12Error(
            code="leaf_is_ca",
            cause=f"{certificate_of(leaf)} is a certification authority's, not a person's.",
            next_step=ASK_ISSUER,
        )
    if leaf.eku is not None and CLIENT_AUTH not in leaf.eku:
        raise Pkcs12Error(
            code="wrong_eku",
            cause=f"{certificate_of(leaf)} is not for client authentication (its extended key usage is {', '.join(leaf.eku)}).",
            next_step="Check that it is the right file. " + ASK_ISSUER,
        )
    if leaf.key_usage is not None and "digital_signature" not in leaf.key_usage:
        raise Pkcs12Error(
            code="wrong_key_usage",
            cause=f"{certificate_of(leaf)} does not allow signatures, which a browser needs to log on.",
            next_step="Check that it is the right file. " + ASK_ISSUER,
        )


def chain_of(leaf: Certificate, others: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """The other certificates, each once. Raises ``Pkcs12Error`` (``two_leaves``) when one of them is also a person's.

    A certificate that issued another one of them is an authority, even without basic constraints: X.509 version 1 has none.
    """
    chain = {other.thumbprint: other for other in others if other.thumbprint != leaf.thumbprint}
    issuers = {c.issuer for c in (leaf, *chain.values()) if c.subject != c.issuer}
    people = [other.thumbprint for other in chain.values() if not other.is_ca and other.subject not in issuers]
    if people:
        raise Pkcs12Error(
            code="two_leaves",
            cause=f"The file holds {len(people) + 1} personal certificates: {', '.join([leaf.thumbprint, *people])}.",
            next_step="Ask the issuer for one file per person, or split it with `openssl pkcs12`.",
        )
    return tuple(chain.values())


def certificate_of(leaf: Certificate) -> str:
    """How sentences name the leaf: ``The certificate of Jeanne Dupont``."""
    return f"The certificate of {leaf.subject_cn or leaf.subject or leaf.thumbprint}"
