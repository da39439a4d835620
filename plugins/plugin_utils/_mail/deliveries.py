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
from .received import Body

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
    """The delivery in a mail. What is wrong with it is the problem of its content."""
    body = letter.body or Body("", ())
    if verdict.problem is not None:
        # Whose mail it says to be is told, so that somebody can ask the holder.
        content = replace(holder_in(letter.subject, body, rules), problem=verdict.problem)
        return Delivery(letter, content, verdict, MailState.NOT_AUTHENTIC)
    content = content_of(letter.subject, letter.date, body, rules, now)
    return Delivery(letter, content, verdict, MailState.REFUSED if content.problem else MailState.NEW)


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


@dataclass(frozen=True, slots=True)
class Move:
    """A mail that is to be moved, and the authorisation numbers of the deliveries in it."""

    place: str
    authorisations: frozenset[str | None]


def moves_in(
    deliveries: Sequence[Delivery], chosen_ids: frozenset[str] | None, left_alone: frozenset[str] = frozenset()
) -> list[Move]:
    """The mails to move, of deliveries that are compared, the oldest first. ``chosen_ids``: Message-IDs, None for all usable mails.

    With a chosen mail go its duplicates and all that it supersedes. If they stayed, an old link would count as new in the next run. A
    newer mail stays, and so does a mail with a delivery that cannot be used. ``left_alone``: mails that stay in any case, and with them
    all that supersedes what is in them.
    """
    bad = {each.letter.place for each in deliveries if each.state in BAD} | left_alone
    ages = _ages(deliveries)
    last = {
        each.content.authorisation: age for each, age in reversed(ages) if each.letter.place in left_alone
    }  # of each number, the oldest
    bad |= {each.letter.place for each, age in ages if age > last.get(each.content.authorisation, age)}
    newest: dict[str | None, int] = {}
    for each, age in ages:
        is_chosen = chosen_ids is None or each.letter.message_id in chosen_ids
        if is_chosen and each.letter.place not in bad:
            number = each.content.authorisation
            newest[number] = max(age, newest.get(number, age))
    stays = {each.letter.place for each, age in ages if age > newest.get(each.content.authorisation, -1)}
    going = [each for each, _age in ages if each.letter.place not in bad | stays]
    going.sort(key=lambda each: each.state is MailState.NEW)  # the one that counts goes last
    numbers: dict[str, set[str | None]] = {}
    for each in going:
        numbers.setdefault(each.letter.place, set()).add(each.content.authorisation)
    return [Move(place, frozenset(found)) for place, found in numbers.items()]


def _ages(deliveries: Sequence[Delivery]) -> list[tuple[Delivery, int]]:
    """Each usable delivery, and the number of its first mail in the order of the dates. A duplicate is as old as its original."""
    first: dict[tuple[str | None, ...], int] = {}
    return [
        (each, first.setdefault(key_of(each), number))
        for number, each in enumerate(deliveries)
        if each.state not in BAD
    ]
