# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The people of a report as a register has them: one for all workstations, with the worst of the rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .._facts.holders import HolderEntry
from .._facts.shared_numbers import Shared
from .._policy.subject import ExpectedSubject
from .accounts import holder_keys
from .language.wording import urgency
from .model import HolderRow, RegisterPerson
from .name_order import name_sort_key
from .rows import holder_key
from .sources import Host

Place = tuple[str, HolderEntry]


def register_people(
    hosts: Iterable[Host], people: Iterable[HolderEntry], rows: Iterable[HolderRow], shared: Shared
) -> tuple[RegisterPerson, ...]:
    """Everybody whom the inventory has, sorted by name. ``hosts``, ``people``: with the leavers, who have no row."""
    places: list[Place] = [(host.name, entry) for host in hosts for entry in host.entries]
    places += [("", entry) for entry in people]
    sids = holder_keys(entry for _host, entry in places)
    found: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        found.setdefault(holder_key(place[1], sids, shared), []).append(place)
    worst: dict[tuple[str, str], HolderRow] = {}
    for row in sorted(rows, key=urgency):
        worst.setdefault(holder_key(_entry_of(row), sids, shared), row)
    made = (_person(each, worst.get(key)) for key, each in found.items())
    return tuple(sorted(made, key=lambda person: (*name_sort_key(person.name), person.authorisation)))


def _entry_of(row: HolderRow) -> HolderEntry:
    place = row.places[0] if row.places else None
    person = ExpectedSubject(row.name or None, row.authorisation or None)
    return HolderEntry(place.account if place else row.name, person, owner_sid=place.owner_sid if place else None)


def _person(places: Sequence[Place], row: HolderRow | None) -> RegisterPerson:
    """Of several entries, the first that says something counts. An end date of the whole site is none of the person's."""
    entries = [entry for _host, entry in places]
    seats = dict.fromkeys((host, entry.user) for host, entry in places if host)
    first = entries[0].person

    def said(key: str) -> Any:
        return next((value for entry in entries if (value := getattr(entry, key))), None)

    own = [entry.anniversary for entry in entries if entry.anniversary and not entry.is_site_anniversary]
    return RegisterPerson(
        name=first.name or "",
        authorisation=first.authorisation or "",
        user=tuple(account for _host, account in seats),
        workstations=tuple(host for host, _account in seats),
        function=said("function"),
        mail=said("mail"),
        authorisation_anniversary=max(own, default=None),
        absent_from=said("absent_from"),
        absent_until=said("absent_until"),
        leaves_on=said("leaves_on"),
        group=said("group"),
        former_name=next((each.person.former_name for each in entries if each.person.former_name), None),
        awaiting=said("awaiting"),
        expected_from=said("expected_from"),
        refusal=said("row_refusal"),
        row=row,
    )
