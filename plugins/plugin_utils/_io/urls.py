# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which addresses may be opened: https, and a host that the site has listed. No text here repeats a URL, because it can be a secret."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from .._errors import Pkcs12Error, Problem

HTTPS_PORT = 443
MAX_LENGTH = 4096
"""Characters. Longer URLs are not used by pages for people."""
NO_HOST = "?"

_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\]")
_HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_SAFE_IN_PATH = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class Authority:
    """The host in its IDNA form (RFC 5891), in lower case, and the port."""

    host: str
    port: int

    def __str__(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == HTTPS_PORT else f"{name}:{self.port}"


def checked_url(url: str, allowed_hosts: Sequence[str]) -> str:
    """The URL in normal form, without a fragment. An entry of ``allowed_hosts`` without a port allows port 443 only.

    Raises ``Pkcs12Error``: ``url_invalid``, ``url_not_https``, ``url_host_not_allowed``; ``bad_arguments`` for an entry of the list.
    """
    allowed = [_listed(entry) for entry in allowed_hosts]
    parts = _split(url)
    if parts.scheme.lower() != "https":
        raise Pkcs12Error(Problem("url_not_https", {"scheme": parts.scheme[:20]}))
    authority = _authority(parts)
    if authority is None:
        raise Pkcs12Error(Problem("url_invalid.host"))
    if authority not in allowed:
        # It may be a forged mail's. So the first step is never to allow it.
        raise Pkcs12Error(Problem("url_host_not_allowed", {"host": str(authority)}))
    path = quote(parts.path, safe=_SAFE_IN_PATH) or "/"
    return urlunsplit(("https", str(authority), path, quote(parts.query, safe=_SAFE_IN_PATH), ""))


def check_hosts(allowed_hosts: Sequence[str]) -> None:
    """An entry that is no host would allow nothing, and nobody would see why. Raises ``Pkcs12Error``: ``bad_arguments``."""
    for entry in allowed_hosts:
        _listed(entry)


def host_of(url: str) -> str:
    """The host of a URL for a message, with its port if that is not 443. It is ``?`` when there is none."""
    try:
        return str(_authority(_split(url)) or NO_HOST)
    except Pkcs12Error:
        return NO_HOST


def url_hash(url: str) -> str:
    """SHA-256 of a URL, lower-case hex. It identifies a link without giving it away."""
    return hashlib.sha256(url.encode("utf-8", errors="surrogatepass")).hexdigest()


def _split(url: str) -> SplitResult:
    if len(url) > MAX_LENGTH:
        raise Pkcs12Error(Problem("url_invalid.length", {"most": MAX_LENGTH}))
    if _UNSAFE.search(url):
        # urlsplit would drop some of them silently
        raise Pkcs12Error(Problem("url_invalid.characters"))
    try:
        return urlsplit(url)
    except ValueError:
        raise Pkcs12Error(Problem("url_invalid.host")) from None


def _authority(parts: SplitResult) -> Authority | None:
    """None when there is no valid host, or a user name before it."""
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or "@" in parts.netloc:
        return None
    name = _address(host) if ":" in host else _name(host)
    if name is None or port == 0:
        return None
    return Authority(name, port or HTTPS_PORT)


def _address(host: str) -> str | None:
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError:
        return None


def _name(host: str) -> str | None:
    try:
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return name if _HOST_NAME.fullmatch(name) else None


def _listed(entry: str) -> Authority:
    """An entry of ``allowed_hosts``: a host name, or ``host:port``."""
    bare = f"[{entry}]" if entry.count(":") > 1 and not entry.startswith("[") else entry
    try:
        parts = urlsplit(f"//{bare}")
    except ValueError:
        parts = None
    found = _authority(parts) if parts is not None and not _UNSAFE.search(entry) else None
    if found is None or parts is None or parts.netloc != bare:
        raise Pkcs12Error(Problem("bad_arguments.not_a_host", {"entry": entry}, "allowed_hosts"))
    return found
