# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the leaf of a bundle and its key must be: a person's, usable by Windows. What it is for is decided in _policy/use.py."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

with suppress(ImportError):  # without it the file still loads, and _action/base.py refuses the task
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from .._errors import Pkcs12Error, Problem, Value
from .certificate import MIN_RSA_BITS, Certificate

CURVES = ("secp256r1", "secp384r1", "secp521r1")
"""P-256, P-384, P-521: the curves that every supported Windows imports into its CNG software provider."""


class UnusableKey(Pkcs12Error):
    """A file opens, and Windows cannot or should not use its key. ``leaf``: the certificate, whose use says whether that matters."""

    def __init__(self, problem: Problem, leaf: Certificate) -> None:
        super().__init__(problem)
        self.leaf = leaf


def usable_key(leaf: Certificate, key: PrivateKeyTypes) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """Returns the key if Windows can use it and it is strong enough. Raises ``UnusableKey``: ``key_type``, ``weak_key``."""
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size >= MIN_RSA_BITS:
            return key
        values: dict[str, Value] = {"whose": name_in(leaf), "bits": key.key_size, "needed": MIN_RSA_BITS}
        raise UnusableKey(Problem("weak_key", values), leaf)
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in CURVES:
        return key
    raise UnusableKey(Problem("key_type", {"whose": name_in(leaf), "key_type": leaf.key_type}), leaf)


def check_leaf(leaf: Certificate) -> None:
    """Refuses the certificate of an authority. Raises ``Pkcs12Error``: ``leaf_is_ca``."""
    if leaf.is_ca:
        raise Pkcs12Error(Problem("leaf_is_ca", {"whose": name_in(leaf)}))


def chain_of(leaf: Certificate, others: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """The other certificates, each once. Raises ``Pkcs12Error`` (``two_leaves``) when one of them is also a person's.

    A certificate that issued another one of them is an authority, even without basic constraints: X.509 version 1 has none.
    """
    chain = {other.thumbprint: other for other in others if other.thumbprint != leaf.thumbprint}
    issuers = {c.issuer for c in (leaf, *chain.values()) if c.subject != c.issuer}
    people = [other.thumbprint for other in chain.values() if not other.is_ca and other.subject not in issuers]
    if people:
        thumbprints = (leaf.thumbprint, *people)
        raise Pkcs12Error(Problem("two_leaves", {"count": len(thumbprints), "thumbprints": thumbprints}))
    return tuple(chain.values())


def name_in(leaf: Certificate) -> str:
    """Whose certificate it is, for a sentence."""
    return leaf.subject_cn or leaf.subject or leaf.thumbprint
