# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Gets revocation lists from their distribution points: http or https, from hosts that the site has named, within limits.

Issuers publish them over http, because they are signed (RFC 5280, 8). The client of ``_io`` speaks https only, and stays so.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import Request

from .._errors import Pkcs12Error, Problem
from .._io.deadline import Deadline, opener
from .._io.network_errors import FAILED, reason_of
from .._policy.revocation import CrlProblem, NotUsable

PORTS = {"http": 80, "https": 443}
CHUNK = 65_536
MOST_BYTES = 32 * 1024 * 1024
"""Of one list."""
MOST_DOWNLOADS = 50
"""Of one report: the URLs are in certificates, and a workstation can have any certificate."""
ANSWER_TIME = 20
"""Seconds without an answer."""
WHOLE_TIME = 60
"""Seconds for one list."""

_ENTRY = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*(:[0-9]{1,5})?")


def is_fetchable(url: str) -> bool:
    """Whether a distribution point is one that can be asked here. LDAP cannot."""
    return url.lower().startswith(tuple(f"{scheme}://" for scheme in PORTS))


class Downloads:
    """The downloads of one report. ``hosts``: names, or ``name:port``. Raises ``Pkcs12Error`` (``bad_arguments``) for anything else."""

    def __init__(self, hosts: Sequence[str]) -> None:
        wrong = next((entry for entry in hosts if not _ENTRY.fullmatch(entry)), None)
        if wrong is not None:
            raise Pkcs12Error(Problem("bad_arguments.crl_host", {"given": wrong}, "crl_hosts"))
        self._hosts = frozenset(entry.lower() for entry in hosts)
        self._left = MOST_DOWNLOADS

    def get(self, url: str) -> bytes:
        """The whole answer. Raises ``NotUsable``."""
        host = _host_of(url)
        if host not in self._hosts:
            raise NotUsable(CrlProblem.HOST_NOT_ALLOWED, host or "")
        if self._left <= 0:
            raise NotUsable(CrlProblem.UNREADABLE, f"> {MOST_DOWNLOADS}")
        self._left -= 1
        within = Deadline(WHOLE_TIME, ANSWER_TIME)
        try:
            with opener(within, ssl.create_default_context()).open(Request(url)) as answer:  # noqa: S310  http or https
                return _body(answer)
        except HTTPError as answer:
            raise NotUsable(CrlProblem.UNREADABLE, f"HTTP {answer.code}") from None
        except FAILED as problem:
            raise NotUsable(CrlProblem.UNREADABLE, reason_of(problem)) from None


def _body(answer: Any) -> bytes:
    data = bytearray()
    while chunk := answer.read1(CHUNK):
        data += chunk
        if len(data) > MOST_BYTES:
            raise NotUsable(CrlProblem.UNREADABLE, f"> {MOST_BYTES} B")
    expected = answer.headers.get("Content-Length", "")
    if expected.isdecimal() and len(data) < int(expected):
        raise NotUsable(CrlProblem.UNREADABLE, f"{len(data)} / {expected} B")
    return bytes(data)


def _host_of(url: str) -> str | None:
    """The host as ``crl_hosts`` names it: with a port only if it is not the scheme's. None without one, or with a user name before it."""
    try:
        parts: SplitResult = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or "@" in parts.netloc or parts.scheme.lower() not in PORTS:
        return None
    return host if port in (None, PORTS[parts.scheme.lower()]) else f"{host}:{port}"
