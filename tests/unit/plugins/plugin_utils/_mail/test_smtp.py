# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server may repeat what it was sent; what the task says of it holds no password."""

from __future__ import annotations

import base64
import socket
import socketserver
import threading
import traceback
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.smtp import SmtpServer, send
from lab.mail_server import MailServer
from unit.plugins.plugin_utils.problems import error_of

PASSWORD = "s3cret-of-the-mail"


class Echo(socketserver.StreamRequestHandler):
    """Refuses every logon, and says which one, as it came and as it reads."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word, *rest = line.split()
            if word.upper() == b"EHLO":
                self.wfile.write(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n")
            elif word.upper() == b"AUTH":
                given = rest[-1]
                read = base64.b64decode(given).replace(b"\0", b" ")
                self.wfile.write(b"535 5.7.8 " + given + b" " + read + b" " + PASSWORD.encode() + b" is wrong\r\n")
            else:
                self.wfile.write(b"221 bye\r\n")
                return


@pytest.fixture
def port() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_refused_login_does_not_say_what_the_server_says(port: int) -> None:
    server = SmtpServer(host="127.0.0.1", port=port, security="none", timeout=10, username="svc", password=PASSWORD)
    refusal = error_of(lambda: send(EmailMessage(), server))
    values = {"server": f"127.0.0.1:{port}", "username": "svc", "status": 535}
    assert refusal.problem == Problem("mail_login.refused", values)
    said = "".join(traceback.format_exception(refusal)) + repr(server)
    assert PASSWORD not in said
    assert base64.b64encode(f"\0svc\0{PASSWORD}".encode()).decode() not in said


@pytest.mark.parametrize(
    ("greeting", "code"),
    [
        (b"554 no service for you\r\n", "mail_refused.connection"),
        (b"", "mail_unreachable"),
        (b"HTTP/1.1 400 Bad\r\n", "mail_unreachable"),
        (None, "mail_unreachable"),
    ],
    ids=["refuses", "hangs up", "is no mail server", "says nothing"],
)
def test_a_server_that_turns_away_is_told_as_such(greeting: bytes | None, code: str) -> None:
    def answer(connection: socket.socket) -> None:
        with connection:
            if greeting is not None:
                connection.sendall(greeting)
            else:
                connection.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=lambda: answer(listener.accept()[0]), daemon=True).start()
        server = SmtpServer(host="127.0.0.1", port=listener.getsockname()[1], security="none", timeout=1)
        assert error_of(lambda: send(EmailMessage(), server)).problem.code.startswith(code)


@pytest.mark.parametrize(
    ("odd", "account", "code"),
    [
        ({"most_bytes": 600}, {}, "mail_too_large.refused"),
        ({}, {"username": "svc", "password": PASSWORD}, "mail_login.no_way"),
    ],
    ids=["takes less", "has no accounts"],
)
def test_a_server_that_cannot_take_it_is_told_as_such(odd: dict[str, int], account: dict[str, str], code: str) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "a@chu.example", "b@chu.example"
    message.set_content("x\n" * 1000)
    with MailServer(None, "none", **odd) as office:
        server = SmtpServer(host="127.0.0.1", port=office.port, security="none", timeout=10, **account)
        assert error_of(lambda: send(message, server)).problem.code == code
