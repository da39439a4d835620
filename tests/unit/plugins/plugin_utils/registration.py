# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's registration authority without a network: the HTTP client is replaced by one that asks it directly."""

from __future__ import annotations

import io
import ssl
import urllib.request
from collections.abc import Mapping, Sequence
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io import http_client
from lab.authority import IssuedBundle
from lab.registration_authority import Delivery, RegistrationAuthority, Request, Variant

HOST = "ra.example"
TOKEN = "one-link"
URL = f"https://{HOST}/retrait/{TOKEN}"


class Response:
    """What urllib would give."""

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.status, self._body, self.headers = status, io.BytesIO(body), Message()
        for name, value in headers.items():
            self.headers[name] = value

    def read1(self, size: int) -> bytes:
        return self._body.read(size)

    def close(self) -> None:
        self._body.close()


class Registration:
    """``settings``: what the client was made with. ``sent``: method, URL and body of each request."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {}
        self.sent: list[tuple[str, str, bytes | None]] = []
        self.authority = RegistrationAuthority(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))

    def deliver(self, bundle: IssuedBundle, code: str, **variant: Any) -> None:
        """One link, not used yet, on pages of this variant."""
        self.sent.clear()
        self.authority.variant = Variant(**variant)
        self.authority.deliveries = {TOKEN: Delivery(bundle, code, TOKEN)}

    def answer(self, method: str, url: str, data: bytes | None) -> Response:
        """What the authority answers, cut where its variant says so."""
        self.sent.append((method, url, data))
        parts = urlsplit(url)
        fields = parse_qs((data or parts.query.encode()).decode("ascii"), keep_blank_values=True)
        reply = self.authority.answer(Request(parts.path, {name: found[0] for name, found in fields.items()}, ""))
        headers = {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body)), **reply.headers}
        cut = self.authority.variant.cut if reply.content_type == self.authority.variant.content_type else None
        return Response(reply.status, reply.body[:cut], headers)

    def install(self, patches: pytest.MonkeyPatch) -> Registration:
        """Takes the place of the network."""
        registration = self

        class Client:
            def open(self, request: urllib.request.Request) -> Response:
                registration.settings["http_agent"] = request.get_header("User-agent")
                body = request.data
                assert body is None or isinstance(body, bytes)
                return registration.answer(request.get_method(), request.full_url, body)

        def options(_client: http_client.HttpClient, given: http_client.HttpOptions, allowed: Sequence[str]) -> None:
            registration.settings = {"timeout": given.timeout, "use_proxy": given.use_proxy}
            initialise(_client, given, allowed)

        initialise = http_client.HttpClient.__init__
        patches.setattr(http_client.HttpClient, "__init__", options)
        patches.setattr(http_client, "opener", lambda *_arguments: Client())
        return self
