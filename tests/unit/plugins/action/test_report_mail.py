# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``report_mail`` reaches what it is for, with a mail server that only listens."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from typing import Any

import pytest

from unit.plugins.action.effects import Effect, Scene, code, table
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

BASE = {
    "mail_host": "mail.example",
    "mail_sender": "a@example",
    "to": ["b@example"],
    "mail_subject": "s",
    "body": "text",
}
ACCOUNT = {"mail_username": "x", "mail_password": "p"}
CLEAR = {"mail_security": "none"}


class Listening:
    """What a mail server was told last."""

    received: dict[str, Any]

    def __init__(self, host: str, port: int, **details: Any) -> None:
        context = details.pop("context", None)
        type(self).received = {"server": (host, port), "tls": context is not None, **details}
        Listening.received = self.received

    def starttls(self, context: ssl.SSLContext) -> None:
        self.received["starttls"] = bool(context)

    def login(self, username: str, password: str) -> None:
        self.received["logon"] = (username, password)

    def send_message(self, message: EmailMessage) -> dict[str, Any]:
        self.received["message"] = message
        return {}

    def quit(self) -> None:
        self.received["quit"] = True


@pytest.fixture(autouse=True)
def listening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtplib, "SMTP", Listening)
    monkeypatch.setattr(smtplib, "SMTP_SSL", Listening)


def received(name: str) -> Any:
    return lambda _scene: Listening.received.get(name)


def header(name: str) -> Any:
    return lambda _scene: Listening.received["message"][name]


def body(_scene: Scene) -> str:
    return str(Listening.received["message"].get_body().get_content()).strip()


def attached(_scene: Scene) -> list[str | None]:
    return [part.get_filename() for part in Listening.received["message"].iter_attachments()]


def report(scene: Scene) -> None:
    (scene.folder / "report.csv").write_text("a;b\n" * 10, encoding="utf-8")


EFFECTS = [
    Effect("mail_host", "other.example", received("server"), ("mail.example", 587), ("other.example", 587)),
    Effect("mail_port", 2525, received("server"), ("mail.example", 587), ("mail.example", 2525)),
    Effect("mail_security", "tls", received("server"), ("mail.example", 587), ("mail.example", 465)),
    Effect("mail_security", "tls", received("starttls"), True, None),
    Effect("mail_security", "none", received("starttls"), True, None, {"mail_host": "127.0.0.1"}),
    Effect("mail_security", "none", code, None, "mail_plaintext"),
    Effect("allow_plaintext", True, code, "mail_plaintext", None, CLEAR),
    Effect("ca_path", "{folder}/missing.pem", code, None, "mail_tls"),
    Effect("mail_username", "u", received("logon"), ("x", "p"), ("u", "p"), ACCOUNT),
    Effect("mail_password", "other", received("logon"), ("x", "p"), ("x", "other"), ACCOUNT),
    Effect("mail_sender", "c@example", header("From"), "a@example", "c@example"),
    Effect("to", ["b@example", "d@example"], header("To"), "b@example", "b@example, d@example"),
    Effect("mail_subject", "other", header("Subject"), "s", "other"),
    Effect("body", "other", body, "text", "other"),
    Effect("attachments", ["{folder}/report.csv"], attached, [], ["report.csv"], scene=report),
    Effect("max_mail_bytes", 10, code, None, "mail_too_large"),
    Effect("server_timeout", 5, received("timeout"), 30, 5),
]


test_an_option_reaches_what_it_is_for = table("report_mail", BASE, EFFECTS)


OF_THE_TASK = {"to": ["b@example"], "mail_subject": "s", "body": "text", "from_site": {}}
SITE = {
    "pkcs12_mail_host": "mail.example",
    "pkcs12_mail_sender": "a@example",
    "pkcs12_mail_username": "svc",
    "pkcs12_mail_password": "canary of the mails",
}


def sent(variables: dict[str, Any]) -> dict[str, Any]:
    """The result of a task with the site's mail server."""
    return run_action("report_mail", OF_THE_TASK, FakeWorkstation(), variables=variables)


def test_the_sites_server_account_and_sender_send_the_mail() -> None:
    others = {
        "pkcs12_mail_port": "2525",
        "pkcs12_mail_security": "tls",
        "pkcs12_server_timeout": "7",
        "pkcs12_mail_subject": "no",
    }
    result = sent(SITE | others)
    found = Listening.received
    assert (found["server"], found["timeout"], found["tls"]) == (("mail.example", 2525), 7, True)
    assert (found["logon"], found["message"]["Subject"]) == (("svc", "canary of the mails"), "s")
    assert "canary" not in str(result), result


@pytest.mark.parametrize("empty", [None, "", " "])
@pytest.mark.parametrize("missing", ["mail_username", "mail_password"])
def test_half_an_account_is_refused_by_the_name_of_what_is_missing(missing: str, empty: str | None) -> None:
    result = sent(SITE | {f"pkcs12_{missing}": empty})
    assert result["error"]["code"] == "bad_arguments" and result["error"]["setting"] == f"pkcs12_{missing}"
    assert result["error"]["problem"]["code"] == f"bad_arguments.no_{missing}" and "canary" not in str(result)
    (other,) = {"mail_username", "mail_password"} - {missing}
    plain = run_action("report_mail", BASE | {other: "x"}, FakeWorkstation())
    assert plain["error"]["setting"] == missing


def test_without_an_account_nobody_logs_on() -> None:
    sent({name: value for name, value in SITE.items() if name in ("pkcs12_mail_host", "pkcs12_mail_sender")})
    assert "message" in Listening.received and "logon" not in Listening.received
