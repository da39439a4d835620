# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms that one text can have in a mail: its MIME encoding, its charset, and how somebody forwarded it."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from string import ascii_lowercase

POLICY = SMTP.clone(cte_type="8bit", max_line_length=0)
FORWARDER = "secretariat@chu.example"
MAILBOX = "certificats@chu.example"
PIXEL = bytes.fromhex("89504e470d0a1a0a")


def _encoded(charset: str, encoding: str) -> Callable[[EmailMessage, str], None]:
    def fill(message: EmailMessage, text: str) -> None:
        message.set_content(text, charset=charset, cte=encoding)

    return fill


def _utf8_called_latin1(message: EmailMessage, text: str) -> None:
    message.set_content(text.encode().decode("latin-1"), charset="iso-8859-1", cte="8bit")


def _latin1_called_utf8(message: EmailMessage, text: str) -> None:
    message.set_content(text, charset="iso-8859-1", cte="8bit")
    message.set_param("charset", "utf-8")


def _unknown_charset(message: EmailMessage, text: str) -> None:
    message.set_content(text, charset="utf-8", cte="base64")
    message.set_param("charset", "x-issuer-own")


def _html(message: EmailMessage, text: str) -> None:
    message.set_content(as_html(text), subtype="html", charset="utf-8", cte="quoted-printable")


def _alternative(message: EmailMessage, text: str) -> None:
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(as_html(text), subtype="html", charset="iso-8859-1", cte="quoted-printable")


def _mixed(message: EmailMessage, text: str) -> None:
    _alternative(message, text)
    message.add_attachment(PIXEL, maintype="image", subtype="png", filename="logo.png")
    message.add_attachment("Code de retrait 1 : OF-AN-ATTACHMENT\n", filename="notice.txt")


BODIES: Mapping[str, Callable[[EmailMessage, str], None]] = {
    "plain": _encoded("utf-8", "8bit"),
    "quoted_printable": _encoded("utf-8", "quoted-printable"),
    "base64": _encoded("utf-8", "base64"),
    "latin1": _encoded("iso-8859-1", "quoted-printable"),
    "windows1252": _encoded("windows-1252", "8bit"),
    "utf8_called_latin1": _utf8_called_latin1,
    "latin1_called_utf8": _latin1_called_utf8,
    "unknown_charset": _unknown_charset,
    "html": _html,
    "alternative": _alternative,
    "mixed": _mixed,
}
"""How a text becomes the body of a message."""


def as_html(text: str) -> str:
    """A page as mail programs make it: a table for what has labels, links, a style sheet."""
    rows = []
    for line in text.splitlines():
        label, colon, value = line.partition(" : ")
        shown = re.sub(r"(https?://\S+)", r'<a href="\1">\1</a>', html.escape(value or line, quote=False))
        cell = f"<td>{html.escape(label)}&nbsp;:</td><td><b>{shown}</b></td>" if colon else f"<td>{shown}</td>"
        rows.append(f"<tr>{cell}</tr>")
    style = "<style>td { color: black } /* Code de retrait : STYLE */</style>"
    return f"<html><head><title>x</title>{style}</head><body><table>\n{''.join(rows)}\n</table></body></html>\n"


def redirected(original: bytes, date: datetime) -> bytes:
    """The original, with fields that say who put it into the mailbox (RFC 5322, 3.6.6)."""
    resent = {"Resent-From": FORWARDER, "Resent-To": MAILBOX, "Resent-Date": format_datetime(date)}
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in resent.items()) + original


def attached(original: bytes, date: datetime, forwarder: str = FORWARDER) -> bytes:
    """A mail with the original attached to it."""
    message = _forward(forwarder, date, "Fwd: un message")
    message.set_content("Ci-joint.\n")
    boundary = f"=-{secrets.token_hex(12)}-="  # one of another level would end this one
    parts = [
        b"Content-Type: text/plain\r\n\r\nCi-joint.\r\n",
        b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + original,
    ]
    del message["Content-Type"], message["Content-Transfer-Encoding"]
    message["Content-Type"] = f'multipart/mixed; boundary="{boundary}"'
    head = message.as_bytes(policy=POLICY).partition(b"\r\n\r\n")[0]
    marked = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part) for part in parts)
    return head + b"\r\n\r\n" + marked + b"--%s--\r\n" % boundary.encode()


def inline(sender: str, to: str, subject: str, text: str, date: datetime) -> bytes:
    """A mail that repeats the original as text, as a French mail program does."""
    message = _forward(FORWARDER, date, f"TR : {subject}")
    said = f"De : SISERI <{sender}>\nEnvoyé : lundi 2 mars 2026 09:12\nÀ : {to}\nObjet : {subject}\n\n{text}"
    message.set_content(f"Pour la boîte.\n\n-----Message d'origine-----\n{said}", charset="utf-8", cte="base64")
    return message.as_bytes(policy=POLICY)


def message_id(domain: str) -> str:
    """One of its own. It has no digits: a test that looks for a code of four would now and then find it here."""
    return f"<{''.join(secrets.choice(ascii_lowercase) for _letter in range(16))}@{domain}>"


def _forward(forwarder: str, date: datetime, subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = forwarder
    message["To"] = MAILBOX
    message["Subject"] = subject
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id("chu.example")
    return message
