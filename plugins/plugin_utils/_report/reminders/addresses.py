# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which mail address a reminder goes to: holders' from the inventory and the register, the others' from options. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..._errors import Pkcs12Error
from ..._facts.holders import HolderEntry, parse_holder
from ..model import NextStep, Report
from ..sources import entries_of
from ..summary import homonyms
from .plan import Recipient, ReminderItem, person_of


@dataclass(frozen=True, slots=True)
class Addresses:
    """``holders``: an address by person (``person_of``). ``employer`` may be empty, ``it`` is not."""

    holders: Mapping[str, str]
    employer: Sequence[str]
    it: Sequence[str]


@dataclass(frozen=True, slots=True)
class Letter:
    """The matters that go into one mail to one address."""

    recipient: Recipient
    address: str
    matters: tuple[ReminderItem, ...]


def addresses_of(options: Mapping[str, Any], variables: Iterable[tuple[str, Mapping[str, Any]]]) -> Addresses:
    """The addresses. If a person has several, the first one counts: by name of the host, then the register's.

    Raises ``Pkcs12Error``: ``bad_arguments``.
    """
    listed = [entry for name, known in variables for entry in _entries(name, known)]
    register = [parse_holder({"user": each["name"]} | each) for each in options["register_holders"]]
    holders: dict[str, str] = {}
    for entry in (*listed, *register):
        if entry.mail:
            holders.setdefault(_person(entry), entry.mail)
    return Addresses(holders, options["employer_to"], options["it_to"])


def _entries(name: str, variables: Mapping[str, Any]) -> Sequence[HolderEntry]:
    """The holders of a workstation; nobody where its variables cannot be used, which the report says."""
    try:
        return entries_of(name, variables)
    except Pkcs12Error:
        return ()


def letters_of(matters: Iterable[ReminderItem], addresses: Addresses, report: Report) -> tuple[Letter, ...]:
    """One mail for each holder, one for each address of the employer and of IT. IT's comes last.

    A matter of somebody without an address is IT's. Where a name of the report says too little, it has its number.
    """
    found: dict[tuple[Recipient, str, str], list[ReminderItem]] = {}
    for matter in matters:
        people = _people(matter, addresses)
        to = matter.recipient if people else Recipient.IT
        own = matter.person if to is Recipient.HOLDER else ""
        for address in dict.fromkeys(people or addresses.it):
            known = matter if people else replace(matter, instead_of=matter.recipient)
            found.setdefault((to, address, own), []).append(known)
    made = (Letter(to, address, tuple(each)) for (to, address, _person), each in found.items())
    return _with_numbers(sorted(made, key=lambda letter: list(Recipient).index(letter.recipient)), report)


def _with_numbers(letters: Iterable[Letter], report: Report) -> tuple[Letter, ...]:
    """The same, with the numbers of people whose names say too little: of homonyms, and of those who share a number. A holder's own
    mail has no number."""
    rows = (*report.holders, *report.without_workstation)
    names = homonyms(rows)
    several = {
        row.authorisation
        for row in rows
        if row.authorisation and (row.name in names or row.next_step is NextStep.GIVE_OWN_NUMBER)
    }
    return tuple(
        letter
        if letter.recipient is Recipient.HOLDER
        else replace(
            letter,
            matters=tuple(
                replace(each, name=f"{each.name}, {each.person}") if each.name and each.person in several else each
                for each in letter.matters
            ),
        )
        for letter in letters
    )


def _people(matter: ReminderItem, addresses: Addresses) -> Sequence[str]:
    if matter.recipient is Recipient.HOLDER:
        address = addresses.holders.get(matter.person)
        return [address] if address else []
    return addresses.employer if matter.recipient is Recipient.EMPLOYER else addresses.it


def _person(entry: HolderEntry) -> str:
    return person_of(entry.person.authorisation, entry.person.name or entry.user)
