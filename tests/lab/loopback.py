# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of this machine that only this machine reaches."""

from __future__ import annotations

import socket

LOOPBACK_OF_IPV6 = "::1"


def has_ipv6() -> bool:
    """Whether this machine has that of IPv6."""
    try:
        with socket.create_server((LOOPBACK_OF_IPV6, 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False
