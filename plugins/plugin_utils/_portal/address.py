# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The address of a portal and the way to it, from options. Pure but for the environment's proxies."""

from __future__ import annotations

import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from .._errors import Pkcs12Error, Problem

HTTPS = 443
PROXY = 3128
LONGEST_TIMEOUT = 300
SYSTEM_PROXY = "system"
"""In a step ``connect``: the proxy that Windows gives the holder's browser."""

_PLAIN = range(0x21, 0x7F)


@dataclass(frozen=True, slots=True)
class PortalAddress:
    """An https address in parts. ``host`` is in ASCII, an IPv6 address without brackets. ``path`` has the query."""

    host: str
    port: int
    path: str

    @property
    def place(self) -> str:
        """Host and port, as in the request line of CONNECT (RFC 9110, section 9.3.6)."""
        return f"{self.bracketed}:{self.port}"

    @property
    def bracketed(self) -> str:
        """The host as it stands in a URL."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def url(self) -> str:
        """The whole address."""
        return f"https://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """The host, and the port if it is not 443: the field Host of a request."""
        return self.bracketed if self.port == HTTPS else self.place


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy. ``credentials``: name and password of the environment's proxy, or None."""

    host: str
    port: int
    credentials: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Its address, without credentials."""
        return f"http://{self.host}:{self.port}"


def parse_portal_url(url: str) -> PortalAddress:
    """An https address. Raises ``Pkcs12Error``: ``bad_url``."""
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS
        host = (parts.hostname or "").encode("ascii" if (parts.hostname or "").isascii() else "idna").decode("ascii")
    except ValueError:
        raise Pkcs12Error(Problem("bad_url.unreadable")) from None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme != "https" or not host or parts.username is not None:
        raise Pkcs12Error(Problem("bad_url.no_https"))
    if not all(ord(letter) in _PLAIN for letter in host + path):
        raise Pkcs12Error(Problem("bad_url.characters"))
    return PortalAddress(host, port, path)


def parse_proxy(url: str) -> Proxy:
    """An HTTP proxy of an option. Raises ``Pkcs12Error`` (``bad_proxy``), also for one with a password, which results would show."""
    proxy = _proxy(url)
    if proxy is None or proxy.credentials is not None:
        raise Pkcs12Error(Problem("bad_proxy"))
    return proxy


def environment_proxy(address: PortalAddress) -> Proxy | None:
    """The proxy for this address by the environment (https_proxy, no_proxy), as ansible.builtin.uri finds it; None without one."""
    proxies = urllib.request.getproxies()
    found = proxies.get("https") or proxies.get("all")
    if not found or urllib.request.proxy_bypass(address.place):
        return None
    return _proxy(found if "://" in found else f"http://{found}")


def check_statuses(statuses: Sequence[int]) -> tuple[int, ...]:
    """Refuses numbers that are no HTTP status. Raises ``Pkcs12Error``: ``bad_arguments``."""
    for status in statuses:
        if status not in range(100, 600):
            raise Pkcs12Error(Problem("bad_arguments.no_http_status", {"given": status}, "expected_status"))
    return tuple(statuses)


def check_timeout(timeout: int) -> int:
    """Refuses a number of seconds that is no time, or too long a one. Raises ``Pkcs12Error``: ``bad_arguments``."""
    if timeout not in range(1, LONGEST_TIMEOUT + 1):
        values = {"given": timeout, "most": LONGEST_TIMEOUT}
        raise Pkcs12Error(Problem("bad_arguments.portal_timeout", values, "server_timeout"))
    return timeout


def _proxy(url: str) -> Proxy | None:
    try:
        parts = urlsplit(url)
        port = parts.port or PROXY
    except ValueError:
        return None
    if parts.scheme != "http" or not parts.hostname:
        return None
    account = None if parts.username is None else f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(parts.hostname, port, account)
