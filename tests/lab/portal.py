# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A portal: it asks for a client certificate of an authority."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from lab.authority import Authority
from lab.portal_tls import Demand, Terms, ask_again, server_context
from lab.tls import LOOPBACK

LONGEST_REQUEST = 65_536
PAGE = "<!doctype html><title>Portail</title><h1>Bienvenue, {name}</h1>"


@dataclass(frozen=True, slots=True)
class Visit:
    """A request that came. ``thumbprint`` and ``name`` are those of the client certificate, None without one."""

    method: str
    path: str
    thumbprint: str | None
    name: str | None
    status: int


@dataclass
class Portal:
    """Starts on ``with``.

    ``status``: what every page answers, None for what it deserves. ``body``: the page of such an answer. ``terms``: how it asks for
    certificates.
    """

    authority: Authority
    terms: Terms = field(default_factory=Terms)
    status: int | None = None
    body: str = ""
    visitors: list[Visit] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    port: int = field(default=0, init=False)

    @property
    def url(self) -> str:
        """The address that asks for a certificate."""
        host = f"[{self.terms.address}]" if ":" in self.terms.address else self.terms.address
        return f"https://{host}:{self.port}/"

    def __enter__(self) -> Portal:
        self._context = server_context(self.authority, self.terms)
        place = (self.terms.address, 0)
        family = socket.AF_INET6 if ":" in self.terms.address else socket.AF_INET
        self._listener = socket.create_server(place, family=family)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # it wakes the thread that waits
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._attend, args=(visitor,), daemon=True).start()

    def _attend(self, visitor: socket.socket) -> None:
        with visitor:
            visitor.setblocking(True)
            try:
                self._serve(visitor)
            except (SSL.Error, OSError) as problem:
                self.problems.append(f"{type(problem).__name__}: {problem}")
                _close_gently(visitor)

    def _serve(self, visitor: socket.socket) -> None:
        tls = SSL.Connection(self._context, visitor)
        tls.set_accept_state()
        tls.do_handshake()
        method, path, *_version = _request(tls).split(" ", 2)
        if self.terms.demand is Demand.AFTER_THE_REQUEST:
            ask_again(tls, visitor)
        peer = tls.get_peer_certificate()
        certificate = peer.to_cryptography() if peer else None
        status, page = self._page(path, certificate)
        self.visitors.append(Visit(method, path, _thumbprint(certificate), _name(certificate), status))
        tls.sendall(_answer(status, page))
        tls.shutdown()

    def _page(self, path: str, certificate: x509.Certificate | None) -> tuple[int, str]:
        if self.status is not None:
            return self.status, self.body
        if certificate is None and self.terms.demand is not Demand.NOTHING:
            return 403, "<h2>403 - Forbidden: Access is denied.</h2>"
        name = _name(certificate) or "visiteur"
        return (200, PAGE.format(name=name)) if path == "/" else (404, "<h1>404</h1>")


def _close_gently(visitor: socket.socket) -> None:
    """Reads what is under way: with unread data, closing resets the connection, and the visitor never reads the alert."""
    with contextlib.suppress(OSError):
        visitor.shutdown(socket.SHUT_WR)
        visitor.settimeout(1)
        while visitor.recv(4096):
            pass


def _request(tls: SSL.Connection) -> str:
    """The first line of a request, which is read to the end of its head."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) < LONGEST_REQUEST:
        more = tls.recv(4096)
        if not more:
            break
        data += more
    return data.decode("latin-1").partition("\r\n")[0]


def _answer(status: int, page: str) -> bytes:
    content = page.encode()
    head = f"HTTP/1.1 {status} x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(content)}\r\n"
    location = "Location: /elsewhere\r\n" if 300 <= status < 400 else ""
    return f"{head}{location}Connection: close\r\n\r\n".encode() + content


def _thumbprint(certificate: x509.Certificate | None) -> str | None:
    return certificate.fingerprint(hashes.SHA1()).hex().upper() if certificate else None  # noqa: S303


def _name(certificate: x509.Certificate | None) -> str | None:
    if certificate is None:
        return None
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


__all__ = ["LOOPBACK", "Demand", "Portal", "Terms", "Visit"]
