# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1.1 as far as a WinRM listener needs it: requests read and responses written on a connection that stays open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import parse_headers
from typing import BinaryIO

LONGEST_LINE = 8192
LARGEST_BODY = 8 << 20


class NotHttp(ConnectionError):
    """What came is not a request that this service can read; the connection ends."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request, read to its end."""

    method: str
    path: str
    content_type: str
    authorization: str | None = field(repr=False)
    body: bytes = field(repr=False)
    last: bool


def read(stream: BinaryIO) -> HttpRequest | None:
    """Reads the next request; None when the client has closed. Raises ``NotHttp`` and ``OSError``."""
    line = stream.readline(LONGEST_LINE)
    if not line:
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise NotHttp("no request line")
    headers = parse_headers(stream)
    length = headers.get("Content-Length", "0")
    if not length.isdigit() or int(length) > LARGEST_BODY:
        raise NotHttp("no usable Content-Length")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise NotHttp("the body is cut")
    return HttpRequest(
        method=words[0],
        path=words[1],
        content_type=headers.get("Content-Type", ""),
        authorization=headers.get("Authorization"),
        body=body,
        last=headers.get("Connection", "").lower() == "close",
    )


def write(stream: BinaryIO, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
    """Writes a response in one piece. Raises ``OSError``."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Server: Microsoft-HTTPAPI/2.0"]
    lines += [f"{name}: {value}" for name, value in headers]
    lines += [f"Content-Length: {len(body)}", "", ""]
    stream.write("\r\n".join(lines).encode("latin-1") + body)
    stream.flush()
