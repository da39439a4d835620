# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The look for numbers that the inventory has for two people, once for all tasks of a run, and what is said to each of these people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from .._errors import Pkcs12Error, Problem
from .._facts.codec import from_map, to_map
from .._facts.holder_entries import VARIABLE
from .._facts.holders import HolderEntry
from .._facts.shared_numbers import Person, Shared, SharedNumber, listed_as, listed_in, shared_by, shared_numbers
from .._policy.names import number_key


class OfAllHosts(Protocol):
    """The part of an action that knows the inventory."""

    @property
    def host(self) -> str:
        """The inventory's name of the host."""

    def of_all_hosts(self, name: str, make: Callable[[Iterator[tuple[str, Any]]], Any], what: str = "") -> Any:
        """What ``make`` makes of a variable of all hosts, once in a run; ``what`` tells two apart."""


def shared_in_inventory(action: OfAllHosts, entries: Sequence[HolderEntry]) -> Shared:
    """The numbers with two people: in ``pkcs12_holders`` of all hosts that can be read, and among the entries of a task."""

    def look(by_host: Iterator[tuple[str, Any]]) -> list[dict[str, Any]]:
        listed = (each for host, given in by_host for each in listed_in(host, given))
        return [to_map(each) for each in shared_numbers(listed).values()]

    found = [from_map(SharedNumber, each) for each in action.of_all_hosts(VARIABLE, look)]
    return shared_numbers(listed_as(action.host, entries)) | {number_key(each.number): each for each in found}


def check_own_number(entry: HolderEntry, shared: Shared) -> None:
    """Refuses a holder whose row of a register is wrong, or whose number is another person's, too.

    Raises ``Pkcs12Error``: ``register_row``, ``shared_number``.
    """
    if refusal := entry.row_refusal:
        raise Pkcs12Error(refusal)
    if number := shared_by(entry.person.authorisation, shared):
        raise refusal_of(number)


def refusal_of(number: SharedNumber) -> Pkcs12Error:
    """Why nothing is done for any of the people."""
    return Pkcs12Error(Problem("shared_number", {"number": number.number}, causes=tuple(map(_place, number.people))))


def _place(person: Person) -> Problem:
    if not person.hosts:
        return Problem("shared_number.person", {"name": person.name})
    return Problem("shared_number.person_at", {"name": person.name, "hosts": person.hosts})
