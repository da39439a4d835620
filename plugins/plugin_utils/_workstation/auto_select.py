# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The policy AutoSelectCertificateForUrls of Edge and Chrome: which certificates it makes a browser choose for a portal. Pure.

Each value is JSON: ``{"pattern": "https://portal.example", "filter": {"ISSUER": {"CN": "..."}}}``. The form of patterns is documented in
https://cloud.google.com/docs/chrome-enterprise/policies/url-patterns; a pattern with a path is not valid in this policy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .._errors import Pkcs12Error, Problem

HTTPS_PORT = 443
URL = re.compile(
    r"https://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(?P<port>\d{1,5}))?(?:[/?#]\S*)?", re.ASCII
)
PATTERN = re.compile(
    r"(?:(?P<scheme>[^:/]+)://)?(?P<any>\[\*\.\])?(?P<host>[^:/\[\]*]+)(?::(?P<port>\d{1,5}|\*))?/?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Portal:
    """The host and the port of the portal's URL. ``host`` is in small letters."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The URL without a path."""
        return f"https://{self.host}" if self.port == HTTPS_PORT else f"https://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class AutoSelectEntry:
    """One value of the policy. ``issuer_cn``: the common name that its filter asks of the issuer, None if it asks for none."""

    pattern: str
    issuer_cn: str | None


def parse_portal(url: str) -> Portal:
    """Reads the option ``portal_url``. Raises ``Pkcs12Error``: ``bad_portal_url``."""
    found = URL.fullmatch(url)
    if found is None or int(found["port"] or HTTPS_PORT) > 0xFFFF:
        raise Pkcs12Error(Problem("bad_portal_url", setting="portal_url"))
    return Portal(found["host"].lower(), int(found["port"] or HTTPS_PORT))


def covers(pattern: str, portal: Portal) -> bool:
    """Whether a pattern of the policy matches the portal."""
    if pattern == "*":
        return True
    found = PATTERN.fullmatch(pattern)
    if found is None or (found["scheme"] or "*").lower() not in ("https", "*"):
        return False
    if found["port"] not in (None, "*") and int(found["port"]) != portal.port:
        return False
    host = found["host"].lower()
    return portal.host == host or (found["any"] is not None and portal.host.endswith(f".{host}"))


def entries(values: Iterable[str]) -> tuple[AutoSelectEntry, ...]:
    """The values that a browser can read. It ignores the others."""
    return tuple(entry for value in values if (entry := _entry(value)) is not None)


def _entry(value: str) -> AutoSelectEntry | None:
    try:
        said = json.loads(value)
    except (ValueError, RecursionError):
        return None
    pattern, wanted = (said.get("pattern"), said.get("filter")) if isinstance(said, dict) else (None, None)
    if not isinstance(pattern, str) or not isinstance(wanted, dict):
        return None
    issuer = wanted.get("ISSUER")
    name = issuer.get("CN") if isinstance(issuer, dict) else None
    return AutoSelectEntry(pattern, name if isinstance(name, str) else None)
