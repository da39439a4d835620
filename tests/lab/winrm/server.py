# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listener: accepts connections on the loopback interface, one thread each."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType

from lab.winrm.connection import Connection, Service
from lab.winrm.intercept import Cut, Intercept
from lab.winrm.ledger import Ledger
from lab.winrm.shell import Shells
from lab.workstation_interface import AuthMethod, Workstation


class Listener:
    """WinRM over HTTP before one workstation, on 127.0.0.1. Port 0 takes a free one. The workstation is not closed."""

    def __init__(
        self,
        workstation: Workstation,
        ledger: Ledger,
        port: int = 0,
        auth: Iterable[AuthMethod] = (AuthMethod.BASIC, AuthMethod.NTLM),
        intercept: Intercept | None = None,
    ) -> None:
        self._service = Service(Shells(workstation), ledger, tuple(auth), intercept)
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
        try:
            with (
                suppress(ConnectionError, Cut),
                connection,
                connection.makefile("rb") as reader,
                connection.makefile("wb") as writer,
            ):
                Connection(self._service, number, reader, writer).run()
        finally:
            with self._lock:
                self._connections.discard(connection)
