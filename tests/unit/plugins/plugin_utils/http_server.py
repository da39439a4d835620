# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small server on the loopback interface, and what clients of it end with."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.http_client import HttpClient
from lab.tls import LOOPBACK

Serve = Callable[[BaseHTTPRequestHandler], None]

ENDLESS = 600
"""Seconds for which a server drips, a byte each tenth of one. No test waits so long."""


@contextmanager
def serving(serve: Serve, context: ssl.SSLContext | None) -> Iterator[str]:
    """A server whose requests this function answers. Gives its host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            serve(self)

        do_POST = do_PATCH = do_CONNECT = do_GET  # noqa: N815  http.server's own names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"{LOOPBACK}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def drip(send: Callable[[bytes], object]) -> None:
    """Sends a byte each tenth of a second."""
    for _byte in range(ENDLESS * 10):
        try:
            send(b"x")
        except OSError:
            return
        time.sleep(0.1)


def headers_drip(handler: BaseHTTPRequestHandler) -> None:
    """An answer whose header never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    drip(handler.wfile.write)


def body(client: HttpClient, url: str) -> bytes:
    """The whole of a page."""
    return client.open(url).body()


def code(call: Callable[[], Any]) -> str:
    """The code of the error of a call, which tells no path."""
    with pytest.raises(Pkcs12Error) as refusal:
        call()
    assert "/secret" not in str(refusal.value.problem.to_map())
    return refusal.value.code
