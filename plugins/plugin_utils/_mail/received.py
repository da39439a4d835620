# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A mail that came: who sent it, when, about what (RFC 5322), its text whatever its form (RFC 2045), what is attached and what is quoted.

It reads headers that are wrong, and guesses nothing. Pure.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import cast
from urllib.parse import urlsplit

from .._errors import Pkcs12Error, Problem
from .._io.html_elements import LINE, joined, read_elements

LONGEST_HEADER = 1000
"""Characters of a header field that are used."""

UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters, with which a stranger's mail could write to the terminal or turn a line around. White space is none of them."""


def printable(text: str) -> str:
    """Text of a mail that can be shown. Each character of ``UNPRINTABLE`` is replaced by the sign for that, U+FFFD."""
    return UNPRINTABLE.sub("\ufffd", text)


def parsed(data: bytes) -> Message:
    """A message of these bytes. Its payload may have defects.

    Its header fields stay as they came (the policy compat32), because Python's structured parser raises for some that are wrong.
    """
    return email.message_from_bytes(data)


def raw(message: Message, name: str) -> list[str]:
    """The values of all header fields of this name, from the top, unfolded and undecoded. Bytes outside ASCII are read as UTF-8 or
    Windows-1252, although a header may not have them. All can be shown."""
    values = (str(value) for field, value in message.raw_items() if field.lower() == name.lower())
    return [printable(" ".join(_eight_bit(value).split())) for value in values]


def _eight_bit(value: str) -> str:
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("windows-1252", "replace")


def text(message: Message, name: str) -> str:
    """The first header field of this name, decoded (RFC 2047), in one line that can be shown."""
    values = raw(message, name)
    if not values:
        return ""
    try:
        decoded = str(make_header(decode_header(values[0][:LONGEST_HEADER])))
    except (LookupError, ValueError):  # an unknown charset, or bytes that do not fit it
        decoded = values[0]
    return printable(" ".join(decoded.split()))[:LONGEST_HEADER]


def sender(message: Message) -> str | None:
    """The bare address of the one sender, in lower case. None unless there is exactly one ``From`` with exactly one address.

    What stands before the address, in quotes or encoded, is a name, whatever it looks like.
    """
    fields = raw(message, "From")
    pairs = getaddresses(fields)
    if len(fields) != 1 or len(pairs) != 1 or pairs[0][1].count("@") != 1:
        return None
    if fields[0].rstrip().endswith(","):  # an empty second address, which older Pythons leave out
        return None
    return pairs[0][1].lower()


def addresses(message: Message, name: str) -> tuple[str, ...]:
    """The bare addresses in the header fields of this name, in lower case."""
    pairs = getaddresses([value[:LONGEST_HEADER] for value in raw(message, name)])
    return tuple(address.lower() for _name, address in pairs if address.count("@") == 1)


def date(message: Message) -> datetime | None:
    """When the sender says that the mail was sent, in UTC. None for a date that is none."""
    try:
        found = parsedate_to_datetime((raw(message, "Date") or [""])[0])
        aware = found if found.tzinfo else found.replace(tzinfo=timezone.utc)
        return aware.astimezone(timezone.utc)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def message_id(message: Message) -> str | None:
    """The Message-ID, with its angle brackets."""
    values = raw(message, "Message-ID")
    return values[0][:LONGEST_HEADER] if values and values[0] else None


DEEPEST = 20
"""Levels of parts within parts. A mail with more is refused, because only an attack has them."""

SEVEN_BIT = ("iso-2022", "utf-7", "hz")
"""Beginnings of names of charsets whose texts look like ASCII."""


HOST_IN_TEXT = re.compile(
    r"(?i)^(?:https?://)?(?:[^\s/@]*@)?((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,63}|\d{1,3}(?:\.\d{1,3}){3})(?=[:/?#]|$)"
)
"""A text that is an address as people write them, with the host in its group."""


@dataclass(frozen=True, slots=True)
class Link:
    """``href`` is where a click leads, ``text`` what a reader sees of it."""

    href: str
    text: str

    @property
    def is_deceptive(self) -> bool:
        """Whether the text is an address with another host than that of ``href``."""
        shown = HOST_IN_TEXT.match(self.text)
        if shown is None:
            return False
        try:
            return shown[1].lower() != urlsplit(self.href).hostname
        except ValueError:
            return True


