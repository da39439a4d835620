# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Hands a message over to a mail server (RFC 5321), over TLS unless it stays on this machine."""

from __future__ import annotations

import contextlib
import ipaddress
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from .._errors import Pkcs12Error, named

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

NO_TLS_THERE = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")
"""What OpenSSL says of an answer that is none of TLS."""

UNREACHABLE_ERRORS = (OSError, ValueError, OverflowError)
"""What Python raises for servers that do not answer, for invalid names, and for ports and timeouts out of range."""

TOO_LARGE = 552
"""RFC 1870, section 6.1."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, how to reach it, and the account to log on with, if any. ``port`` 0 is the one of ``security``."""

    host: str
    port: int
    security: str
    ca_path: str | None
    timeout: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    allow_plaintext: bool = False

    @property
    def address(self) -> str:
        """Host and port, for sentences."""
        return f"{self.host}:{self.port or PORTS[self.security]}"


def server_of(options: Mapping[str, Any]) -> Server:
    """The server of these options. Raises ``Pkcs12Error``: ``bad_arguments`` for half an account, ``mail_plaintext``."""
    account = {name: options[name] or None for name in ("mail_username", "mail_password")}
    missing = [name for name, value in account.items() if value is None]
    if len(missing) == 1:
        (given,) = account.keys() - set(missing)
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"{named(given)} is set and {named(missing[0])} is not, so nobody can log on to the mail server.",
            next_step=f"Set {named(missing[0])} too, or leave out both.",
            setting=missing[0],
        )
    server = Server(
        options["mail_host"] or "localhost",  # in a dry run that has none
        options["mail_port"] or 0,
        options["mail_security"],
        options["ca_path"],
        options["server_timeout"],
        account["mail_username"],
        account["mail_password"],
        options["allow_plaintext"],
    )
    _check_plaintext(server)
    return server


def _check_plaintext(server: Server) -> None:
    """Raises ``Pkcs12Error`` (``mail_plaintext``) where people's names, or a password, would cross a network for all to read."""
    if server.security != "none" or _is_loopback(server.host):
        return
    if server.allow_plaintext and server.username is None:
        return
    password = server.allow_plaintext
    raise Pkcs12Error(
        code="mail_plaintext",
        cause=f"Without TLS {'the password' if password else 'the mail'} would go over the network in the clear.",
        next_step=f"Set {named('mail_security')} to starttls or tls"
        + ("." if password else f"; {named('allow_plaintext')} sends the mail all the same, without logging on."),
        setting="mail_security",
    )


def send(message: EmailMessage, server: Server) -> None:
    """Sends the message to all recipients that it names.

    Raises ``Pkcs12Error``: ``mail_unreachable``, ``mail_tls``, ``mail_login``, ``mail_refused``, ``mail_too_large``.
    """
    with _connection(server) as connection:
        _log_on(connection, server)
        _send_message(connection, message, server)


@contextlib.contextmanager
def _connection(server: Server) -> Iterator[smtplib.SMTP]:
    try:
        context = ssl.create_default_context(cafile=server.ca_path)
    except OSError as problem:
        raise _tls(f"The file of {named('ca_path')}, {server.ca_path}, cannot be used: {problem.strerror}.") from None
    port = server.port or PORTS[server.security]
    try:
        if server.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, port, timeout=server.timeout, context=context)
        else:
            connection = smtplib.SMTP(server.host, port, timeout=server.timeout)
        if server.security == "starttls":
            connection.starttls(context=context)
    except smtplib.SMTPNotSupportedError:
        raise Pkcs12Error(
            code="mail_tls",
            cause=f"{server.address} does not offer STARTTLS.",
            next_step=f"Correct {named('mail_port')}, usually 587 for STARTTLS, or set {named('mail_security')} to tls, usually with"
            " the port 465.",
        ) from None
    except smtplib.SMTPResponseException as answer:
        if answer.smtp_code < 0:
            raise _unreachable(server, OSError("what answers there is no mail server")) from None
        raise _refused(f"{server.address} refused the connection: {_reply(answer)}") from None
    except ssl.SSLError as problem:
        if problem.reason in NO_TLS_THERE:
            raise Pkcs12Error(
                code="mail_tls",
                cause=f"{server.address} does not begin with TLS, so {named('mail_port')} and {named('mail_security')} do not fit.",
                next_step=f"With {named('mail_security')} tls, the port is usually 465. With starttls, it is usually 587.",
            ) from None
        reason = getattr(problem, "verify_message", None) or problem.reason
        raise _tls(f"There is no trusted connection to {server.address}: {reason}.") from None
    except UNREACHABLE_ERRORS as problem:
        raise _unreachable(server, problem) from None
    try:
        yield connection
    finally:
        with contextlib.suppress(OSError):
            connection.quit()


