# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server that takes files with the method PUT, over TLS, as a server with WebDAV does."""

from __future__ import annotations

import base64
import ssl
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from lab.tls import LOOPBACK


@dataclass(frozen=True, slots=True)
class Put:
    """A file that came: what its request said it is, and whether the request had an account."""

    path: str
    data: bytes
    content_type: str | None
    authorised: bool


@dataclass
class WebServer:
    """Starts on ``with``. ``account``: whom it takes files from, as ``name:password``; None for everybody. ``status``: what it answers
    then; None for 201 and, to a file that it has already, 204. ``takes``: how many files it takes before it answers ``status``."""

    context: ssl.SSLContext
    account: str | None = None
    status: HTTPStatus | None = None
    takes: int = 0
    puts: list[Put] = field(default_factory=list)

    @property
    def url(self) -> str:
        """A folder of the server."""
        return f"https://{LOOPBACK}:{self._server.server_address[1]}/reports"

    @property
    def files(self) -> dict[str, bytes]:
        """What the server has by now, by bare names."""
        return {put.path.rpartition("/")[2]: put.data for put in self.puts}

    def __enter__(self) -> WebServer:
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        self._server.socket = self.context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, put: Put) -> HTTPStatus:
        if self.account is not None and not put.authorised:
            return HTTPStatus.UNAUTHORIZED
        there = put.path.rpartition("/")[2] in self.files
        refusal = self.status if len(self.puts) >= self.takes else None
        status = refusal or (HTTPStatus.NO_CONTENT if there else HTTPStatus.CREATED)
        if status < HTTPStatus.MULTIPLE_CHOICES:
            self.puts.append(put)
        return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                expected = "Basic " + base64.b64encode((server.account or "").encode()).decode()
                authorised = self.headers["Authorization"] == expected
                status = server._answer(Put(self.path, data, self.headers["Content-Type"], authorised))
                self.send_response(status)
                if status == HTTPStatus.TEMPORARY_REDIRECT:
                    self.send_header("Location", f"{server.url}/elsewhere/{self.path.rpartition('/')[2]}")
                self.send_header("Set-Cookie", "session=a-cookie-that-no-log-may-have")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
                """Says nothing: the test asks."""

        return Handler
