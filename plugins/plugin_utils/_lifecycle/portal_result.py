# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The result of ``portal_info``: documented keys, the same whatever happened. Pure."""

from __future__ import annotations

from typing import Any

from .._crypto.certificate import Certificate
from .._crypto.instants import format_instant
from .._errors import ErrorRow
from .._portal.causes import portal_refusal
from .._portal.visit import Visit
from .portal_check import PortalCheck


def portal_result(check: PortalCheck, fail_when_refused: bool) -> dict[str, Any]:
    """The documented result. A refusal fails the task, unless it must not."""
    visit = check.visit or Visit()
    result = {
        "accepted": check.visit.accepted if check.visit else None,
        "deferred": check.deferred is not None,
        "thumbprint": check.thumbprint,
        "code": visit.cause,
        "tls_version": visit.tls_version,
        "asked": visit.asked if check.visit else None,
        "sent": visit.sent if check.visit else None,
        "issuers": list(visit.issuers),
        "http_status": visit.http_status,
        "server_certificate": _server(visit.server),
        "msg": _message(check),
    }
    if check.visit is None or check.visit.accepted:
        return result
    refusal = portal_refusal(check.address.url, check.visit)
    return result | {"msg": refusal, "failed": fail_when_refused, "error": ErrorRow(refusal)}


def _server(server: Certificate | None) -> dict[str, Any] | None:
    if server is None:
        return None
    return {"subject": server.subject, "issuer": server.issuer, "not_after": format_instant(server.not_after)}


def _message(check: PortalCheck) -> str:
    if check.deferred:
        return check.deferred
    if check.visit is None:
        return "In check mode nobody connects to the portal."
    visit = check.visit
    return f"The portal {check.address.url} accepted the certificate ({visit.tls_version}, HTTP {visit.http_status})."
