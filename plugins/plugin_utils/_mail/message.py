# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A mail with files, as a message that can be sent: one person's address in each place, and nothing that could pass for a header. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, make_msgid
from pathlib import PurePath

from .._errors import Pkcs12Error, Problem

ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\".]+(\.[^\s@<>()\[\]\\,;:\".]+)*")
NOT_IN_A_HEADER = ("Cc", "Cs", "Zl", "Zp")
"""Categories of characters (Unicode, UAX 44): control characters, surrogates, ends of lines and paragraphs."""

SEVEN_BIT = SMTP.clone(cte_type="7bit")
"""Every mail server accepts 7 bit, also those without 8BITMIME (RFC 6152)."""

TYPES = {
    ".csv": ("text", "csv"),
    ".html": ("text", "html"),
    ".ics": ("text", "calendar"),
    ".json": ("application", "json"),
    ".md": ("text", "markdown"),
    ".prom": ("text", "plain"),
}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file. ``name`` has no folder."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class MailContent:
    """The content of a mail. Addresses are bare, or with a name before them: ``Jeanne Dupont <jeanne@chu.example>``.

    ``html``: the same as ``body``, for programs that show HTML. ``kind``: of mails that come again and again, as filters see it in
    ``List-Id`` (RFC 2919); ``about``: the same in words, or empty.
    """

    sender: str
    to: Sequence[str]
    subject: str
    body: str
    attachments: Sequence[Attachment]
    html: str | None = None
    kind: str | None = None
    about: str = ""


def compose(content: MailContent, now: datetime) -> EmailMessage:
    """A mail with this content. Raises ``Pkcs12Error``: ``mail_address``, ``mail_header``."""
    sender = _address("mail_sender", content.sender)
    people = [_address("to", entry) for entry in content.to] or [_address("to", "")]
    message = EmailMessage(policy=SEVEN_BIT)
    message["From"] = sender
    message["To"] = people
    message["Subject"] = _one_line("mail_subject", content.subject)
    message["Date"] = now
    message["Message-ID"] = make_msgid(domain=sender.domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: automatic replies do not answer it
    if content.kind:
        about = _one_line("service", content.about)
        identity = f"{content.kind}.pkcs12.{sender.domain}"
        message["List-Id"] = formataddr((about, identity)) if about else f"<{identity}>"
    message.set_content(content.body)
    if content.html is not None:
        message.add_alternative(content.html, subtype="html")
    for file in content.attachments:
        kind, subtype = TYPES.get(PurePath(file.name).suffix, ("application", "octet-stream"))
        message.add_attachment(
            file.data,
            maintype=kind,
            subtype=subtype,
            filename=_one_line("attachments", file.name),
            params={"charset": "utf-8"} if kind == "text" else None,
        )
    return message


def recipients(message: EmailMessage) -> list[str]:
    """The bare addresses of the recipients."""
    return [str(address.addr_spec) for address in message["To"].addresses]


def size_of(message: EmailMessage, max_bytes: int) -> int:
    """The size of a message in bytes. Raises ``Pkcs12Error`` (``mail_too_large``) for more than ``max_bytes``."""
    size = len(message.as_bytes())
    if size > max_bytes:
        raise Pkcs12Error(Problem("mail_too_large.unsent", {"size": size, "most": max_bytes}, "max_mail_bytes"))
    return size


def check_address(option: str, text: str) -> str:
    """The address without a name. Raises ``Pkcs12Error`` (``mail_address``, ``mail_header``) if a text of an option is not exactly one."""
    return _address(option, text).addr_spec


def _address(option: str, text: str) -> Address:
    plain = _one_line(option, text)
    name, bracket, rest = plain.rpartition("<")
    spec = rest.removesuffix(">") if bracket and rest.endswith(">") else plain
    if not ADDRESS.fullmatch(spec.strip()) or (bracket and set(name) & set("<>")):
        raise Pkcs12Error(Problem("mail_address.with_name", {"given": text}, option))
    user, _at, domain = spec.strip().rpartition("@")
    return Address(name.strip().strip('"'), user, domain)


def _one_line(option: str, text: str) -> str:
    if any(unicodedata.category(character) in NOT_IN_A_HEADER for character in text):
        raise Pkcs12Error(Problem("mail_header", {"given": text}, option))
    return text
