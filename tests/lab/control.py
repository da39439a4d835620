# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a command of the lab reaches the hospital that runs in the background: one request and one answer, over the loopback interface.

A request is ``{"order": name, ...arguments}``. An answer is ``{"ok": bool, "said": [sentence, ...]}``. Both are JSON. Who asks proves to
know a random key, which only the owner of the lab's folder can read.
"""

from __future__ import annotations

import json
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from types import TracebackType
from typing import Any

Request = Mapping[str, Any]
Handler = Callable[[Request], list[str]]
LIMIT = 1 << 20


class RefusedError(Exception):
    """An order that cannot be carried out; its text says why and what to do."""


class Control:
    """Takes orders on ``with``, one after the other. ``handler`` carries one out and says what it did, or raises ``RefusedError``."""

    def __init__(self, handler: Handler) -> None:
        self._handler, self._key = handler, secrets.token_hex(24)
        self._listener = Listener(("127.0.0.1", 0), authkey=bytes.fromhex(self._key))
        self._closed = False
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def access(self) -> Mapping[str, Any]:
        """What ``ask`` needs, fit for JSON. It holds a secret."""
        return {"address": list(self._listener.address), "key": self._key}

    def __enter__(self) -> Control:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        host, port = self.access["address"]
        with suppress(OSError):  # accept() returns only when somebody comes; who sends nothing waits for no answer
            socket.create_connection((host, port), timeout=10).close()
        self._thread.join(timeout=10)
        self._listener.close()

    def _serve(self) -> None:
        while not self._closed:
            with suppress(OSError, EOFError, AuthenticationError), self._listener.accept() as connection:
                connection.send_bytes(json.dumps(self._answer(connection.recv_bytes(LIMIT))).encode())

    def _answer(self, data: bytes) -> Mapping[str, Any]:
        try:
            return {"ok": True, "said": self._handler(json.loads(data))}
        except RefusedError as refused:
            return {"ok": False, "said": [str(refused)]}
        except Exception as error:  # noqa: BLE001  the hospital goes on; whoever asked has to learn what went wrong
            return {"ok": False, "said": [f"The lab could not do it: {type(error).__name__}: {error}"]}


def ask(access: Mapping[str, Any], request: Request) -> tuple[bool, list[str]]:
    """Sends one order. Returns whether it was carried out, and the sentences about it. Raises ``OSError`` when nobody answers."""
    host, port = access["address"]
    with Client((host, port), authkey=bytes.fromhex(access["key"])) as connection:
        connection.send_bytes(json.dumps(request).encode())
        answer = json.loads(connection.recv_bytes(LIMIT))
    return answer["ok"], answer["said"]