def _log_on(connection: smtplib.SMTP, server: Server) -> None:
    if server.username is None:
        return
    try:
        connection.login(server.username, server.password or "")
    except smtplib.SMTPResponseException as answer:
        # The reply is left out, because some servers repeat the password in it.
        problem = f"did not accept the password of {server.username} (SMTP {answer.smtp_code})"
    except UnicodeEncodeError:
        problem = f"cannot be sent the password of {server.username}, which has letters outside ASCII"
    except smtplib.SMTPServerDisconnected as problem_:
        raise _unreachable(server, problem_) from None
    except smtplib.SMTPException:
        problem = "offers no way to log on that Python knows"
    except OSError as problem_:
        raise _unreachable(server, problem_) from None
    else:
        return
    raise Pkcs12Error(
        code="mail_login",
        cause=f"{server.address} {problem}.",
        next_step=f"Check {named('mail_username')} and {named('mail_password')}, and whether the server takes mail from this"
        " controller without them.",
    ) from None


def _send_message(connection: smtplib.SMTP, message: EmailMessage, server: Server) -> None:
    try:
        left_out = connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        raise _refused(
            f"{server.address} takes mail for none of the recipients: {_refused_recipients(refused.recipients)}."
        ) from None
    except smtplib.SMTPResponseException as answer:
        if answer.smtp_code == TOO_LARGE:
            raise Pkcs12Error(
                code="mail_too_large",
                cause=f"The mail is larger than {server.address} takes: {_reply(answer)}",
                next_step="Attach fewer files.",
            ) from None
        raise _refused(f"{server.address} did not take the mail: {_reply(answer)}") from None
    except smtplib.SMTPNotSupportedError:
        raise _refused(f"{server.address} takes no addresses with letters outside ASCII.") from None
    except OSError as problem:
        raise _unreachable(server, problem) from None
    if left_out:
        cause = f"{server.address} sent the mail to the other recipients and refused {_refused_recipients(left_out)}."
        raise _refused(cause, changed=True)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused_recipients(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return ", ".join(f"{address} ({_text(code, reply)})" for address, (code, reply) in refused.items())


def _reply(answer: smtplib.SMTPResponseException) -> str:
    return f"{_text(answer.smtp_code, answer.smtp_error)}."


def _text(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", errors="replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(text.split())[:200].rstrip('.')}"


def _refused(cause: str, changed: bool = False) -> Pkcs12Error:
    return Pkcs12Error(
        code="mail_refused",
        cause=cause,
        next_step=f"Check {named('mail_sender')} and {named('to')}. Ask the administrator of the mail server what this controller"
        " may send.",
        changed=changed,
    )


def _tls(cause: str) -> Pkcs12Error:
    return Pkcs12Error(
        code="mail_tls",
        cause=cause,
        next_step=f"Set {named('mail_host')} to the name in the server's certificate, and {named('ca_path')} to the certificate"
        " of the authority that issued it.",
    )


def _unreachable(server: Server, problem: Exception) -> Pkcs12Error:
    reason = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
    return Pkcs12Error(
        code="mail_unreachable",
        cause=f"The mail server {server.address} does not answer: {reason.rstrip('.')}.",
        next_step=f"Check {named('mail_host')}, {named('mail_port')} and {named('mail_security')}, and the firewall between the"
        " controller and the server.",
    )
