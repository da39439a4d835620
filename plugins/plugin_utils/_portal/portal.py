# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Mutual TLS with a portal from the controller: one GET that shows the certificate of a bundle. Redirections are not followed."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from .._crypto.certificate import UnreadableCertificate, read_certificate
from .._crypto.pkcs12 import Bundle
from .._io.deadline import Deadline, connected
from .._io.tls_client import TlsClient, TlsError, check_openssl
from .address import PortalAddress, Proxy
from .visit import Visit, cause_of_alert, cause_of_answer

AGENT = "hospital_it.pkcs12"
ALERT_WAIT = 0.5
"""Seconds. In TLS 1.3 a server that refuses a certificate says so in this time; a request in between could lose its reason."""
LONGEST_ANSWER = 65_536
"""Bytes of an answer. A page that says why it refuses is much shorter."""

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


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
    deadline, ends = Deadline(target.timeout, target.timeout), time.monotonic() + target.timeout
    try:
        carrier = _connect(target, deadline)
    except (OSError, ValueError, OverflowError) as problem:
        return Visit(cause="proxy" if target.proxy else "unreachable", detail=_words(problem))
    with carrier:
        try:
            refused = _tunnel(carrier, target, deadline) if target.proxy else None
        except OSError as problem:
            return Visit(cause="proxy", detail=_words(problem))
        if refused is not None:
            return Visit(cause="proxy", detail=refused)
        return _visit(TlsClient(carrier, target.address.host, target.ca_path, ends, bundle), target)


def _connect(target: PortalTarget, deadline: Deadline) -> socket.socket:
    near = target.proxy or target.address
    carrier = connected(near.host, near.port, deadline)
    carrier.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return carrier


def _tunnel(carrier: socket.socket, target: PortalTarget, deadline: Deadline) -> str | None:
    """Asks the proxy for a tunnel (CONNECT). Returns why there is none."""
    place = target.address.place
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if target.proxy and target.proxy.credentials is not None:
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(target.proxy.credentials.encode()).decode()}")
    carrier.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
    head = b""
    while not head.endswith(b"\r\n\r\n") and len(head) < LONGEST_ANSWER:
        carrier.settimeout(deadline.left())
        more = carrier.recv(1)
        if not more:
            break
        head += more
    found = _STATUS.match(head)
    if found is None:
        return "it does not speak HTTP"
    return None if found[1] == b"200" else f"it answers {int(found[1])}"


def _visit(tls: TlsClient, target: PortalTarget) -> Visit:
    try:
        tls.handshake()
        if tls.version == "TLSv1.3":
            tls.wait_for_alert(ALERT_WAIT)
        page = _get(tls, target.address)
    except TlsError as problem:
        return _ended(tls, str(problem))
    except OSError as problem:
        return _ended(tls, _words(problem))
    found = _STATUS.match(page)
    if found is None:
        return _ended(tls, "no HTTP came back")
    visit = replace(_seen(tls), http_status=int(found[1]))
    return replace(visit, cause=cause_of_answer(visit, page, target.expected))


def _get(tls: TlsClient, address: PortalAddress) -> bytes:
    lines = [
        f"GET {address.path} HTTP/1.1",
        f"Host: {address.authority}",
        f"User-Agent: {AGENT}",
        "Accept: text/html, */*",
    ]
    tls.send("\r\n".join([*lines, "Connection: close", "", ""]).encode("ascii"))
    answer = b""
    while len(answer) < LONGEST_ANSWER:
        try:
            more = tls.receive()
        except (TlsError, OSError):
            if _STATUS.match(answer):
                break  # a server that ends without a farewell has answered all the same
            raise
        if not more:
            break
        answer += more
        if _is_whole(answer):
            break
    return answer


def _is_whole(answer: bytes) -> bool:
    """Whether all of an answer is there that is of interest: of a good one the head."""
    head, end, content = answer.partition(b"\r\n\r\n")
    found = _STATUS.match(head)
    if not end or found is None:
        return False
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found[1]) < 400 or (length is not None and len(content) >= int(length[1]))


def _seen(tls: TlsClient) -> Visit:
    seen = tls.observed
    server = None
    with contextlib.suppress(UnreadableCertificate):
        server = read_certificate(seen.server_der) if seen.server_der else None
    return Visit(tls.version, seen.asked, seen.sent, tls.issuers, server=server)


def _ended(tls: TlsClient, reason: str) -> Visit:
    """The visit for a connection that ended before an answer came."""
    seen = tls.observed
    if seen.untrusted is not None:
        return replace(_seen(tls), cause="untrusted_server", detail=f"{reason}, {seen.untrusted}")
    if seen.misnamed:
        return replace(_seen(tls), cause="name_mismatch")
    detail = f"alert {seen.alert}, {reason}" if seen.alert is not None else reason
    return replace(_seen(tls), cause=cause_of_alert(seen.alert, seen.asked, seen.sent), detail=detail)


def _words(problem: Exception) -> str:
    text = getattr(problem, "strerror", None) or str(problem)
    return text or type(problem).__name__