def html_text(html: str) -> tuple[str, list[Link]]:
    """The visible text of an HTML mail, and its links. Never raises for what it is.

    The text has each link as ``text <href>``, or as ``href`` alone where the text is an address too.
    """
    reader = read_elements(html, most=len(html))
    pieces: list[str] = []
    links: list[Link] = []
    last = 0
    for each in reader.elements:
        if each.tag != "a" or not each.get("href"):
            continue
        # Browsers ignore line breaks and tabs in an address.
        href, inside = re.sub(r"[\t\r\n]", "", each.get("href")).strip(), reader.texts[each.start : each.end]
        links.append(Link(href, joined(inside)))
        is_address = HOST_IN_TEXT.match(links[-1].text) and not links[-1].is_deceptive
        pieces += [*reader.texts[last : each.start], *([] if is_address else inside)]
        pieces.append((f" {href} " if is_address else f" <{href}> ") if href else "")
        last = each.end
    lines = (" ".join(line.split()) for line in "".join([*pieces, *reader.texts[last:]]).split(LINE))
    return "\n".join(line for line in lines if line), links


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
            seen, found = html_text(content)
            texts.append(seen)
            links += found
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
        raise Pkcs12Error(Problem("mail_unreadable.parts", {"most": DEEPEST}))
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


FIELDS = {
    "from": ("from", "de", "expéditeur", "expediteur"),
    "to": ("to", "à", "a", "pour", "destinataire", "destinataires"),
    "subject": ("subject", "objet", "sujet"),
    "date": ("date", "sent", "envoyé", "envoye", "envoyé le", "cc", "reply-to", "répondre à"),
}
"""The words of English and French mail programs for the fields of a header. Those under ``date`` are skipped."""

NAMES = {word: name for name, words in FIELDS.items() for word in words}
HEADER_LINE = re.compile(r"\*{0,2}([^\W\d_][\w -]{0,20}?)\s*\*{0,2}\s*:\s*\*{0,2}\s*(.*)")
ADDRESS = re.compile(r"[^\s<>\"'();:,\[\]]{1,100}@[^\s<>\"'();:,\[\]]{1,200}")
QUOTE_MARKS = re.compile(r"^[>\s]{0,50}")


@dataclass(frozen=True, slots=True)
class QuotedMail:
    """``sender`` is None unless the line has exactly one address. ``body``: what follows the header."""

    sender: str | None
    addressees: tuple[str, ...]
    subject: str
    body: str = field(repr=False)


def quoted_mail(text: str) -> QuotedMail | None:
    """The first quoted mail in a text. None if there is no block of lines with at least a sender and a subject."""
    lines = [QUOTE_MARKS.sub("", line).rstrip() for line in text.split("\n")]
    first = 0
    while first < len(lines):
        header, end = _header(lines, first)
        if {"from", "subject"} <= header.keys():
            found = _addresses(header["from"])
            sender = found[0] if len(found) == 1 else None
            return QuotedMail(sender, _addresses(header.get("to", "")), header["subject"], "\n".join(lines[end:]))
        first = max(end, first + 1)
    return None


def _header(lines: list[str], first: int) -> tuple[dict[str, str], int]:
    """The fields in the lines from ``first`` on, and the number of the line after them. One blank line may stand between two fields."""
    header: dict[str, str] = {}
    at = first
    while at < len(lines):
        found = HEADER_LINE.fullmatch(lines[at][:1000])
        name = NAMES.get(found[1].strip().lower()) if found else None
        if found is None or name is None:
            if lines[at] or not header or not lines[at - 1]:
                break
            at += 1
            continue
        header.setdefault(name, found[2].strip())
        at += 1
    return header, at


def _addresses(text: str) -> tuple[str, ...]:
    # A link in HTML repeats the address as mailto:.
    found = ADDRESS.findall(text.replace("mailto:", " "))
    return tuple(dict.fromkeys(address.lower().rstrip(".") for address in found))
