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

from .._errors import Pkcs12Error, named

HTTPS_PORT = 443
MAX_LENGTH = 4096
"""Characters. Longer URLs are not used by pages for people."""

ASK_FIRST = (
    "Nobody opens the link. Ask the issuer, by another way than mail, whether the mail and this address are theirs."
)
"""An address that is not allowed may be that of a forged mail. So the first step is never to allow it."""

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
        raise Pkcs12Error(
            code="url_not_https",
            cause=f"The URL begins with {parts.scheme[:20]!r}, not with https.",
            next_step=f"{ASK_FIRST} A withdrawal code is sent over https only.",
        )
    authority = _authority(parts)
    if authority is None:
        raise _invalid("its host is not valid, or it has a user name before the host")
    if authority not in allowed:
        raise Pkcs12Error(
            code="url_host_not_allowed",
            cause=f"The URL leads to {authority}, which is not in {named('allowed_hosts')}.",
            next_step=f"{ASK_FIRST} Only when they say so, add this host to {named('allowed_hosts')}.",
        )
    path = quote(parts.path, safe=_SAFE_IN_PATH) or "/"
    return urlunsplit(("https", str(authority), path, quote(parts.query, safe=_SAFE_IN_PATH), ""))


def check_hosts(allowed_hosts: Sequence[str]) -> None:
    """An entry that is no host would allow nothing, and nobody would see why. Raises ``Pkcs12Error``: ``bad_arguments``."""
    for entry in allowed_hosts:
        _listed(entry)


def host_of(url: str) -> str:
    """The host of a URL for a message, with its port if that is not 443. It is ``an invalid address`` when there is none."""
    try:
        return str(_authority(_split(url)) or "an invalid address")
    except Pkcs12Error:
        return "an invalid address"


def url_hash(url: str) -> str:
    """SHA-256 of a URL, lower-case hex. It identifies a link without giving it away."""
    return hashlib.sha256(url.encode("utf-8", errors="surrogatepass")).hexdigest()


def _split(url: str) -> SplitResult:
    if len(url) > MAX_LENGTH:
        raise _invalid(f"it has more than {MAX_LENGTH} characters")
    if _UNSAFE.search(url):
        # urlsplit would drop some of them silently
        raise _invalid("it has a space, a control character or a backslash")
    try:
        return urlsplit(url)
    except ValueError:
        raise _invalid("its host is not valid") from None


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
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"The entry {entry!r} of {named('allowed_hosts')} is not a host name.",
            next_step="Write the exact name of the host, or name:port. A wildcard, a scheme and a path are not possible.",
            setting="allowed_hosts",
        )
    return found


def _invalid(reason: str) -> Pkcs12Error:
    return Pkcs12Error(
        code="url_invalid",
        cause=f"The URL cannot be used: {reason}.",
        next_step="Copy the whole URL from the issuer's mail again.",
    )
