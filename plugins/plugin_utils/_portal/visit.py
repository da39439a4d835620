# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a visit to a portal has shown, and why the portal did not accept the certificate. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .._crypto.certificate import Certificate
from .._errors import Problem

NO_CERTIFICATE_STATUSES = (400, 401, 403)
"""HTTP statuses with which servers refuse who has shown no certificate. nginx answers 400, IIS and Apache 403."""

ALERTS: Mapping[int, str] = {
    41: "none_sent",
    42: "certificate_refused",
    43: "certificate_refused",
    44: "revoked",
    45: "expired",
    46: "certificate_refused",
    48: "unknown_authority",
    49: "certificate_refused",
    51: "key_refused",
    116: "none_sent",
}
"""Alerts of a server (RFC 8446, section 6.2; 41 is of SSL 3) and what they say of the certificate. Any other is of the handshake."""

PAGES: Mapping[bytes, str] = {
    b"403.7 ": "none_sent",
    b"403.13 ": "revoked",
    b"403.16 ": "unknown_authority",
    b"403.17 ": "expired",
    b"No required SSL certificate was sent": "none_sent",
    b"The SSL certificate error": "certificate_refused",
}
"""What pages of IIS (substatus codes) and of nginx say of the certificate. No server translates them."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One connection to a portal.

    ``tls_version`` is like ``TLSv1.3``. ``asked``: the server asked for a certificate. ``sent``: one was sent. ``issuers``: names of the
    authorities that the server asks for. ``cause``: why the certificate was not accepted, one of ``CAUSES``; None if it was.
    ``details``: more about it. ``server``: the server's certificate, None where it is not known.
    """

    tls_version: str | None = None
    asked: bool = False
    sent: bool = False
    issuers: tuple[str, ...] = ()
    http_status: int | None = None
    cause: str | None = None
    details: tuple[Problem, ...] = ()
    server: Certificate | None = None

    @property
    def accepted(self) -> bool:
        """Whether the portal asked for the certificate, got it and answered well."""
        return self.cause is None


def visit_of_facts(facts: Mapping[str, Any]) -> Visit:
    """The visit in the journal entry of a step ``connect``. Raises ``KeyError`` or ``TypeError`` for another entry."""
    return Visit(
        tls_version=facts["tls_version"],
        asked=bool(facts["asked"]),
        sent=bool(facts["sent"]),
        issuers=tuple(map(str, facts["issuers"])),
        http_status=facts["http_status"],
        cause=facts["code"],
    )


def cause_of_alert(alert: int | None, asked: bool, sent: bool) -> str:
    """The code for a handshake that ended. ``alert``: number of the server's alert, None if it gave none."""
    if asked and not sent:
        return "none_sent"
    return ALERTS.get(alert or 0, "handshake")


def cause_of_answer(visit: Visit, page: bytes, expected: Collection[int]) -> str | None:
    """The code for an answer of the server, None for a good one. ``expected``: the good statuses; empty for 200 to 399."""
    status = visit.http_status or 0
    if not visit.sent and (visit.asked or status in NO_CERTIFICATE_STATUSES):
        return "none_sent"
    if not visit.asked:
        return "not_asked"
    if is_expected(status, expected):
        return None
    return next((code for text, code in PAGES.items() if text in page), "http_refused")


def is_expected(status: int, expected: Collection[int]) -> bool:
    """Whether an HTTP status is a good one."""
    return status in (expected or range(200, 400))
