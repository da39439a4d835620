# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP proxy that makes tunnels (CONNECT), and nothing else."""

from __future__ import annotations

import base64
import select
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from lab.tls import LOOPBACK


class _ServerOfIPv6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


@dataclass
class WebProxy:
    """Starts on ``with``. ``account``: whom it serves, as ``name:password``; None for everybody. ``address``: where it listens."""

    account: str | None = field(default=None, repr=False)
    address: str = LOOPBACK
    tunnels: list[str] = field(default_factory=list)
    authorisations: list[str | None] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens on the loopback interface."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://[{self.address}]:{self.port}" if ":" in self.address else f"http://{self.address}:{self.port}"

    def __enter__(self) -> WebProxy:
        server = _ServerOfIPv6 if ":" in self.address else ThreadingHTTPServer
        self._server = server((self.address, 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_CONNECT(self) -> None:
                given = self.headers["Proxy-Authorization"]
                proxy.authorisations.append(given)
                if proxy.account and given != "Basic " + base64.b64encode(proxy.account.encode()).decode():
                    self.send_error(407)
                    return
                proxy.tunnels.append(self.path)
                host, _colon, port = self.path.rpartition(":")
                try:
                    far = socket.create_connection((host, int(port)), timeout=10)
                except OSError:
                    self.send_error(502)
                    return
                self.send_response(200)
                self.end_headers()
                with far:
                    _relay(self.connection, far)
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
                """Says nothing: the test asks."""

        return Handler


def _relay(near: socket.socket, far: socket.socket) -> None:
    """Until one side ends."""
    other = {near: far, far: near}
    while True:
        readable, _writable, _broken = select.select([near, far], [], [], 10)
        if not readable:
            return
        for side in readable:
            try:
                data = side.recv(65_536)
                other[side].sendall(data)
            except OSError:
                return
            if not data:
                return
