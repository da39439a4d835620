# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server that keeps what it is given (aiosmtpd), with STARTTLS, TLS or neither, and accounts where it is told of them."""

from __future__ import annotations

import ssl
from asyncio import Server
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from lab.tls import LOOPBACK


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that came: its envelope, what it says, and how it came."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    encrypted: bool
    account: str | None


@dataclass
class MailServer:
    """Starts on ``with``. ``refuses`` are recipients that it does not know; ``accounts`` passwords by name, None without any logon."""

    context: ssl.SSLContext | None = None
    security: str = "starttls"
    accounts: Mapping[str, str] | None = None
    refuses: frozenset[str] = frozenset()
    most_bytes: int = 30_000_000
    mails: list[Mail] = field(default_factory=list)
    logons: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens on the loopback interface."""
        return self._controller.port

    def __enter__(self) -> MailServer:
        settings: dict[str, Any] = {"data_size_limit": self.most_bytes, "hostname": LOOPBACK, "port": 0}
        if self.security == "starttls":
            settings |= {"tls_context": self.context, "require_starttls": self.context is not None}
        if self.accounts is not None:
            settings |= {"authenticator": self._authenticate, "auth_required": True}
            # aiosmtpd does not see the TLS below a connection that begins with it.
            settings |= {"auth_require_tls": self.security == "starttls"}
        implicit = self.context if self.security == "tls" else None
        self._controller = _AnyPort(self, ssl_context=implicit, **settings)
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802  aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes a recipient, or does not know him."""
        if address in self.refuses:
            return "550 5.1.1 no such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keeps a mail."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(content, policy=default)
        login = session.auth_data.login.decode() if session.auth_data else None
        self.mails.append(
            Mail(
                envelope.mail_from or "",
                tuple(envelope.rcpt_tos),
                message,
                session.ssl is not None or self.security == "tls",
                login,
            )
        )
        return "250 OK"

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: Any
    ) -> AuthResult:
        given = auth_data if isinstance(auth_data, LoginPassword) else LoginPassword(b"", b"")
        name = given.login.decode()
        self.logons.append(name)
        right = (self.accounts or {}).get(name) == given.password.decode()
        return AuthResult(success=right, handled=False, auth_data=auth_data if right else None)


class _AnyPort(Controller):
    """A controller whose port the system chooses; aiosmtpd's own goes on believing that it is 0."""

    port: int

    def _trigger_server(self) -> None:
        listening = cast(Server, self.server)
        self.port = int(listening.sockets[0].getsockname()[1])
        super()._trigger_server()  # type: ignore[no-untyped-call]
