# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registration authority: two pages over TLS, and a link that gives a bundle once. It counts requests and downloads."""

from __future__ import annotations

import secrets
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from lab import registration_pages as pages
from lab.authority import IssuedBundle
from lab.registration_pages import Reply
from lab.tls import LOOPBACK, TlsServer


@dataclass(frozen=True)
class Variant:
    """How the pages differ from the usual ones. The names are those of what a site may meet.

    ``instead``: what comes instead of the form (``at="form"``), after the code (``"code"``) or as the download (``"file"``).
    ``cut``: bytes of the file after which the connection ends. ``before_file`` runs when the link is used, before the first byte.
    """

    hidden_fields: bool = False
    redirects: int = 0
    redirect_to: str | None = None
    cookies: bool = False
    charset: str = "utf-8"
    relative_action: bool = False
    get_form: bool = False
    multipart: bool = False
    cancel_button: bool = False
    download_button: bool = False
    label: str = "Code de retrait 1"
    download_label: str = "Télécharger"
    content_type: str = "application/x-pkcs12"
    cut: int | None = None
    without_length: bool = False
    seconds: float = 0.0
    instead: Reply | None = None
    at: str = "form"
    before_file: Callable[[], None] = lambda: None


@dataclass
class Delivery:
    """A link: what it gives, for which code, and what has happened with it."""

    bundle: IssuedBundle
    code: str
    token: str
    variant: Variant | None = None
    downloads: int = 0
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Request:
    """``fields``: what a form sent, in the query or in the body."""

    path: str
    fields: Mapping[str, str]
    cookie: str


@dataclass
class RegistrationAuthority(TlsServer):
    """Starts on ``with``. ``variant`` may be replaced at any time. ``once``: whether a link gives its bundle one time only."""

    context: ssl.SSLContext
    variant: Variant = field(default_factory=Variant)
    once: bool = True
    requests: list[str] = field(default_factory=list)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    _sessions: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def host(self) -> str:
        """Its entry of ``allowed_hosts``."""
        return f"{LOOPBACK}:{self._server.server_address[1]}"

    @property
    def downloads(self) -> int:
        """How often any bundle was given."""
        return sum(delivery.downloads for delivery in self.deliveries.values())

    def issue(self, bundle: IssuedBundle, code: str, variant: Variant | None = None) -> str:
        """The URL of a new link; its pages may be of a variant of their own."""
        token = secrets.token_urlsafe(24)
        self.deliveries[token] = Delivery(bundle, code, token, variant)
        return f"https://{self.host}/retrait/{token}"

    def variant_of(self, path: str) -> Variant:
        """How the pages of a link differ. Each path has the link's token in it."""
        delivery = next((each for token, each in self.deliveries.items() if token in path), None)
        return (delivery and delivery.variant) or self.variant

    def answer(self, request: Request) -> Reply:
        """What a request gets."""
        with self._lock:
            parts = request.path.strip("/").split("/")
            self.requests.append(parts[0])
            delivery = self.deliveries.get(parts[1]) if len(parts) > 1 else None
            if delivery is None:
                return pages.error(404, "Page introuvable")
            step = {"retrait": self._form, "code": self._code, "fichier": self._file}.get(parts[0])
            return step(delivery, request) if step else self._redirected(parts, delivery)

    def _redirected(self, parts: list[str], delivery: Delivery) -> Reply:
        left = int(parts[2])
        return pages.redirect(f"/vers/{delivery.token}/{left - 1}" if left else f"/retrait/{delivery.token}/ici")

    def _form(self, delivery: Delivery, request: Request) -> Reply:
        variant = self.variant_of(request.path)
        if "code_retrait" in request.fields:
            return self._code(delivery, request)
        if variant.redirect_to is not None:
            return pages.redirect(variant.redirect_to)
        if variant.redirects and not request.path.endswith("/ici"):
            return pages.redirect(f"/vers/{delivery.token}/{variant.redirects - 1}")
        if variant.instead is not None and variant.at == "form":
            return variant.instead
        if self.once and delivery.downloads:
            return pages.used()
        session = secrets.token_hex(8)
        self._sessions[delivery.token] = session
        reply = pages.form(variant, delivery.token, session)
        return reply.with_header("Set-Cookie", f"JSESSIONID={session}; Path=/; Secure; HttpOnly")

    def _code(self, delivery: Delivery, request: Request) -> Reply:
        variant, session = self.variant_of(request.path), self._sessions.get(delivery.token, "")
        given = request.fields.get("code_retrait", "")
        delivery.codes.append(given)
        if "annuler" in request.fields:
            return pages.cancelled()
        if variant.instead is not None and variant.at == "code":
            return variant.instead
        if variant.cookies and f"JSESSIONID={session}" not in request.cookie:
            return pages.error(403, "Votre session n'existe pas")
        if variant.hidden_fields and (request.fields.get("jeton"), request.fields.get("action")) != (
            session,
            "retrait",
        ):
            return pages.error(400, "Formulaire incomplet")
        if given != delivery.code:
            return pages.wrong_code()
        if self.once and delivery.downloads:
            return pages.used()
        return pages.download(variant, delivery.token)

    def _file(self, delivery: Delivery, request: Request) -> Reply:
        variant = self.variant_of(request.path)
        if variant.cookies and f"JSESSIONID={self._sessions.get(delivery.token)}" not in request.cookie:
            return pages.error(403, "Votre session n'existe pas")
        if self.once and delivery.downloads:
            return pages.used()
        if not delivery.codes or delivery.codes[-1] != delivery.code:
            return pages.wrong_code()
        delivery.downloads += 1
        variant.before_file()
        if variant.instead is not None and variant.at == "file":
            return variant.instead
        headers = {"Content-Disposition": f'attachment; filename="{delivery.token}.p12"'}
        return Reply(200, delivery.bundle.data, variant.content_type, headers)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            wbufsize = -1
            """Buffered: head and body go in one packet. Otherwise each answer would wait for an acknowledgement."""

            def do_GET(self) -> None:
                self._reply(self._fields(urlsplit(self.path).query))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                kind = self.headers.get("Content-Type", "")
                multipart = kind.startswith("multipart/form-data")
                self._reply(pages.parts(body, kind) if multipart else self._fields(body.decode("ascii")))

            def _fields(self, text: str) -> dict[str, str]:
                charset = authority.variant_of(self.path).charset
                found = parse_qs(text, keep_blank_values=True, encoding=charset)
                return {name: values[0] for name, values in found.items()}

            def _reply(self, form: dict[str, str]) -> None:
                reply = authority.answer(Request(urlsplit(self.path).path, form, self.headers.get("Cookie", "")))
                variant = authority.variant_of(self.path)
                is_file = reply.content_type == variant.content_type
                self.send_response(reply.status)
                for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
                    self.send_header(name, value)
                if not (is_file and variant.without_length):
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                cut = variant.cut if is_file else None
                pages.send(self.wfile, reply.body[:cut], variant.seconds)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
                """Says nothing: the test asks."""

        return Handler
