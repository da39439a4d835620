# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether a server's certificate is for a host (RFC 9525: subject alternative names alone, a wildcard is the whole first label)."""

from __future__ import annotations

import ipaddress
from contextlib import suppress

with suppress(ImportError):  # without it the file still loads, and _action/base.py refuses the task
    from cryptography import x509


def names_host(der: bytes, host: str) -> bool:
    """Whether the certificate names this host, an IP address or a name in ASCII. False for a certificate that cannot be read."""
    try:
        names = (
            x509.load_der_x509_certificate(der).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        )
    except (ValueError, x509.ExtensionNotFound):
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return any(_matches(name, host) for name in names.get_values_for_type(x509.DNSName))
    return address in names.get_values_for_type(x509.IPAddress)


def _matches(name: str, host: str) -> bool:
    wanted, given = host.rstrip(".").lower(), name.rstrip(".").lower()
    if given.startswith("*.") and given.count(".") > 1:
        first, _dot, rest = wanted.partition(".")
        return bool(first) and rest == given[2:]
    return given == wanted
