# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Hands a message over to a mail server (RFC 5321), over TLS unless it stays on this machine."""

from __future__ import annotations

import contextlib
import ipaddress
import smtplib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, ClassVar

from .._errors import Outside, Pkcs12Error, Problem
from .._io.network_errors import FAILED, outside
from .mail_server import MailServer

PORTS = {"starttls": 587, "tls": 465, "none": 25}
SERVER_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "mail_host": {"type": "str", "site": True},
    "mail_port": {"type": "int", "site": True},
    "mail_security": {"type": "str", "choices": list(PORTS), "default": "starttls", "site": True},
    "mail_username": {"type": "str", "site": True},
    "mail_password": {"type": "str", "no_log": True, "site": True},
    "mail_sender": {"type": "str", "site": True},
    "allow_plaintext": {"type": "bool", "default": False, "site": True},
    "ca_path": {"type": "path", "site": True},
    "server_timeout": {"type": "int", "default": 30, "site": True},
}
"""The one mail server that a site sends by, its account and the sender: of every action that sends."""

TOO_LARGE = 552
"""RFC 1870, section 6.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer(MailServer):
    """The server that sends. ``allow_plaintext``: also without TLS."""

    PROTOCOL: ClassVar[str] = "smtp"
    PORTS: ClassVar[Mapping[str, int]] = PORTS

    allow_plaintext: bool = False


def server_of(options: Mapping[str, Any]) -> SmtpServer:
    """The server of these options. Raises ``Pkcs12Error``: ``bad_arguments`` for half an account, ``mail_plaintext``."""
    account = {name: options[name] or None for name in ("mail_username", "mail_password")}
    missing = [name for name, value in account.items() if value is None]
    if len(missing) == 1:
        raise Pkcs12Error(Problem(f"bad_arguments.no_{missing[0]}", setting=missing[0]))
    server = SmtpServer(
        host=options["mail_host"] or "localhost",  # in a dry run that has none
        port=options["mail_port"] or 0,
        security=options["mail_security"],
        ca_path=options["ca_path"],
        timeout=options["server_timeout"],
        username=account["mail_username"],
        password=account["mail_password"],
        allow_plaintext=options["allow_plaintext"],
    )
    _check_plaintext(server)
    return server


def _check_plaintext(server: SmtpServer) -> None:
    """Raises ``Pkcs12Error`` (``mail_plaintext``) where people's names, or a password, would cross a network for all to read."""
    if server.security != "none" or _is_loopback(server.host):
        return
    if server.allow_plaintext and server.username is None:
        return
    what = "password" if server.allow_plaintext else "mail"
    raise Pkcs12Error(Problem(f"mail_plaintext.{what}", setting="mail_security"))


def send(message: EmailMessage, server: SmtpServer) -> None:
    """Sends the message to all recipients that it names.

    Raises ``Pkcs12Error``: ``mail_unreachable``, ``mail_tls``, ``mail_login``, ``mail_refused``, ``mail_too_large``.
    """
    with _connection(server) as connection:
        _log_on(connection, server)
        _send_message(connection, message, server)


@contextlib.contextmanager
def _connection(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    context = server.context()
    try:
        if server.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.real_port, timeout=server.timeout, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.real_port, timeout=server.timeout)
        if server.security == "starttls":
            connection.starttls(context=context)
    except smtplib.SMTPNotSupportedError:
        raise Pkcs12Error(Problem("mail_tls.no_starttls_smtp", {"server": server.address})) from None
    except smtplib.SMTPResponseException as answer:
        if answer.smtp_code < 0:
            raise server.failed(Problem("network.no_mail_server")) from None
        raise Pkcs12Error(
            Problem("mail_refused.connection", {"server": server.address, "reply": _reply(answer)})
        ) from None
    except FAILED as problem:
        raise _failed(server, problem) from None
    try:
        yield connection
    finally:
        with contextlib.suppress(OSError):
            connection.quit()


def _log_on(connection: smtplib.SMTP, server: SmtpServer) -> None:
    if server.username is None:
        return
    values = {"server": server.address, "username": server.username}
    try:
        connection.login(server.username, server.password or "")
    except smtplib.SMTPResponseException as answer:
        # The reply is left out, because some servers repeat the password in it.
        refused = Problem("mail_login.refused", {**values, "status": answer.smtp_code})
    except UnicodeEncodeError:
        refused = Problem("mail_login.not_ascii", values)
    except smtplib.SMTPServerDisconnected as problem:
        raise _failed(server, problem) from None
    except smtplib.SMTPException:
        refused = Problem("mail_login.no_way", {"server": server.address})
    except OSError as problem:
        raise _failed(server, problem) from None
    else:
        return
    raise Pkcs12Error(refused) from None


def _send_message(connection: smtplib.SMTP, message: EmailMessage, server: SmtpServer) -> None:
    address = server.address
    try:
        left_out = connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        raise Pkcs12Error(
            Problem("mail_refused.recipients", {"server": address}, causes=_recipients(refused.recipients))
        ) from None
    except smtplib.SMTPResponseException as answer:
        values = {"server": address, "reply": _reply(answer)}
        if answer.smtp_code == TOO_LARGE:
            raise Pkcs12Error(Problem("mail_too_large.refused", values)) from None
        raise Pkcs12Error(Problem("mail_refused.mail", values)) from None
    except smtplib.SMTPNotSupportedError:
        raise Pkcs12Error(Problem("mail_refused.not_ascii", {"server": address})) from None
    except OSError as problem:
        raise _failed(server, problem) from None
    if left_out:
        some = Problem("mail_refused.some_recipients", {"server": address}, causes=_recipients(left_out))
        raise Pkcs12Error(some, changed=True)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _recipients(refused: Mapping[str, tuple[int, bytes]]) -> tuple[Problem, ...]:
    """Each recipient whom the server refused."""
    return tuple(
        Problem("mail_refused.recipient", {"address": address, "reply": _text(code, reply)})
        for address, (code, reply) in refused.items()
    )


def _reply(answer: smtplib.SMTPResponseException) -> Outside:
    return _text(answer.smtp_code, answer.smtp_error)


def _text(code: int, reply: bytes | str) -> Outside:
    text = reply.decode("utf-8", errors="replace") if isinstance(reply, bytes) else reply
    return outside(f"{code} {text}")


def _failed(server: SmtpServer, error: Exception) -> Pkcs12Error:
    """``smtplib`` has an error of its own for a connection that ended."""
    return server.failed(Problem("network.closed") if isinstance(error, smtplib.SMTPServerDisconnected) else error)
