# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Until when a holder can log on: the best certificate that a browser would offer him. Pure."""

from __future__ import annotations

from datetime import datetime

from ._crypto.certificate import CLIENT_AUTH
from ._crypto.store import StoreCertificate, StoreView
from ._person import Person


def current(view: StoreView, person: Person, leaf: str | None, now: datetime) -> StoreCertificate | None:
    """The person's usable certificate that is valid longest; ``leaf`` (a thumbprint) is his in any case. None when there is none."""
    usable = [
        found
        for found in view.certificates
        if (found.thumbprint == leaf or person.owns(found.certificate))
        and found.certificate.is_in_date(now)
        and is_offered(found.certificate.eku, found.has_key, found.archived)
    ]
    return max(usable, key=lambda found: found.certificate.not_after, default=None)


def is_offered(eku: tuple[str, ...] | None, has_key: bool, archived: bool) -> bool:
    """What Chromium asks of a client certificate beside its dates: for client authentication, with a key link, not archived."""
    return (not eku or CLIENT_AUTH in eku) and has_key and not archived
