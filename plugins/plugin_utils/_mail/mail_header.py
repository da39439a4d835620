# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The header of a mail (RFC 5322): who sent it, to whom, when, about what. It reads headers that are wrong, and guesses nothing."""

from __future__ import annotations

import email
import re
from datetime import datetime, timezone
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from .._errors import Pkcs12Error

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


def unreadable(problem: str) -> Pkcs12Error:
    """The error of a mail that Python's library cannot read."""
    return Pkcs12Error(
        code="mail_unreadable",
        cause=f"The mail cannot be read: {problem}.",
        next_step="Look at it in a mail program. If it is the issuer's, ask for it once more.",
    )
