# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The deliveries among the mails of a mailbox: which one counts for each holder, which are duplicates, which are replaced. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from .authentication import AuthenticationRules, Verdict, judged
from .delivery_content import Content, ContentRules, content_of, holder_in
from .letters import Forwarded, Letter
from .mail_parts import Body

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class MailState(str, Enum):
    """What a delivery mail is worth, before anything is withdrawn. Only ``new`` is to be withdrawn.

    ``DeliveryState`` is what became of a holder's delivery, mail and bundle together.
    """

    NEW = "new"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    NOT_AUTHENTIC = "not_authentic"
    REFUSED = "refused"


BAD = frozenset({MailState.NOT_AUTHENTIC, MailState.REFUSED})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery mail and what it is worth. ``superseded_by``: the Message-ID of the mail that counts instead."""

    letter: Letter = field(repr=False)
    content: Content
    verdict: Verdict
    state: MailState
    superseded_by: str | None = None


def verdict_of(letter: Letter, rules: AuthenticationRules) -> Verdict:
    """Whether a mail is the issuer's."""
    return judged(letter.envelope, letter.around, letter.forwarded is Forwarded.INLINE, rules)


def delivery_of(letter: Letter, verdict: Verdict, rules: ContentRules, now: datetime) -> Delivery:
    """The delivery in a mail. What is wrong with it is the error of its content."""
    body = letter.body or Body("", ())
    if verdict.error is not None:
        # Whose mail it says to be is told, so that somebody can ask the holder.
        content = replace(holder_in(letter.subject, body, rules), error=verdict.error)
        return Delivery(letter, content, verdict, MailState.NOT_AUTHENTIC)
    content = content_of(letter.subject, letter.date, body, rules, now)
    return Delivery(letter, content, verdict, MailState.REFUSED if content.error else MailState.NEW)


def compared(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """All deliveries, oldest first, each compared with the others.

    A mail that may not be used never replaces another one.
    """
    ordered = sorted(deliveries, key=_age)
    usable = [each for each in ordered if each.state not in BAD]
    kept = _first_of_each(usable)
    newest = {each.content.authorisation: each for each in kept.values()}
    found = []
    for each in ordered:
        if each.state in BAD:
            found.append(each)
            continue
        original = kept[key_of(each)]
        latest = newest[each.content.authorisation]
        if original is not each:
            found.append(replace(each, state=MailState.DUPLICATE, superseded_by=original.letter.message_id))
        elif latest is not each:
            found.append(replace(each, state=MailState.SUPERSEDED, superseded_by=latest.letter.message_id))
        else:
            found.append(each)
    return found


def _age(delivery: Delivery) -> tuple[datetime, bool, str]:
    """Oldest first; of two with one date, the mail itself before a forwarded one."""
    letter = delivery.letter
    return letter.date or EPOCH, letter.forwarded is not Forwarded.NONE, letter.message_id or letter.place


def key_of(delivery: Delivery) -> tuple[str | None, ...]:
    """What two mails about the same delivery have in common. A forwarded one may have another Message-ID and another date."""
    content = delivery.content
    return content.authorisation, content.url, content.code


def _first_of_each(deliveries: Sequence[Delivery]) -> dict[tuple[str | None, ...], Delivery]:
    kept: dict[tuple[str | None, ...], Delivery] = {}
    for each in deliveries:
        kept.setdefault(key_of(each), each)
    return kept
