# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A portal: it asks for a client certificate of an authority, then for the four-digit access code. Beside it is a public start page."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from lab.authority import Authority
from lab.portal_tls import Demand, Terms, ask_again, server_context
from lab.tls import LOOPBACK

LONGEST_REQUEST = 65_536
NUMBER = re.compile(r" - (\S+)$")
FORM = """<!doctype html><title>Portail</title><h1>Bienvenue, {name}</h1>
<form method="post" action="/login"><label for="code">Code d'acc&egrave;s (4 chiffres)</label>
<input id="code" name="code" inputmode="numeric" maxlength="4"><button>Valider</button></form>"""
START = '<!doctype html><title>Accueil</title><h1>Le registre</h1><a href="{url}">Acc&eacute;der au portail</a>'


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

    ``access_codes``: the four digits by authorisation number. ``status``: what every page answers, None for what it deserves.
    ``body``: the page of such an answer. ``port``: where it asks for a certificate. ``terms``: how it asks for certificates.
    """

    authority: Authority
    access_codes: Mapping[str, str] = field(default_factory=dict, repr=False)
    terms: Terms = field(default_factory=Terms)
    status: int | None = None
    body: str = ""
    visitors: list[Visit] = field(default_factory=list)
    logged_on: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    port: int = field(default=0, init=False)
    start_port: int = field(default=0, init=False)

    @property
    def url(self) -> str:
        """The address that asks for a certificate."""
        return f"https://{self._host}:{self.port}/"

    @property
    def start_url(self) -> str:
        """The public start page, which links to the other address."""
        return f"http://{self._host}:{self.start_port}/"

    @property
    def _host(self) -> str:
        """The address as a URL has it."""
        return f"[{self.terms.address}]" if ":" in self.terms.address else self.terms.address

    def __enter__(self) -> Portal:
        self._context = server_context(self.authority, self.terms)
        place = (self.terms.address, 0)
        family = socket.AF_INET6 if ":" in self.terms.address else socket.AF_INET
        self._listeners: Sequence[socket.socket] = [socket.create_server(place, family=family) for _each in range(2)]
        self.port, self.start_port = (int(listener.getsockname()[1]) for listener in self._listeners)
        for listener, serve in zip(self._listeners, (self._serve_tls, self._serve_start_page), strict=True):
            threading.Thread(target=self._accept, args=(listener, serve), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)  # it wakes the thread that waits
            listener.close()

    def _accept(self, listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        while True:
            try:
                visitor, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._attend, args=(visitor, serve), daemon=True).start()

    def _attend(self, visitor: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        with visitor:
            visitor.setblocking(True)
            try:
                serve(visitor)
            except (SSL.Error, OSError) as problem:
                self.problems.append(f"{type(problem).__name__}: {problem}")
                _close_gently(visitor)

    def _serve_start_page(self, visitor: socket.socket) -> None:
        _request(lambda: visitor.recv(4096))
        visitor.sendall(_answer(200, START.format(url=self.url)))

    def _serve_tls(self, visitor: socket.socket) -> None:
        tls = SSL.Connection(self._context, visitor)
        tls.set_accept_state()
        tls.do_handshake()
        head, content = _request(lambda: tls.recv(4096))
        method, path, *_version = head.split(" ", 2)
        if self.terms.demand is Demand.AFTER_THE_REQUEST:
            ask_again(tls, visitor)
        peer = tls.get_peer_certificate()
        certificate = peer.to_cryptography() if peer else None
        status, page = self._page(method, path, content, certificate)
        self.visitors.append(Visit(method, path, _thumbprint(certificate), _name(certificate), status))
        tls.sendall(_answer(status, page))
        tls.shutdown()

    def _page(self, method: str, path: str, content: str, certificate: x509.Certificate | None) -> tuple[int, str]:
        if self.status is not None:
            return self.status, self.body
        if certificate is None and self.terms.demand is not Demand.NOTHING:
            return 403, "<h2>403 - Forbidden: Access is denied.</h2>"
        name = _name(certificate) or "visiteur"
        if (method, path) == ("POST", "/login"):
            return self._log_on(name, content)
        return (200, FORM.format(name=name)) if path == "/" else (404, "<h1>404</h1>")

    def _log_on(self, name: str, content: str) -> tuple[int, str]:
        found = NUMBER.search(name)
        number = found[1] if found else ""
        given = parse_qs(content).get("code", [""])[0]
        if number not in self.access_codes or self.access_codes[number] != given:
            return 403, "<h1>Code d'acc&egrave;s incorrect</h1>"
        self.logged_on.append(number)
        return 200, "<h1>Vous &ecirc;tes connect&eacute;</h1>"


def _close_gently(visitor: socket.socket) -> None:
    """Reads what is under way: with unread data, closing resets the connection, and the visitor never reads the alert."""
    with contextlib.suppress(OSError):
        visitor.shutdown(socket.SHUT_WR)
        visitor.settimeout(1)
        while visitor.recv(4096):
            pass


def _request(receive: Callable[[], bytes]) -> tuple[str, str]:
    """The first line of a request, and its content."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) < LONGEST_REQUEST:
        more = receive()
        if not more:
            break
        data += more
    head, _empty, content = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while length and len(content) < int(length[1]) <= LONGEST_REQUEST:
        content += receive()
    return head.decode("latin-1").partition("\r\n")[0], content.decode("latin-1")


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
