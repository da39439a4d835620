# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Until when a holder can log on: the best certificate that a browser would offer him. Pure."""

from __future__ import annotations

from datetime import datetime

from ._certificate import CLIENT_AUTH, Status
from ._observed import StoreCertificate, StoreView
from ._person import Person


def current(view: StoreView, person: Person, leaf: str | None, now: datetime) -> StoreCertificate | None:
    """The person's usable certificate that is valid longest; ``leaf`` (a thumbprint) is his in any case. None when there is none."""
    usable = [
        found
        for found in view.certificates
        if (found.thumbprint == leaf or person.owns(found.certificate)) and _offered(found, now)
    ]
    return max(usable, key=lambda found: found.certificate.not_after, default=None)


def _offered(found: StoreCertificate, now: datetime) -> bool:
    """What Chromium asks of a client certificate: in date, for client authentication, with a key link, not archived."""
    certificate = found.certificate
    in_date = certificate.status(now, 0) in (Status.VALID, Status.RENEWAL_DUE)
    for_logon = certificate.eku is None or CLIENT_AUTH in certificate.eku
    return in_date and for_logon and found.key is not None and not found.archived
