# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small AWX on the loopback interface: objects, associations, surveys, roles, and jobs that end at once.

It stands in for AWX, so that the code that talks to a real one has been run. It proves nothing about AWX.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from awx.fake_jobs import ADMIN
from awx.fake_refusal import Refusal
from awx.fake_store import Store

Json = dict[str, Any]
PAGE = 3
"""Objects on a page: few, so that lists have several pages."""


class FakeAwx:
    """``store``: what it knows. ``requests``: methods and paths, in order."""

    def __init__(self) -> None:
        self.store = Store()
        self.requests: list[tuple[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FakeAwx:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Json, user: str) -> Json:
        """Raises ``Refusal``."""
        parts = [part for part in path.removeprefix("/api/v2/").split("/") if part]
        methods: dict[str, Callable[[list[str], Mapping[str, str], Json, str], Any]] = {
            "GET": self._get,
            "POST": lambda parts, _query, body, user: self.store.post(parts, body, user),
            "PATCH": lambda parts, _query, body, _user: self.store.patch(parts, body),
            "DELETE": lambda parts, _query, _body, _user: self.store.delete(parts),
        }
        found: Json = methods[method](parts, query, body, user) or {}
        return found

    def _get(self, parts: list[str], query: Mapping[str, str], _body: Json, user: str) -> Json:
        found = self.store.get(parts, user)
        if isinstance(found, dict):
            return found
        wanted = {name: value for name, value in query.items() if name not in {"page", "page_size"}}
        kept = [each for each in found if all(str(each.get(name)) == value for name, value in wanted.items())]
        page = int(query.get("page", 1))
        more = len(kept) > page * PAGE
        path = "/api/v2/" + "/".join(parts) + "/"
        following = "&".join(f"{name}={value}" for name, value in {**query, "page": page + 1}.items())
        return {
            "count": len(kept),
            "results": kept[(page - 1) * PAGE : page * PAGE],
            "next": f"{path}?{following.replace(' ', '+')}" if more else None,
        }


def _handler(fake: FakeAwx) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request: who asks, what is asked, and the answer as JSON."""

        def _any(self) -> None:
            address = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            fake.requests.append((self.command, address.path))
            try:
                user = self._user()
                status, answer = (
                    200,
                    fake.answer(self.command, address.path, dict(parse_qsl(address.query)), body, user),
                )
            except Refusal as refusal:
                status, answer = refusal.status, refusal.answer
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = _any  # noqa: N815 - the names of the base class

        def _user(self) -> str:
            kind, _blank, value = self.headers.get("Authorization", "").partition(" ")
            if kind == "Bearer" and value == ADMIN:
                return ADMIN
            name, _colon, password = (
                base64.b64decode(value).decode().partition(":") if kind == "Basic" else ("", "", "")
            )
            if not name or fake.store.passwords.get(name) != password:
                raise Refusal(401, {"detail": "Authentication credentials were not provided."})
            return name

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
            pass

    return Handler
