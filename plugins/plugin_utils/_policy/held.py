# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The certificates of a store that say something of the site or of a person, by the site's answer. What decides about a store asks here,
and neither a number nor a name alone decides. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from .._crypto.store import CertificateStore, StoreCertificate
from .issuers import Answer, Issuers
from .subject import ExpectedSubject


def signed_in(store: CertificateStore, site: Issuers) -> Iterator[StoreCertificate]:
    """Those that the site's issuer signed, whosever they are."""
    return (stored for stored in store.certificates if site.asks(stored.certificate) is Answer.SIGNED)


def held_by(
    store: CertificateStore, site: Issuers, person: ExpectedSubject, leaf: str | None = None
) -> Iterator[tuple[StoreCertificate, Answer]]:
    """Those with the person's number, each with the site's answer. ``leaf``: a thumbprint that counts as the person's."""
    for stored in store.certificates:
        if stored.thumbprint == leaf or person.owns(stored.certificate):
            yield stored, site.asks(stored.certificate)


def signed_for(
    store: CertificateStore, site: Issuers, person: ExpectedSubject, leaf: str | None = None
) -> Iterator[StoreCertificate]:
    """The person's that the site's issuer signed."""
    return (stored for stored, answer in held_by(store, site, person, leaf) if answer is Answer.SIGNED)
