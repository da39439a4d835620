# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The mails of one sender, wherever they are in a message of the mailbox: the message itself, attached to it, or quoted in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from enum import Enum

from .._errors import Pkcs12Error, Problem
from . import received
from .authentication import Envelope
from .patterns import Pattern, fits
from .received import Body, attached_mails, body_of, quoted_mail

MOST_FORWARDS = 5
"""Levels of mails that are attached to mails. A mail with more is refused, because only an attack has them."""

PREFIXES = re.compile(r"(?i)^(?:\s*(?:re|réf|rép|ré|aw|sv|antw|fwd?|tr|wg|vs|rv)(?:\s?[\[(]\d{1,3}[\])])?\s*:)+\s*")
"""What mail programs put before the subject of a reply or a forwarded mail, in English, French, German and others, as often as it comes."""


class Forwarded(str, Enum):
    """How a mail came into the mailbox. ``redirected``: its header is the original one, with ``Resent-`` fields (RFC 5322, 3.6.6)."""

    NONE = "none"
    REDIRECTED = "redirected"
    ATTACHED = "attached"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class MailFilter:
    """Whose mails are looked for. ``access``: the pattern of the subject of the mail with the access code, if there is one."""

    senders: frozenset[str]
    delivery: Pattern
    access: Pattern | None
    inline: bool

    def kind(self, subject: str) -> str | None:
        """``access``, ``delivery`` or None. Access comes first, so that no wide pattern makes the module read an access code.

        The subject is looked at as it is, and without what mail programs put before that of a reply or a forwarded mail.
        """
        subjects = (subject, PREFIXES.sub("", subject))
        if self.access is not None and any(fits(self.access, each) for each in subjects):
            return "access"
        return "delivery" if any(fits(self.delivery, each) for each in subjects) else None


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail of the issuer. ``body`` is None for the mail with the access code. ``forwarder``: who put it here, if that is another person.

    ``addressees``: to whom the issuer wrote. ``around``: the mails that it is attached to, or quoted in, from outside in.
    """

    place: str
    message_id: str | None
    sender: str
    subject: str
    date: datetime | None
    addressees: frozenset[str]
    forwarder: str | None
    forwarded: Forwarded
    envelope: Envelope
    around: tuple[Envelope, ...]
    body: Body | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnexpectedSender:
    """A mail with the subject of a delivery and another sender; None if it has no clear one."""

    place: str
    sender: str | None
    subject: str


def letters_in(message: Message, place: str, mail_filter: MailFilter) -> Iterator[Letter | UnexpectedSender]:
    """What is found in a message: mails of the issuer, or, if there is none, what looks like one. Raises ``Pkcs12Error``."""
    found = list(_letters(message, place, mail_filter, ()))
    if found:
        yield from found
    else:
        yield from _unexpected(message, place, mail_filter)


def _letters(message: Message, place: str, mail_filter: MailFilter, around: tuple[Message, ...]) -> Iterator[Letter]:
    sender, subject = received.sender(message), received.text(message, "Subject")
    kind = mail_filter.kind(subject) if sender in mail_filter.senders else None
    if kind is not None:
        yield _letter(message, place, kind, around)
    if kind == "access":
        return
    attached = attached_mails(message)
    if attached and len(around) >= MOST_FORWARDS:
        raise Pkcs12Error(Problem("mail_unreadable.forwards", {"most": MOST_FORWARDS}))
    inside = [found for each in attached for found in _letters(each, place, mail_filter, (*around, message))]
    if not attached and kind is None and (mail_filter.inline or mail_filter.kind(subject) == "access"):
        inside = list(_quoted(message, place, mail_filter, around))
    # What the issuer has attached to a delivery is no further delivery.
    yield from (each for each in inside if kind is None or each.body is None)


def _letter(message: Message, place: str, kind: str, around: tuple[Message, ...]) -> Letter:
    outer = around[0] if around else None
    resent = received.addresses(message, "Resent-From")
    forwarder = received.sender(outer) if outer is not None else (resent[0] if resent else None)
    redirected = Forwarded.REDIRECTED if resent else Forwarded.NONE
    return Letter(
        place=place,
        message_id=received.message_id(message),
        sender=received.sender(message) or "",
        subject=received.text(message, "Subject"),
        date=received.date(message),
        addressees=frozenset(received.addresses(message, "To")),
        forwarder=forwarder,
        forwarded=redirected if outer is None else Forwarded.ATTACHED,
        envelope=_envelope(message),
        around=tuple(map(_envelope, around)),
        body=body_of(message) if kind == "delivery" else None,
    )


def _quoted(message: Message, place: str, mail_filter: MailFilter, around: tuple[Message, ...]) -> Iterator[Letter]:
    body = body_of(message)
    quoted = quoted_mail(body.text)
    kind = mail_filter.kind(quoted.subject) if quoted and quoted.sender in mail_filter.senders else None
    if quoted is None or quoted.sender is None or kind is None or (kind == "delivery" and not mail_filter.inline):
        return  # a mail with an access code is told however it came
    yield Letter(
        place=place,
        message_id=received.message_id(message),
        sender=quoted.sender,
        subject=quoted.subject,
        date=received.date(message),  # that of the quoted mail is written in words
        addressees=frozenset(quoted.addressees),
        forwarder=received.sender(message),
        forwarded=Forwarded.INLINE,
        envelope=Envelope(quoted.sender, ()),
        around=tuple(map(_envelope, (*around, message))),
        body=Body(quoted.body, body.links) if kind == "delivery" else None,
    )


def _unexpected(message: Message, place: str, mail_filter: MailFilter) -> Iterator[UnexpectedSender]:
    for each in _with_attached(message):
        sender, subject = received.sender(each), received.text(each, "Subject")
        if sender not in mail_filter.senders and mail_filter.kind(subject) == "delivery":
            yield UnexpectedSender(place, sender, subject)
            return


def has_sender(message: Message, mail_filter: MailFilter) -> bool:
    """Whether a message, or a mail that is attached to it, is from one of the senders, whatever its subject."""
    return any(received.sender(each) in mail_filter.senders for each in _with_attached(message))


def _with_attached(message: Message) -> Iterable[Message]:
    yield message
    for each in attached_mails(message):
        yield from _with_attached(each)


def _envelope(message: Message) -> Envelope:
    return Envelope(received.sender(message), tuple(received.raw(message, "Authentication-Results")))
