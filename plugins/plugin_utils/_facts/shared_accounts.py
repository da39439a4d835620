# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Accounts that the inventory gives to two people: the first key of one of them may go into the session of the other. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from .._crypto.store import CertificateStore, parse_store
from .._errors import Problem
from .._policy.accounts import account_key
from .._policy.held import signed_for, signed_in
from .._policy.issuers import Issuers
from .._policy.names import number_key
from .._policy.subject import ExpectedSubject
from .._workstation.preflight import Finding, Severity
from .._workstation.protocol import Inventory
from .holder_entries import entries_in
from .holders import HolderEntry
from .shared_numbers import Listed, by_person

SETTING = "shared_accounts"
"""The setting with the accounts that several people use, each by its full name."""
SUBJECT = "shared_account"
"""The finding on an account of two people."""
PLAIN = re.compile(r"[^\W\d_][\w.-]*(\\[\w.$-]+|@[\w.-]+|(-\d+){2,})")
"""An account that YAML reads as it stands between brackets: nothing else than a text, and no sign of YAML's."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What an entry of the inventory gives somebody. ``account``: as it is written there."""

    account: str
    who: Listed

    def is_person_of(self, other: AccountRow) -> bool:
        """Whether both entries are one person's: they have one name, or one number. A number that was corrected makes no second person."""
        number = number_key(self.who.number)
        has_number = bool(number) and number == number_key(other.who.number)
        return has_number or (bool(self.who.name.strip()) and self.who.is_person_of(other.who))


@dataclass(frozen=True, slots=True)
class Accounts:
    """The entries of the inventory, and what the site says of accounts. ``host``: of the task. ``shared``: the accounts in the setting.

    ``site``: all of its issuers, since who has a certificate of one is no newcomer when a bundle of another comes.
    """

    host: str = ""
    rows: tuple[AccountRow, ...] = ()
    shared: tuple[str, ...] = ()
    site: Issuers = field(default_factory=Issuers)

    def people_at(self, sid: str, inventory: Inventory) -> list[list[AccountRow]]:
        """The entries that give somebody the account with this SID, by person."""
        return by_person((row for row in self.rows if self._is_at(row, sid, inventory)), AccountRow.is_person_of)

    def has_others(self, sid: str, inventory: Inventory, person: ExpectedSubject) -> bool:
        """Whether the inventory gives this account to somebody else than this person, too."""
        own = AccountRow("", Listed(person.authorisation or "", person.name or "", person.former_name, self.host))
        others = (row for of_one in self.people_at(sid, inventory) for row in of_one if not own.is_person_of(row))
        return bool(person.authorisation or person.name) and any(others)

    def is_shared(self, sid: str, inventory: Inventory) -> bool:
        """Whether the site names this account as one that people share."""
        names = _names(sid, inventory, is_here=True)
        return any(account_key(each) in names for each in self.shared)

    def is_there(self, store: CertificateStore, person: ExpectedSubject) -> bool:
        """Whether the account has a certificate of this person already: by the number, and without one by the name."""
        if person.authorisation is None:
            return any(person.is_named_in(each.certificate) for each in signed_in(store, self.site))
        return any(signed_for(store, self.site, person))

    def places_at(self, sid: str, inventory: Inventory) -> tuple[Problem, ...]:
        """The same people, each with the workstations whose entries say so."""
        return tuple(map(_place, self.people_at(sid, inventory)))

    def _is_at(self, row: AccountRow, sid: str, inventory: Inventory) -> bool:
        """By the SID where this workstation was asked for the text of the entry, else by the text.

        A UPN with the login of an account of the domain may be that account: this workstation was not asked whose it is.
        """
        key, is_here = account_key(row.account), row.who.host == self.host
        asked = {account_key(each.asked): each.sid for each in inventory.accounts} if is_here else {}
        if key in asked:
            return asked[key] == sid
        names = _names(sid, inventory, is_here)
        return key in names or ("@" in key and _login(key) in names)


def account_rows_in(host: str, given: Any) -> Iterator[AccountRow]:
    """Who has which account in ``pkcs12_holders`` of a host. What is wrong with other entries, the tasks of that host say."""
    for entry in entries_in(given):
        account, number, name, former = (_text(entry, key) for key in ("user", "authorisation", "name", "former_name"))
        if account and (number or name):
            yield AccountRow(account, Listed(number, name, former or None, host))


def account_rows_as(host: str, entries: Iterable[HolderEntry]) -> Iterator[AccountRow]:
    """The same of entries that were read already."""
    for entry in entries:
        person = entry.person
        if person.authorisation or person.name:
            who = Listed(person.authorisation or "", person.name or "", person.former_name, host)
            yield AccountRow(entry.user, who)


