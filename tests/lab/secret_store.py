# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret store over TLS: as much of HashiCorp Vault's key/value API (version 2) and of AWX's credentials as collect uses."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from lab.tls import LOOPBACK, TlsServer


@dataclass
class SecretStore(TlsServer):
    """Starts on ``with``. ``secrets``: fields by path, ``versions`` by path. ``inputs``: of each credential, as AWX was given them.

    ``read_only``: the token may not write, and the store says so when it is asked. ``broken``: what each writing is answered with.
    """

    context: ssl.SSLContext
    token: str
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    read_only: bool = False
    broken: HTTPStatus | None = None

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"https://{LOOPBACK}:{self._server.server_address[1]}"

    def answer(self, method: str, path: str, given: str, body: Any) -> tuple[HTTPStatus, Any]:
        """The status and the JSON of an answer. ``given``: the token."""
        asks = path == "/v1/sys/capabilities-self"
        if given != self.token or (method != "GET" and not asks and (self.read_only or self.broken)):
            return self.broken or HTTPStatus.FORBIDDEN, {"errors": ["permission denied"]}
        if asks:
            rights = ["read"] if self.read_only else ["create", "read", "update"]
            return HTTPStatus.OK, {"capabilities": rights, body["paths"][0]: rights}
        if path.startswith("/api/v2/credentials/"):
            return HTTPStatus.OK, self._credential(method, path, body)
        return self._secret(method, path, body)

    def _secret(self, method: str, path: str, body: Any) -> tuple[HTTPStatus, Any]:
        """A secret of HashiCorp Vault."""
        version = self.versions.get(path, 0)
        if method == "GET":
            if not version:
                return HTTPStatus.NOT_FOUND, {"errors": []}
            return HTTPStatus.OK, {"data": {"data": self.secrets[path], "metadata": {"version": version}}}
        if body["options"]["cas"] != version:
            return HTTPStatus.BAD_REQUEST, {"errors": ["check-and-set parameter did not match the current version"]}
        self.secrets[path], self.versions[path] = body["data"], version + 1
        return HTTPStatus.OK, {"data": {"version": version + 1}}

    def _credential(self, method: str, path: str, body: Any) -> Any:
        """A credential as AWX shows it: of a secret field only whether it has something."""
        if method == "PATCH":
            self.inputs[path] = body["inputs"]
        shown = {name: "$encrypted$" if value else "" for name, value in self.inputs.get(path, {}).items()}
        may = {"user_capabilities": {"edit": not self.read_only}}
        return {"id": path.strip("/").rpartition("/")[2], "inputs": shown, "summary_fields": may}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        store = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply()

            def do_POST(self) -> None:
                self._reply()

            def do_PATCH(self) -> None:
                self._reply()

            def _reply(self) -> None:
                data = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                token = self.headers.get("X-Vault-Token") or self.headers.get("Authorization", "").removeprefix(
                    "Bearer "
                )
                status, said = store.answer(self.command, self.path, token, json.loads(data) if data else None)
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
                """Says nothing: the test asks."""

        return Handler
