# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listener: accepts connections on the loopback interface, one thread each."""

from __future__ import annotations

import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType

from lab.winrm.auth import no_certificate
from lab.winrm.connection import Connection, Service
from lab.winrm.intercept import Cut, Intercept
from lab.winrm.kerberos_keys import KerberosKeys
from lab.winrm.ledger import Ledger
from lab.winrm.psrp import RESOURCE, PsrpShell
from lab.winrm.shell import CMD, Factory, Shell, Shells
from lab.winrm.tls import Tls, accept, client_certificate
from lab.workstation_interface import AuthMethod, Workstation

FACTORIES: Mapping[str, Factory] = {CMD: Shell, RESOURCE: PsrpShell}


@dataclass(frozen=True, slots=True)
class Access:
    """``keys``: the service's keys for Kerberos. ``refused``: accounts that may log on, but may not have a shell."""

    keys: KerberosKeys | None = None
    refused: tuple[str, ...] = ()


def closed_port(port: int) -> socket.socket:
    """A socket that has a port which was just closed, and does not listen. A port that is free would be given to another process."""
    for reuse in (0, 1):  # a port with connections that have just ended needs it; without it, the port is sure
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
        with suppress(OSError):
            held.bind(("127.0.0.1", port))
            return held
        held.close()
    raise OSError(f"another process has the port {port} already")


class Listener:
    """WinRM before one workstation, on 127.0.0.1: over HTTP, or HTTPS with ``tls``. Port 0 takes a free one. The workstation is not closed.

    ``access``: who may have a shell, and what Kerberos needs.
    """

    def __init__(
        self,
        workstation: Workstation,
        ledger: Ledger,
        port: int = 0,
        auth: Iterable[AuthMethod] = (AuthMethod.BASIC, AuthMethod.NTLM),
        intercept: Intercept | None = None,
        tls: Tls | None = None,
        access: Access = Access(),
    ) -> None:
        self._service = Service(
            Shells(workstation, FACTORIES, access.refused), ledger, tuple(auth), intercept, access.keys, tls
        )
        self._tls = tls.context() if tls else None
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._socket = socket.create_server(("127.0.0.1", port), backlog=64)
        self._thread = threading.Thread(target=self._accept, name=f"winrm-{workstation.name}", daemon=True)

    @property
    def port(self) -> int:
        """The TCP port it listens on; connections wait until ``start``."""
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def close(self) -> None:
        """Ends connections and shells, and what runs in them."""
        with suppress(OSError):  # Wakes accept(); BSDs say that a listening socket is not connected.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            connections, self._connections = self._connections, set()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._service.shells.close()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Listener:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        for number in itertools.count(1):
            try:
                connection, _rest = self._socket.accept()
            except OSError:
                return
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client: Callable[[], bytes | None] = no_certificate
        try:
            if self._tls:
                connection = encrypted = self._shake_hands(self._tls, connection)
                client = partial(client_certificate, encrypted)
            with (
                connection,
                connection.makefile("rb") as reader,
                connection.makefile("wb") as writer,
            ):
                Connection(self._service, number, reader, writer, client).run()
        except (ConnectionError, ssl.SSLError, TimeoutError, Cut):
            connection.close()
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _shake_hands(self, context: ssl.SSLContext, connection: socket.socket) -> ssl.SSLSocket:
        with self._lock:
            self._connections.discard(connection)
        wrapped = accept(context, connection)
        with self._lock:
            self._connections.add(wrapped)
        return wrapped
