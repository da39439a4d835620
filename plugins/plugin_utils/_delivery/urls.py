# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Decides whether a URL from outside may be opened: https only, and only hosts that the site names. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from .._errors import CollectionError

LONGEST_URL = 2048
HTTPS_PORT = 443


def checked_url(url: str, allowed_hosts: Sequence[str]) -> str:
    """The URL itself, if it may be opened.

    ``allowed_hosts``: exact names of hosts, each with ``:port`` where the port is not 443. Names are compared in their IDNA form without
    regard to case, so a name that only looks like an allowed one is another name.
    Raises ``CollectionError``: ``url_invalid``, ``url_not_https``, ``url_host_not_allowed``.
    """
    parts = _split(url)
    if parts.scheme != "https":
        raise CollectionError(
            code="url_not_https",
            cause=f"The URL begins with {parts.scheme}, so anybody on the way could read and change the page.",
            next_step="Ask the issuer for a URL that begins with https.",
        )
    if "@" in parts.netloc:
        raise _invalid("it has a user name before the host, which hides the host from readers")
    host = _endpoint(parts)
    if host not in {_endpoint(_split(f"https://{entry}")) for entry in allowed_hosts}:
        raise CollectionError(
            code="url_host_not_allowed",
            cause=f"The URL leads to {_shown(host)}, which is not in allowed_hosts.",
            next_step="Do not open it. If the issuer confirms this host by another way than mail, add it to allowed_hosts.",
        )
    return url


def _split(url: str) -> SplitResult:
    if (
        not url
        or len(url) > LONGEST_URL
        or not url.isprintable()
        or any(each.isspace() or each == "\\" for each in url)
    ):
        raise _invalid("it is empty or too long, or it has a space, a backslash or a control character")
    try:
        return urlsplit(url)
    except ValueError:
        raise _invalid("its host is none") from None


def _endpoint(parts: SplitResult) -> tuple[str, int]:
    """Host in the IDNA form, and port."""
    try:
        host, port = parts.hostname or "", parts.port
        name = host.encode("idna").decode("ascii").lower()
    except ValueError:  # a UnicodeError is one
        raise _invalid("its host or its port is none") from None
    if not name or "%" in name:
        raise _invalid("its host is none")
    return name, HTTPS_PORT if port is None else port


def _shown(endpoint: tuple[str, int]) -> str:
    host, port = endpoint
    return host if port == HTTPS_PORT else f"{host}:{port}"


def _invalid(problem: str) -> CollectionError:
    return CollectionError(
        code="url_invalid",
        cause=f"The URL cannot be used: {problem}.",
        next_step="Do not open it. Ask the issuer whether the mail is theirs.",
    )
