# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS before a listener: its certificate, and whose client certificates it asks for."""

from __future__ import annotations

import select
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from lab.tls import context_of

HANDSHAKE = 20.0  # seconds


@dataclass(frozen=True, slots=True)
class Tls:
    """``certificate``: key and chain of the listener, PEM. ``clients``: the authorities of client certificates; none: it asks for none.

    ``later``: it speaks TLS 1.3 and asks after the handshake, when a request is there, as Windows 11 is reported to do.
    """

    certificate: bytes = field(repr=False)
    clients: tuple[x509.Certificate, ...] = ()
    later: bool = False

    @property
    def own(self) -> bytes:
        """The listener's own certificate, DER."""
        return x509.load_pem_x509_certificates(self.certificate)[0].public_bytes(Encoding.DER)

    def context(self) -> ssl.SSLContext:
        """What accepts connections. A client without a certificate may come in: its logon may be another one."""
        context = context_of(self.certificate)
        if self.clients:
            context.load_verify_locations(
                cadata="".join(each.public_bytes(Encoding.PEM).decode() for each in self.clients)
            )
            context.verify_mode = ssl.CERT_OPTIONAL
        if self.later:
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.post_handshake_auth = True
        return context


def accept(context: ssl.SSLContext, connection: socket.socket) -> ssl.SSLSocket:
    """Shakes hands. Raises ``OSError``."""
    connection.settimeout(HANDSHAKE)
    wrapped = context.wrap_socket(connection, server_side=True)
    wrapped.settimeout(None)
    return wrapped


def client_certificate(connection: ssl.SSLSocket) -> bytes | None:
    """What the client shows, DER. Raises ``OSError`` where it was to be asked after the handshake, and does not answer."""
    if connection.context.post_handshake_auth and _shown(connection) is None:
        connection.verify_client_post_handshake()
        connection.do_handshake()
        connection.setblocking(False)
        while _shown(connection) is None:
            if not select.select([connection], [], [], HANDSHAKE)[0]:
                raise TimeoutError("the client shows no certificate")
            with suppress(ssl.SSLWantReadError):  # It waits for the answer to its request, so it sends nothing else.
                connection.recv(1)
        connection.setblocking(True)
    return _shown(connection)


def _shown(connection: ssl.SSLSocket) -> bytes | None:
    try:
        return connection.getpeercert(binary_form=True)
    except ValueError:  # a part of it is there
        return None
