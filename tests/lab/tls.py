# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server on the loopback interface needs for TLS, and what a client needs to trust it."""

from __future__ import annotations

import os
import ssl
import tempfile
import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.serialization import Encoding

from lab.authority import Authority

LOOPBACK = "127.0.0.1"


def server_context(authority: Authority, address: str = LOOPBACK) -> ssl.SSLContext:
    """TLS with a certificate of the authority for this address."""
    return context_of(authority.certify_server(address))


def context_of(key_and_chain: bytes) -> ssl.SSLContext:
    """TLS of a server with this key and these certificates, in PEM."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    handle, name = tempfile.mkstemp()  # OpenSSL takes keys from files alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key_and_chain)
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()
    return context


def trust(authority: Authority, folder: Path) -> Path:
    """The file of a client that trusts this authority and no other."""
    path = folder / "authority.pem"
    path.write_bytes(authority.root.public_bytes(Encoding.PEM))
    return path


class TlsServer(ABC):
    """Serves on the loopback interface from ``with`` to its end. A subclass has ``context`` and says what handles a request."""

    context: ssl.SSLContext
    _server: ThreadingHTTPServer

    @abstractmethod
    def _handler(self) -> type[BaseHTTPRequestHandler]: ...

    def __enter__(self) -> Self:
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
