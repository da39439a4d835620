# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both drivers hold against a request before they look at anything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

PROTOCOL = 1

Json = dict[str, Any]


def wrong_with(request: Mapping[str, Any], expected: Iterable[str]) -> list[str]:
    """The keys that are unknown or missing, and the protocol when its number is wrong; none when the request is right."""
    known = list(expected)
    odd = [key for key in request if key not in known] + [key for key in known if key not in request]
    return [*odd, *(["protocol"] if request.get("protocol") != PROTOCOL else [])]


def refused(driver: str, wrong: Iterable[str]) -> Json:
    """The answer to a wrong request."""
    return {
        "failed": True,
        "protocol": PROTOCOL,
        "msg": f"{driver} refuses the request because of: {', '.join(wrong)}",
    }
