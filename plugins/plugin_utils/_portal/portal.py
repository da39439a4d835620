# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Mutual TLS with a portal from the controller: one GET that shows the certificate of a bundle. Redirections are not followed."""

from __future__ import annotations

import base64
import contextlib
import http.client
import io
import socket
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from .._crypto.certificate import UnreadableCertificate, read_certificate
from .._crypto.pkcs12 import Bundle
from .._errors import Problem
from .._io.deadline import Deadline, connected
from .._io.network_errors import FAILED, network_problem
from .._io.tls_client import TlsClient, TlsError, check_openssl
from .address import PortalAddress, Proxy
from .visit import Visit, cause_of_alert, cause_of_answer

AGENT = "hospital_it.pkcs12"
ALERT_WAIT = 0.5
"""Seconds. In TLS 1.3 a server that refuses a certificate says so in this time; a request in between could lose its reason."""
LONGEST_ANSWER = 65_536
"""Bytes of an answer. A page that says why it refuses is much shorter."""
ERROR_STATUS = 400


@dataclass(frozen=True, slots=True)
class PortalTarget:
    """A portal, how to reach it and what to expect. ``ca_path`` None: the authorities that the controller trusts. ``timeout``: seconds.

    ``expected``: the good HTTP statuses; empty for 200 to 399.
    """

    address: PortalAddress
    proxy: Proxy | None = None
    ca_path: str | None = None
    timeout: int = 30
    expected: Collection[int] = ()


def visit_portal(target: PortalTarget, bundle: Bundle) -> Visit:
    """Connects once. What goes wrong on the way is the ``cause`` of the visit.

    Raises ``Pkcs12Error``: ``missing_library``, ``ca_file``.
    """
    check_openssl()
    deadline = Deadline(target.timeout, target.timeout)
    try:
        carrier = _connect(target, deadline)
    except FAILED as problem:
        return Visit(cause="proxy" if target.proxy else "unreachable", details=(network_problem(problem),))
    with carrier:
        if target.proxy and (refused := _tunnel(carrier, target.proxy, target.address.place)):
            return Visit(cause="proxy", details=(refused,))
        return _visit(TlsClient(carrier, target.address.host, target.ca_path, deadline, bundle), target)


def _connect(target: PortalTarget, deadline: Deadline) -> socket.socket:
    near = target.proxy or target.address
    carrier = connected(near.host, near.port, deadline)
    carrier.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return carrier


def _tunnel(carrier: socket.socket, proxy: Proxy, place: str) -> Problem | None:
    """Asks the proxy for a tunnel (CONNECT). Returns why there is none."""
    headers = {"Host": place}
    if proxy.credentials is not None:
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(proxy.credentials.encode()).decode()}"
    asking = http.client.HTTPConnection(proxy.host, proxy.port)
    asking.sock = carrier
    try:
        asking.request("CONNECT", place, headers=headers)
        # Not getresponse: it would close the socket, in which the tunnel is.
        answer = http.client.HTTPResponse(carrier, method="CONNECT")
        answer.begin()
    except FAILED as problem:
        return network_problem(problem)
    return None if answer.status == 200 else Problem("network.proxy_status", {"status": answer.status})


def _visit(tls: TlsClient, target: PortalTarget) -> Visit:
    try:
        tls.handshake()
        if tls.version == "TLSv1.3":
            tls.wait_for_alert(ALERT_WAIT)
        status, page = _get(tls, target.address)
    except TlsError as ended:
        return _ended(tls, ended.problem)
    except FAILED as problem:
        return _ended(tls, network_problem(problem))
    visit = replace(_seen(tls), http_status=status)
    return replace(visit, cause=cause_of_answer(visit, page, target.expected))


class _Incoming(io.RawIOBase):
    """What comes from the server. A server that ends without a farewell has answered all the same, if anything came."""

    def __init__(self, tls: TlsClient) -> None:
        self._tls, self._left, self._has_come = tls, b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            try:
                self._left = self._tls.receive()
            except (TlsError, OSError):
                if not self._has_come:
                    raise
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        self._has_come = True
        return size


@dataclass(frozen=True)
class _Channel:
    """What http.client needs of a socket."""

    tls: TlsClient

    def sendall(self, data: bytes) -> None:
        self.tls.send(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self.tls))

    def close(self) -> None:
        """The carrier is closed by whoever opened it."""


def _get(tls: TlsClient, address: PortalAddress) -> tuple[int, bytes]:
    """The status of the answer, and of a bad one its page."""
    connection = http.client.HTTPConnection(address.host, address.port)
    vars(connection)["sock"] = _Channel(tls)
    headers = {"Host": address.authority, "User-Agent": AGENT, "Accept": "text/html, */*", "Connection": "close"}
    connection.request("GET", address.path, headers=headers)
    answer = connection.getresponse()
    page = b""
    with contextlib.suppress(http.client.HTTPException):  # what came of a page is enough
        while answer.status >= ERROR_STATUS and len(page) < LONGEST_ANSWER and (more := answer.read1(LONGEST_ANSWER)):
            page += more
    return answer.status, page


def _seen(tls: TlsClient) -> Visit:
    seen = tls.observed
    server = None
    with contextlib.suppress(UnreadableCertificate):
        server = read_certificate(seen.server_der) if seen.server_der else None
    return Visit(tls.version, seen.asked, seen.sent, tls.issuers, server=server)


def _ended(tls: TlsClient, reason: Problem) -> Visit:
    """The visit for a connection that ended before an answer came."""
    seen = tls.observed
    if seen.untrusted is not None:
        number, depth = seen.untrusted
        why = Problem("network.openssl_number", {"number": number, "depth": depth})
        return replace(_seen(tls), cause="untrusted_server", details=(reason, why))
    if seen.misnamed:
        return replace(_seen(tls), cause="name_mismatch")
    alert = () if seen.alert is None else (Problem("portal.seen_alert", {"number": seen.alert}),)
    cause = cause_of_alert(seen.alert, seen.asked, seen.sent)
    return replace(_seen(tls), cause=cause, details=(*alert, reason))
