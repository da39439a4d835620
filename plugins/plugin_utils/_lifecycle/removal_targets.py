# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whose stores a removal by authorisation number reaches: the accounts of the inventory, and every other store with the number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from .._crypto.store import parse_store
from .._errors import Pkcs12Error, Problem
from .._facts.holders import HolderEntry
from .._policy.held import held_by
from .._policy.issuers import Answer, Issuers
from .._policy.subject import ExpectedSubject
from .._policy.superseding import is_software
from .._workstation.protocol import Drivers, Inventory
from .absent import Absent
from .options import RunContext, options_of, state_of
from .run import DesiredState, HolderRun, HolderTask, WorkstationRun, prepare, run_tasks


def removal_run(
    options: Mapping[str, Any],
    entries: Sequence[HolderEntry],
    numbers: Sequence[str],
    context: RunContext,
    drivers: Drivers,
    now: Callable[[], datetime],
) -> WorkstationRun:
    """Removes the certificates of these numbers, which ``leaving_numbers`` has made.

    It reads the workstation once, and once more if another account has one of them.
    """
    users = [entry.user for entry in entries]
    inventory = drivers.inventory(users)
    found_by_number = list(_other_stores(inventory, entries, numbers, options["authorisation_pattern"], context.site))
    others = [entry for entry, _is_signed in found_by_number]
    leaving = _leaving(inventory, entries, numbers, [entry for entry, is_signed in found_by_number if is_signed])
    if others:
        inventory = drivers.inventory([*users, *(entry.user for entry in others)])

    def states(entry: HolderEntry) -> Sequence[tuple[HolderEntry, DesiredState]]:
        made = state_of(options_of(options, entry, entries), _by_number(entry), context)
        named = replace(made, holder=entry.person, others=tuple(entries)) if isinstance(made, Absent) else made
        return [(entry, named)]

    run = run_tasks(prepare([*leaving, *others], states, now()), inventory, drivers, now)
    found = {entry.person.authorisation for entry in (*leaving, *others)}
    in_machine = tuple(_machine_store(run.inventory, numbers, options["authorisation_pattern"]))
    not_found = tuple(number for number in numbers if number not in found)
    not_searched = tuple(_unread_stores(run.inventory, [*leaving, *others]))
    return replace(run, holders=(*run.holders, *in_machine), not_found=not_found, not_searched=not_searched)


def _by_number(entry: HolderEntry) -> HolderEntry:
    """A leaver is known by the number alone: the name may have changed since the certificate was issued."""
    return replace(entry, person=replace(entry.person, name=None))


def _leaving(
    inventory: Inventory, entries: Iterable[HolderEntry], numbers: Collection[str | None], others: Iterable[HolderEntry]
) -> list[HolderEntry]:
    """The leavers of the inventory. One whose account is deleted by now is left out if his store was found by the number: ``others``."""
    sids = {account.asked: account.sid for account in inventory.accounts}
    by_store = {entry.person.authorisation for entry in others}
    return [
        entry
        for entry in entries
        if entry.person.authorisation in numbers
        and (sids.get(entry.user) or entry.person.authorisation not in by_store)
    ]


def _unread_stores(inventory: Inventory, reached: Iterable[HolderEntry]) -> Iterable[str]:
    """Stores that may hold a leaver's certificate, and that nobody could read. The stores of ``reached`` have results of their own."""
    users = {entry.user for entry in reached}
    known = {account.sid for account in inventory.accounts if account.asked in users}
    for profile in inventory.profiles:
        if profile.owner_sid not in known and parse_store(profile.my).unread:
            yield profile.path or profile.owner_sid
    if parse_store(inventory.machine).unread:
        yield "LocalMachine\\My"


def _other_stores(
    inventory: Inventory, entries: Iterable[HolderEntry], numbers: Iterable[str], pattern: str | None, site: Issuers
) -> Iterable[tuple[HolderEntry, bool]]:
    """Stores with a certificate of a leaver that the inventory does not name for this account; whether the site's issuer signed one."""
    sids = {account.asked: account.sid for account in inventory.accounts}
    named = {(sids.get(entry.user), entry.person.authorisation) for entry in entries}
    for number in numbers:
        person = ExpectedSubject(authorisation=number, pattern=pattern)
        for profile in inventory.profiles:
            held = held_by(parse_store(profile.my), site, person)
            answers = {answer for stored, answer in held if is_software(stored)}
            if answers and (profile.owner_sid, number) not in named:
                yield HolderEntry(profile.owner_sid, person), Answer.SIGNED in answers


def _machine_store(inventory: Inventory, numbers: Iterable[str], pattern: str | None) -> Iterable[HolderRun]:
    """No holder owns a certificate in LocalMachine\\My, so it stays, and the run fails."""
    for number in numbers:
        person = ExpectedSubject(authorisation=number, pattern=pattern)
        if any(person.owns(found.certificate) for found in parse_store(inventory.machine).certificates):
            refusal = Pkcs12Error(Problem("machine_store", {"computer": inventory.computer, "number": number}))
            yield HolderRun(HolderTask(HolderEntry("LocalMachine", person)), refusal=refusal)
