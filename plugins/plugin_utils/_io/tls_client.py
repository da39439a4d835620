# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""TLS with a client certificate, by pyOpenSSL: the standard library takes a key from a file alone, and a key must not be in one.

The key goes to OpenSSL in memory (``Context.use_privatekey``). OpenSSL never sees the socket, so each wait has a deadline.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

with suppress(ImportError):  # without it the file still loads, and check_openssl refuses the task
    from OpenSSL import SSL, crypto

from .._crypto.pkcs12 import Bundle
from .._crypto.server_name import names_host
from .._errors import Pkcs12Error, Problem
from .deadline import Deadline
from .network_errors import outside

CHUNK = 16_384
ALERT_NUMBER = 0xFF
"""Of the number in OpenSSL's information about an alert; its level is above."""

Result = TypeVar("Result")


class TlsError(Exception):
    """OpenSSL or the other side ended the connection."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass
class Observed:
    """What the handshakes of a connection have shown so far.

    ``alert``: number of the server's last alert. ``untrusted``: OpenSSL's number for why the server's certificate is not trusted, and the
    depth of the certificate in its chain. ``misnamed``: it is for another host.
    """

    asked: bool = False
    sent: bool = False
    alert: int | None = None
    untrusted: tuple[int, int] | None = None
    misnamed: bool = False
    server_der: bytes | None = None


def check_openssl() -> None:
    """Raises ``Pkcs12Error`` (``missing_library``) when the controller's Python lacks pyOpenSSL."""
    if "SSL" not in globals():
        raise Pkcs12Error(Problem("missing_library.pyopenssl"))


@dataclass
class TlsClient:
    """A connection of TLS over a connected socket."""

    carrier: socket.socket
    host: str
    ca_path: str | None
    deadline: Deadline
    bundle: Bundle = field(repr=False)
    observed: Observed = field(default_factory=Observed)

    def handshake(self) -> None:
        """Raises ``TlsError``, ``OSError``, and ``Pkcs12Error`` (``ca_file``)."""
        self._tls = SSL.Connection(self._context(), None)
        with suppress(UnicodeEncodeError):
            self._tls.set_tlsext_host_name(self.host.encode("ascii"))
        self._tls.set_connect_state()
        self._run(self._tls.do_handshake)

    @property
    def version(self) -> str:
        """Like ``TLSv1.3``."""
        return self._tls.get_protocol_version_name()

    @property
    def issuers(self) -> tuple[str, ...]:
        """The authorities that the server asks for, as distinguished names (RFC 4514)."""
        return tuple(_name(each) for each in self._tls.get_client_ca_list())

    def wait_for_alert(self, seconds: float) -> None:
        """Reads what comes within this time: in TLS 1.3 a server refuses a certificate after the handshake. Raises ``TlsError``."""
        self.carrier.settimeout(seconds)
        try:
            received = self.carrier.recv(CHUNK)
        except TimeoutError:
            return
        if not received:
            return
        self._tls.bio_write(received)
        with suppress(SSL.WantReadError):
            self._converted(lambda: self._tls.recv(CHUNK, socket.MSG_PEEK))

    def send(self, data: bytes) -> None:
        """A server that has refused may have closed already: its reason is then read by ``receive``. Raises ``TlsError``."""
        with suppress(ConnectionError):
            self._run(lambda: self._tls.sendall(data))

    def receive(self) -> bytes:
        """What has come, empty at the end. Raises ``TlsError``, ``OSError``."""
        try:
            return self._run(lambda: self._tls.recv(CHUNK))
        except SSL.ZeroReturnError:
            return b""

    def _run(self, operation: Callable[[], Result]) -> Result:
        while True:
            try:
                result = self._converted(operation)
            except SSL.WantReadError:
                self._flush()
                self._fill()
                continue
            except TlsError:
                with suppress(OSError):
                    self._flush()  # our own alert
                raise
            self._flush()
            return result

    @staticmethod
    def _converted(operation: Callable[[], Result]) -> Result:
        try:
            return operation()
        except (SSL.WantReadError, SSL.ZeroReturnError):
            raise
        except SSL.Error as problem:
            raise TlsError(_problem(problem)) from None

    def _flush(self) -> None:
        while True:
            try:
                data = self._tls.bio_read(CHUNK)
            except SSL.WantReadError:
                return
            self.carrier.settimeout(self.deadline.left())
            self.carrier.sendall(data)

    def _fill(self) -> None:
        self.carrier.settimeout(self.deadline.left())
        received = self.carrier.recv(CHUNK)
        if not received:
            raise TlsError(Problem("network.closed"))
        self._tls.bio_write(received)

    def _context(self) -> SSL.Context:
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.use_privatekey(self.bundle.key)
        context.use_certificate(self.bundle.leaf_x509)
        for each in self.bundle.chain:
            if each.subject != each.issuer:
                context.add_extra_chain_cert(crypto.load_certificate(crypto.FILETYPE_ASN1, each.der).to_cryptography())
        self._trust(context)
        context.set_verify(SSL.VERIFY_PEER, self._judge_server)
        context.set_info_callback(self._observe)
        return context

    def _trust(self, context: SSL.Context) -> None:
        if self.ca_path is None:
            context.set_default_verify_paths()
            return
        is_folder = Path(self.ca_path).is_dir()
        try:
            context.load_verify_locations(*((None, self.ca_path) if is_folder else (self.ca_path, None)))
        except SSL.Error:
            raise Pkcs12Error(Problem("ca_file", {"path": self.ca_path}, "ca_path")) from None

    def _judge_server(self, _tls: Any, certificate: Any, error: int, depth: int, good: int) -> bool:
        """OpenSSL calls it for each certificate of the server's chain, from the root down, before anything of ours is sent."""
        seen, der = self.observed, crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)
        if depth == 0 or seen.server_der is None:
            seen.server_der = der
        if not good:
            seen.untrusted = error, depth
        elif depth == 0:
            seen.misnamed = not names_host(der, self.host)
        return bool(good) and not seen.misnamed

    def _observe(self, tls: Any, where: int, number: int) -> None:
        """OpenSSL calls it at each state of a handshake, also of a renegotiation, and at each alert."""
        if where & SSL.SSL_CB_ALERT and where & SSL.SSL_CB_READ and number & ALERT_NUMBER:
            self.observed.alert = number & ALERT_NUMBER
        elif where & SSL.SSL_CB_LOOP:
            state = tls.get_state_string()
            self.observed.asked |= b"read server certificate request" in state
            # Only who has sent a certificate signs.
            self.observed.sent |= b"write certificate verify" in state


def _problem(error: Exception) -> Problem:
    details = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return Problem("network.tls", {"reason": outside(str(details[-1][-1]))}) if details else Problem("network.closed")


def _name(name: Any) -> str:
    parts = [(key.decode("ascii", "replace"), value.decode("utf-8", "replace")) for key, value in name.get_components()]
    return ",".join(f"{key}={value}" for key, value in reversed(parts))
