# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The body of a mail as text, whatever its MIME form and its charset (RFC 2045, 2046), and the mails that are attached to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import cast

from .html_text import Link, page_text
from .mail_header import printable, unreadable

DEEPEST = 20
"""Levels of parts within parts. A mail with more is refused, because only an attack has them."""

SEVEN_BIT = ("iso-2022", "utf-7", "hz")
"""Beginnings of names of charsets whose texts look like ASCII."""


@dataclass(frozen=True, slots=True)
class Body:
    """``text``: the text parts and what is visible of the HTML parts, all printable. ``links``: the links of the HTML parts."""

    text: str = field(repr=False)
    links: tuple[Link, ...] = field(repr=False)


def body_of(message: Message) -> Body:
    """The text of a mail, without its attachments. Raises ``Pkcs12Error``: ``mail_unreadable``."""
    texts: list[str] = []
    links: list[Link] = []
    for part in _parts(message):
        if part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
            continue
        content = _decoded(part)
        if part.get_content_subtype() == "html":
            page = page_text(content)
            texts.append(page.text)
            links += page.links
        elif part.get_content_subtype() == "plain":
            texts.append(content.replace("\r\n", "\n").replace("\r", "\n"))
    return Body(printable("\n".join(texts)), tuple(links))


def attached_mails(message: Message) -> list[Message]:
    """The mails that are attached as ``message/rfc822``, not those that are attached to them.

    Raises ``Pkcs12Error``: ``mail_unreadable``.
    """
    found = []
    for part in _parts(message):
        if part.get_content_type() in {"message/rfc822", "message/global"} and part.is_multipart():
            found += [cast(Message, each) for each in cast(list[object], part.get_payload())]
    return found


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """All parts of a mail that are no containers. It does not go into attached mails."""
    if depth > DEEPEST:
        raise unreadable(f"it has more than {DEEPEST} levels of parts")
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in cast(list[Message], message.get_payload()):
            yield from _parts(part, depth + 1)
    else:
        yield message


def _decoded(part: Message) -> str:
    """The text of a part. A charset that is missing, unknown or wrong does not hide the text."""
    data = cast(bytes | None, part.get_payload(decode=True)) or b""
    declared = str(part.get_content_charset("utf-8")).lower()
    # Text in another charset is hardly ever valid UTF-8 by chance, and programs declare other charsets for UTF-8.
    charsets = (declared, "utf-8") if declared.startswith(SEVEN_BIT) else ("utf-8", declared)
    for charset in charsets:
        try:
            return data.decode(charset)
        except (LookupError, ValueError):
            continue
    return data.decode("windows-1252", errors="replace")
