# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which mails are moved when their bundles are safe, and in which order. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .deliveries import BAD, Delivery, MailState, key_of


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
