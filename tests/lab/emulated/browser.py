# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Schannel does for step ``connect``: TLS with the key of a certificate in the store. Here the product's own client does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography import x509

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import read_certificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import Bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.address import (
    SYSTEM_PROXY,
    parse_portal_url,
    parse_proxy,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.portal import PortalTarget, visit_portal
from lab.emulated.errors import DriverError, HResult
from lab.emulated.store import PrivateKey

HRESULTS: Mapping[str, HResult] = {
    "unreachable": HResult.WSAECONNREFUSED,
    "proxy": HResult.WSAECONNREFUSED,
    "name_mismatch": HResult.COR_E_SYSTEM,
    "untrusted_server": HResult.COR_E_SYSTEM,
}
"""What .NET says on the recorded occasions."""
STRANGERS = ("name_mismatch", "untrusted_server")
"""Causes for which .NET ends the handshake before it tells the version."""


def show_certificate(
    der: bytes, key: PrivateKey, above: Sequence[bytes], trusted_roots: str | None, step: Mapping[str, Any]
) -> dict[str, Any]:
    """The facts of the step. Raises ``DriverError`` when the portal does not accept the certificate.

    ``above``: intermediate authorities of the computer. No proxy is set in this Windows.
    """
    bundle = Bundle(
        read_certificate(der), tuple(map(read_certificate, above)), "", None, key, x509.load_der_x509_certificate(der)
    )
    proxy = parse_proxy(step["proxy"]) if step["proxy"] not in ("", SYSTEM_PROXY) else None
    address, expected = parse_portal_url(step["url"]), tuple(step["expected_status"])
    visit = visit_portal(PortalTarget(address, proxy, trusted_roots, step["timeout"], expected), bundle)
    facts = {
        "tls_version": None if visit.cause in STRANGERS else visit.tls_version,
        "asked": visit.asked,
        "sent": visit.sent,
        "issuers": list(visit.issuers),
        "http_status": visit.http_status,
        "code": visit.cause,
    }
    if visit.cause:
        raise DriverError("connect_failed", HRESULTS.get(visit.cause), facts)
    return facts
