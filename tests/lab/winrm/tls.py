# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS before a listener: its certificate, and whose client certificates it asks for."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from lab.tls import context_of

HANDSHAKE = 20.0  # seconds


@dataclass(frozen=True, slots=True)
class Tls:
    """``certificate``: key and chain of the listener, PEM. ``clients``: the authorities of client certificates; none: it asks for none."""

    certificate: bytes = field(repr=False)
    clients: tuple[x509.Certificate, ...] = ()

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
        return context


def accept(context: ssl.SSLContext, connection: socket.socket) -> ssl.SSLSocket:
    """Shakes hands. Raises ``OSError``."""
    connection.settimeout(HANDSHAKE)
    wrapped = context.wrap_socket(connection, server_side=True)
    wrapped.settimeout(None)
    return wrapped
