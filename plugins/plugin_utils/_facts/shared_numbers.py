# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Numbers that the inventory has for two people: one of them would get the other's certificate. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from .._policy.names import has_name, normalized_text, number_key
from .holder_entries import entries_in
from .holders import HolderEntry


@dataclass(frozen=True, slots=True)
class Listed:
    """A name that the inventory has for a number. ``host``: of the entry, empty for a person without a workstation."""

    number: str
    name: str
    former_name: str | None
    host: str

    def is_person_of(self, other: Listed) -> bool:
        """Whether both are one person's, as ``name_check: words`` and ``former_name`` compare a certificate with an entry."""
        return self._accepts(other) or other._accepts(self)

    def _accepts(self, other: Listed) -> bool:
        known = (self.name, self.former_name or "")
        same = normalized_text(self.name).split() == normalized_text(other.name).split()  # also without any letter
        return same or any(has_name((other.name,), each) for each in known)


@dataclass(frozen=True, slots=True)
class Person:
    """One person by all entries; the first one's name stands for them."""

    entries: tuple[Listed, ...]

    @property
    def name(self) -> str:
        """As the first entry has it."""
        return self.entries[0].name.strip()

    @property
    def hosts(self) -> tuple[str, ...]:
        """Each once; none for a person without a workstation."""
        return tuple(dict.fromkeys(each.host for each in self.entries if each.host))

    def is_meant(self, entry: Listed) -> bool:
        """Whether an entry is this person's."""
        return all(map(entry.is_person_of, self.entries))


@dataclass(frozen=True, slots=True)
class SharedNumber:
    """A number as the first entry writes it, and the people who have it."""

    number: str
    people: tuple[Person, ...]

    def person_of(self, entry: HolderEntry) -> str:
        """The name that stands for the person of an entry; the own one of an entry that is none of these people's."""
        name = entry.person.name or entry.user
        listed = Listed(self.number, name, entry.person.former_name, "")
        return next((person.name for person in self.people if person.is_meant(listed)), name)


Shared = Mapping[str, SharedNumber]
"""By ``number_key``."""


def shared_numbers(listed: Iterable[Listed]) -> dict[str, SharedNumber]:
    """The numbers that any two of these names share who are not one person's."""
    by_number: dict[str, list[Listed]] = {}
    for each in listed:
        by_number.setdefault(number_key(each.number), []).append(each)
    people = {key: by_person(found, Listed.is_person_of) for key, found in by_number.items()}
    return {
        key: SharedNumber(found[0][0].number.strip(), tuple(Person(tuple(each)) for each in found))
        for key, found in people.items()
        if len(found) > 1
    }


EntryT = TypeVar("EntryT")


def by_person(entries: Iterable[EntryT], is_one: Callable[[EntryT, EntryT], bool]) -> list[list[EntryT]]:
    """The entries of each person, in their order. ``is_one``: whether two entries are one person's."""
    people: list[list[EntryT]] = []
    for each in entries:
        own = next((person for person in people if all(is_one(each, other) for other in person)), None)
        if own is None:
            people.append([each])
        else:
            own.append(each)
    return people


def listed_in(host: str, given: Any) -> Iterable[Listed]:
    """Who has a number and a name in ``pkcs12_holders`` of a host. What is wrong with other entries, the tasks of that host say."""
    for entry in entries_in(given):
        number, name, former = (entry.get(key) for key in ("authorisation", "name", "former_name"))
        if isinstance(number, str) and number_key(number) and isinstance(name, str) and name.strip():
            yield Listed(number, name, former if isinstance(former, str) else None, host)


def listed_as(host: str, entries: Iterable[HolderEntry]) -> Iterable[Listed]:
    """The same of entries that were read already."""
    for entry in entries:
        person = entry.person
        if person.authorisation and number_key(person.authorisation) and (person.name or "").strip():
            yield Listed(person.authorisation, person.name or "", person.former_name, host)


def shared_by(number: str | None, shared: Shared) -> SharedNumber | None:
    """The shared number that this one is, or None."""
    return shared.get(number_key(number or ""))