def of_two_people(rows: Iterable[AccountRow], left: Set[str] = frozenset()) -> Iterator[AccountRow]:
    """The rows that may give one account to two people: by the login, since an account has several spellings. A SID may be any account's.

    ``left``: numbers of those who have left, and get no key.
    """
    gone = set(map(number_key, left))
    by_login: dict[str, list[AccountRow]] = {}
    for row in rows:
        if number_key(row.who.number) not in gone:
            by_login.setdefault(_login(row.account), []).append(row)
    for login, found in by_login.items():
        if _is_sid(login) or not all(map(found[0].is_person_of, found)):
            yield from found


def account_findings(inventory: Inventory, entries: Sequence[HolderEntry], accounts: Accounts) -> Iterator[Finding]:
    """What a check says of the accounts of this workstation's holders, before anybody is refused."""
    sids = {each.asked: each.sid for each in inventory.accounts if each.sid}
    for sid in dict.fromkeys(sids[entry.user] for entry in entries if entry.user in sids):
        if len(accounts.people_at(sid, inventory)) > 1:
            here = [entry.person for entry in entries if sids.get(entry.user) == sid]
            yield _shared_finding(sid, here, inventory, accounts)
    for of_one in by_person(account_rows_as(accounts.host, entries), AccountRow.is_person_of):
        own = dict.fromkeys(sids[row.account] for row in of_one if row.account in sids)
        if len(own) > 1:
            names = tuple(account_name(sid, inventory) for sid in own)
            problem = Problem("finding.two_accounts", {"name": _label(of_one), "accounts": names})
            yield Finding("two_accounts", Severity.WARNING, problem)


def setting_line(accounts: Iterable[str]) -> str:
    """The setting with these accounts, as YAML has it: an account without quotes where it may be, since a backslash is then one."""
    items = (each if PLAIN.fullmatch(each) else "'" + each.replace("'", "''") + "'" for each in sorted(set(accounts)))
    return f"pkcs12_{SETTING}: [{', '.join(items)}]"


def of_nobody(named: Iterable[str], rows: Iterable[AccountRow]) -> tuple[str, ...]:
    """The accounts of the setting that no row of the inventory has, by the login. A SID may be any account's."""
    known = {_login(row.account) for row in rows}
    if any(map(_is_sid, known)):
        return ()
    return tuple(each for each in named if not _is_sid(each) and _login(each) not in known)


def _shared_finding(sid: str, here: Iterable[ExpectedSubject], inventory: Inventory, accounts: Accounts) -> Finding:
    """An error where somebody of this workstation would be refused."""
    name, profile = account_name(sid, inventory), inventory.profile(sid)
    if accounts.is_shared(sid, inventory):
        return Finding(SUBJECT, Severity.OK, Problem("finding.account_shared", {"account": name}, SETTING), name)
    store = parse_store(profile.my) if profile else None
    are_there = all(store is not None and accounts.is_there(store, each) for each in here)
    severity = Severity.WARNING if are_there else Severity.ERROR
    problem = Problem("shared_account.check", {"account": name}, SETTING, accounts.places_at(sid, inventory))
    return Finding(SUBJECT, severity, problem, name)


def _names(sid: str, inventory: Inventory, is_here: bool) -> set[str]:
    """What an entry may call the account with this SID. ``is_here``: the entry is of this workstation.

    A name without a domain in an entry of another workstation is that of an account there, unless this one is of the domain.
    """
    name = account_name(sid, inventory)
    domain, _backslash, login = name.rpartition("\\")
    names, is_local = {sid, name}, domain.casefold() == inventory.computer.casefold()
    if is_here or not is_local:
        names |= {login, *(each.asked for each in inventory.accounts if each.sid == sid)}
    if is_here and is_local:
        names.add(f".\\{login}")
    return set(map(account_key, names))


def account_name(sid: str, inventory: Inventory) -> str:
    """The full name of an account; its SID where Windows knows none."""
    return next((each.name for each in inventory.accounts if each.sid == sid and each.name), sid)


def _is_sid(account: str) -> bool:
    return account_key(account).startswith("s-1-")


def _login(account: str) -> str:
    """The part of an account that its spellings have in common."""
    return account_key(account).rpartition("\\")[2].partition("@")[0]


def _label(of_one: Sequence[AccountRow]) -> str:
    """A person as the first entry has it."""
    return of_one[0].who.name.strip() or of_one[0].who.number


def _place(of_one: Sequence[AccountRow]) -> Problem:
    hosts = tuple(dict.fromkeys(row.who.host for row in of_one))
    return Problem("listed_at", {"name": _label(of_one), "hosts": hosts})


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else ""
