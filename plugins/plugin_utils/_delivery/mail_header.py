# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The header of a mail (RFC 5322): who sent it, to whom, when, about what. It reads headers that are wrong, and guesses nothing."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import cast

from .._errors import CollectionError

LONGEST_HEADER = 1000
"""Characters of a header field that are used."""

# The header fields stay as they came: the structured parser of Python raises for some that are wrong.
POLICY = email.policy.compat32.clone()


def parsed(data: bytes) -> EmailMessage:
    """A message of these bytes. Its payload may have defects."""
    return cast(EmailMessage, email.message_from_bytes(data, policy=POLICY))


def raw(message: EmailMessage, name: str) -> list[str]:
    """The values of all header fields of this name, from the top, unfolded and undecoded."""
    return [" ".join(str(value).split()) for value in message.get_all(name, [])]


def text(message: EmailMessage, name: str) -> str:
    """The first header field of this name, decoded (RFC 2047), in one line."""
    values = raw(message, name)
    if not values:
        return ""
    try:
        decoded = str(make_header(decode_header(values[0][:LONGEST_HEADER])))
    except (LookupError, ValueError):  # an unknown charset, or bytes that do not fit it
        decoded = values[0]
    return " ".join(decoded.split())[:LONGEST_HEADER]


def sender(message: EmailMessage) -> str | None:
    """The bare address of the one sender, in lower case. None unless there is exactly one ``From`` with exactly one address.

    What stands before the address, in quotes or encoded, is a name, whatever it looks like.
    """
    fields = raw(message, "From")
    if len(fields) != 1:
        return None
    found = addresses(message, "From")
    return found[0] if len(found) == 1 else None


def addresses(message: EmailMessage, name: str) -> tuple[str, ...]:
    """The bare addresses in the header fields of this name, in lower case."""
    pairs = getaddresses([value[:LONGEST_HEADER] for value in raw(message, name)])
    return tuple(address.lower() for _name, address in pairs if address.count("@") == 1)


def date(message: EmailMessage) -> datetime | None:
    """When the sender says that the mail was sent, in UTC. None for a date that is none."""
    try:
        found = parsedate_to_datetime((raw(message, "Date") or [""])[0])
        aware = found if found.tzinfo else found.replace(tzinfo=timezone.utc)
        return aware.astimezone(timezone.utc)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def message_id(message: EmailMessage) -> str | None:
    """The Message-ID, with its angle brackets."""
    values = raw(message, "Message-ID")
    return values[0][:LONGEST_HEADER] if values and values[0] else None


def unreadable(problem: str) -> CollectionError:
    """The error of a mail that Python's library cannot read."""
    return CollectionError(
        code="mail_unreadable",
        cause=f"The mail cannot be read: {problem}.",
        next_step="Look at it in a mail program. If it is the issuer's, ask for it once more.",
    )
