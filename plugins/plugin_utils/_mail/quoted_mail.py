# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A mail that a person forwarded as text: mail programs repeat its header in words before its body. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FIELDS = {
    "from": ("from", "de", "expéditeur", "expediteur"),
    "to": ("to", "à", "a", "pour", "destinataire", "destinataires"),
    "subject": ("subject", "objet", "sujet"),
    "date": ("date", "sent", "envoyé", "envoye", "envoyé le", "cc", "reply-to", "répondre à"),
}
"""The words of English and French mail programs for the fields of a header. Those under ``date`` are skipped."""

NAMES = {word: name for name, words in FIELDS.items() for word in words}
LINE = re.compile(r"\*{0,2}([^\W\d_][\w -]{0,20}?)\s*\*{0,2}\s*:\s*\*{0,2}\s*(.*)")
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
        found = LINE.fullmatch(lines[at][:1000])
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
