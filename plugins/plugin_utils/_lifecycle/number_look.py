# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The looks for numbers and accounts that the inventory has for two people, once for all tasks of a run, and what is said to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from .._errors import Pkcs12Error, Problem
from .._facts.codec import from_map, to_map
from .._facts.holder_entries import VARIABLE, entries_in
from .._facts.holders import HolderEntry
from .._facts.leavers import LEAVERS, gone, leavers_in
from .._facts.retired import SITE_FOLDER, retired_in
from .._facts.shared_accounts import (
    SETTING,
    AccountRow,
    Accounts,
    account_name,
    account_rows_as,
    account_rows_in,
    of_nobody,
    of_two_people,
)
from .._facts.shared_numbers import Person, Shared, SharedNumber, listed_as, listed_in, shared_by, shared_numbers
from .._policy.accounts import full_names
from .._policy.issuers import Issuers
from .._policy.names import number_key
from .._policy.subject import ExpectedSubject
from .._workstation.receiver import UNVERIFIED, exact_names
from .transaction import HolderStore


class OfAllHosts(Protocol):
    """The part of an action that knows the inventory."""

    @property
    def host(self) -> str:
        """The inventory's name of the host."""

    def variable(self, name: str) -> Any:
        """A variable of the host; None where it is not set. Raises ``Pkcs12Error``."""

    def folder(self, name: str) -> Path | None:
        """A variable with a folder on the controller. Raises ``Pkcs12Error``."""

    def of_all_hosts(self, name: str, make: Callable[[Iterator[tuple[str, Any]]], Any], what: str = "") -> Any:
        """What ``make`` makes of a variable of all hosts, once in a run; ``what`` tells two apart."""


def shared_in_inventory(action: OfAllHosts, entries: Sequence[HolderEntry]) -> Shared:
    """The numbers with two people: in ``pkcs12_holders`` of all hosts that can be read, and among the entries of a task."""

    def look(by_host: Iterator[tuple[str, Any]]) -> list[dict[str, Any]]:
        listed = (each for host, given in by_host for each in listed_in(host, given))
        return [to_map(each) for each in shared_numbers(listed).values()]

    found = [from_map(SharedNumber, each) for each in action.of_all_hosts(VARIABLE, look)]
    return shared_numbers(listed_as(action.host, entries)) | {number_key(each.number): each for each in found}


def accounts_in_inventory(action: OfAllHosts, entries: Sequence[HolderEntry], site: Issuers, today: date) -> Accounts:
    """Who has which account: in ``pkcs12_holders`` of all hosts that can be read, and among the entries of a task. Who has left or
    is retired has none.

    Raises ``Pkcs12Error`` (``bad_arguments``) where the setting does not name accounts.
    """

    def look(by_host: Iterator[tuple[str, Any]]) -> list[dict[str, Any]]:
        hosts = list(by_host)
        left = gone((entry for _host, given in hosts for entry in entries_in(given)), today)
        rows = (row for host, given in hosts for row in account_rows_in(host, given))
        return [to_map(each) for each in of_two_people(rows, left)]

    left: set[str] = set()
    with suppress(Pkcs12Error):  # the task that has to use it says what is wrong with it
        folder = action.folder(SITE_FOLDER)
        left = {*leavers_in(action.variable(LEAVERS)), *(retired_in(folder) if folder else ())}
    gone_too = set(map(number_key, left))
    found = (from_map(AccountRow, each) for each in action.of_all_hosts(VARIABLE, look, "accounts"))
    rows = dict.fromkeys((*account_rows_as(action.host, entries), *found))
    known = tuple(row for row in rows if number_key(row.who.number) not in gone_too)
    return Accounts(action.host, known, full_names(action.variable(f"pkcs12_{SETTING}"), SETTING), site)


def names_of_nothing(action: OfAllHosts, hosts: Sequence[str]) -> Iterator[Problem]:
    """What two settings name, at any host, and the inventory has not: a slip there serves nobody, and only who knows all hosts sees it.

    ``hosts``: of the inventory. What is wrong with a setting itself, the tasks say that use it.
    """

    def named(setting: str, read: Callable[[Any], Sequence[str]]) -> list[str]:
        def look(by_host: Iterator[tuple[str, Any]]) -> list[str]:
            found: dict[str, None] = {}
            for _host, given in by_host:
                with suppress(Pkcs12Error):
                    found |= dict.fromkeys(read(given))
            return list(found)

        return list(action.of_all_hosts(f"pkcs12_{setting}", look))

    def rows(by_host: Iterator[tuple[str, Any]]) -> list[str]:
        return list(of_nobody(accounts, (row for host, given in by_host for row in account_rows_in(host, given))))

    accounts = named(SETTING, lambda given: full_names(given, SETTING))
    if nobodys := tuple(action.of_all_hosts(VARIABLE, rows, "accounts of nobody") if accounts else ()):
        yield Problem("summary.accounts_of_nobody", {"accounts": nobodys}, SETTING)
    if unknown := tuple(each for each in named(UNVERIFIED, exact_names) if each not in hosts):
        yield Problem("summary.no_such_workstations", {"hosts": unknown}, UNVERIFIED)


def check_own_account(holder: HolderStore, person: ExpectedSubject, accounts: Accounts) -> None:
    """Refuses the first key of a person in an account that the inventory gives to somebody else, too, and that the site does not name.

    Raises ``Pkcs12Error``: ``shared_account``.
    """
    sid, inventory = holder.owner.sid, holder.inventory
    if accounts.is_there(holder.store, person) or not accounts.has_others(sid, inventory, person):
        return
    if not accounts.is_shared(sid, inventory):
        values = {"account": account_name(sid, inventory)}
        raise Pkcs12Error(Problem("shared_account", values, SETTING, accounts.places_at(sid, inventory)))


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
    return Problem("listed_at", {"name": person.name, "hosts": person.hosts})
