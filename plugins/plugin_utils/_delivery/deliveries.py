# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The deliveries among the mails of a mailbox: which one counts for each holder, which are duplicates, which are replaced. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from .authentication import AuthenticationRules, Verdict, judged
from .delivery_content import Content, ContentRules, content_of, holder_in
from .letters import Forwarded, Letter
from .mail_parts import Body

TOGETHER = timedelta(days=1)
"""The issuer sends the mail with the access code together with that of the delivery. A forwarder may take until the next day."""

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
    access_mail_seen: bool = False


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


def compared(deliveries: Iterable[Delivery], access: Iterable[Letter]) -> list[Delivery]:
    """All deliveries, oldest first, each compared with the others and with the mails that have the access codes.

    A mail that may not be used never replaces another one.
    """
    ordered = sorted(deliveries, key=_age)
    usable = [each for each in ordered if each.state not in BAD]
    kept = _first_of_each(usable)
    newest = {each.content.authorisation: each for each in kept.values()}
    seen = _with_access_mail(list(kept.values()), access)
    found = []
    for each in ordered:
        if each.state in BAD:
            found.append(each)
            continue
        original = kept[key_of(each)]
        latest = newest[each.content.authorisation]
        marked = replace(each, access_mail_seen=id(original) in seen)
        if original is not each:
            marked = replace(marked, state=MailState.DUPLICATE, superseded_by=original.letter.message_id)
        elif latest is not each:
            marked = replace(marked, state=MailState.SUPERSEDED, superseded_by=latest.letter.message_id)
        found.append(marked)
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


def _with_access_mail(deliveries: Sequence[Delivery], access: Iterable[Letter]) -> set[int]:
    """Identities of the deliveries with which a mail with the access code came. Each such mail counts for one delivery, the nearest."""
    once = {letter.message_id or letter.place: letter for letter in access}
    pairs = [
        (abs(letter.date - delivery.letter.date), key, delivery)
        for key, letter in once.items()
        for delivery in deliveries
        if letter.date is not None and delivery.letter.date is not None and _are_together(letter, delivery.letter)
    ]
    used: set[str] = set()
    seen: set[int] = set()
    for distance, key, delivery in sorted(pairs, key=lambda pair: pair[0]):
        if distance <= TOGETHER and key not in used and id(delivery) not in seen:
            used.add(key)
            seen.add(id(delivery))
    return seen


def _are_together(access: Letter, delivery: Letter) -> bool:
    """Whether both mails are for one person: to the same addressee, or, where one names none, from the same forwarder."""
    if access.addressees and delivery.addressees:
        return not access.addressees.isdisjoint(delivery.addressees)
    return access.forwarder == delivery.forwarder
