# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The result of ``bundle_info``: the certificates in a p12, without the key. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .._crypto.instants import format_instant
from .._crypto.pkcs12 import Bundle
from .._crypto.store import StoreCertificate
from .._facts.build import certificate_row
from .._policy.validity import Calendar


def bundle_result(bundle: Bundle, now: datetime, calendar: Calendar) -> dict[str, Any]:
    """The documented result."""
    leaf = certificate_row(StoreCertificate(bundle.leaf, bundle.friendly_name, False, None), calendar, now)
    leaf |= {"key_state": "in_bundle", "sha256": bundle.leaf.sha256, "key_usage": list(bundle.leaf.key_usage or ())}
    leaf |= {"upn": bundle.leaf.upn, "emails": list(bundle.leaf.emails), "spki_sha256": bundle.leaf.spki_sha256}
    chain = [
        {
            "thumbprint": other.thumbprint,
            "subject": other.subject,
            "issuer": other.issuer,
            "not_after": format_instant(other.not_after),
        }
        for other in bundle.chain
    ]
    return {"certificate": leaf, "chain": chain, "bundle_sha256": bundle.sha256}
