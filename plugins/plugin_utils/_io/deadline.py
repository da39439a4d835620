# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Connections that end at one moment, however slowly the other side sends: connect, handshake, headers and body alike.

A timeout of a socket is for one wait, and each byte begins another one. So each wait here has only what is left until that moment.
Signals that wait for the end of a download so wait for no server.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any, cast
from urllib.request import BaseHandler, HTTPHandler, HTTPRedirectHandler, HTTPSHandler, OpenerDirector, build_opener


class TookTooLong(TimeoutError):
    """The moment at which everything had to end."""


class Deadline:
    """``seconds`` from now. ``silence``: seconds without anything from the other side, after which it counts as gone."""

    def __init__(self, seconds: float, silence: float) -> None:
        self._ends, self._silence = time.monotonic() + seconds, silence

    def left(self) -> float:
        """For how many seconds to wait next. Raises ``TookTooLong``."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TookTooLong("timed out")
        return min(left, self._silence)


class _Plain(socket.socket):
    """A socket that reads until the deadline; http.client reads by ``recv_into``."""

    deadline: Deadline

    def recv_into(self, *arguments: Any, **keywords: Any) -> int:
        self.settimeout(self.deadline.left())
        try:
            return super().recv_into(*arguments, **keywords)
        except TimeoutError:
            self.deadline.left()  # if it is over
            raise


class _Encrypted(_Plain, ssl.SSLSocket):
    """The same for TLS. The handshake is one wait, with the timeout of the socket below it."""


def connected(host: str, port: int, deadline: Deadline) -> socket.socket:
    """A connection to the first address of the host that answers. Raises ``OSError``."""
    failure = OSError("it has no address")
    for family, kind, protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        carrier = _Plain(family, kind, protocol)
        carrier.deadline = deadline
        try:
            carrier.settimeout(deadline.left())
            carrier.connect(address)
        except OSError as problem:
            carrier.close()
            failure = problem
        else:
            return carrier
    raise failure


def opener(deadline: Deadline, context: ssl.SSLContext, *handlers: BaseHandler) -> OpenerDirector:
    """Opens http and https, and follows no redirect. ``context`` is for this opener alone."""
    context.sslsocket_class = cast(type[ssl.SSLSocket], type("Encrypted", (_Encrypted,), {"deadline": deadline}))
    return build_opener(_NoRedirect, _Http(deadline), _Https(deadline, context), *handlers)


class _NoRedirect(HTTPRedirectHandler):
    """A redirect is an answer like any other that is not what was asked for. Its address is not even read."""

    def http_error_302(self, *_arguments: Any, **_keywords: Any) -> None:
        return None

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _by(kind: type[http.client.HTTPConnection], deadline: Deadline) -> Callable[..., http.client.HTTPConnection]:
    def connection(host: str, **options: Any) -> http.client.HTTPConnection:
        made = kind(host, **options)
        vars(made)["_create_connection"] = lambda address, *_rest: connected(address[0], address[1], deadline)
        return made

    return connection


class _Http(HTTPHandler):
    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def http_open(self, req: Any) -> Any:
        return self.do_open(cast(Any, _by(http.client.HTTPConnection, self._deadline)), req)


class _Https(HTTPSHandler):
    def __init__(self, deadline: Deadline, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._deadline, self._own = deadline, context

    def https_open(self, req: Any) -> Any:
        return self.do_open(cast(Any, _by(http.client.HTTPSConnection, self._deadline)), req, context=self._own)
