# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of revocation lists on the loopback interface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from unit.plugins.plugin_utils.http_server import serving


@dataclass
class CrlServer:
    """Answers with ``pages``: status and body by path; ``headers`` are added to each answer. ``asked``: the paths so far."""

    host: str = ""
    pages: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        status, body = self.pages.get(handler.path, (404, b""))
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **self.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def url(self, name: str) -> str:
        return f"http://{self.host}/{name}"


@contextmanager
def crl_server() -> Iterator[CrlServer]:
    server = CrlServer()
    with serving(server.answer, None) as server.host:
        yield server
