# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both drivers hold against a request before they look at anything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

PROTOCOL = 1


def wrong_with(request: Mapping[str, Any], expected: Iterable[str]) -> str | None:
    """A wrong protocol number, a key that is unknown or missing; None when the request is right."""
    known = list(expected)
    if request.get("protocol") != PROTOCOL:
        given = request.get("protocol")
        return f"protocol is '{'' if given is None else given}', this driver speaks {PROTOCOL}"
    odd = [key for key in request if key not in known] + [key for key in known if key not in request]
    return f"unknown or missing: {', '.join(odd)}" if odd else None
