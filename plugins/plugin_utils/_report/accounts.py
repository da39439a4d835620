# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whose account is which, where the inventory names people whom the facts of a workstation do not know yet. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from .._facts.holders import HolderEntry
from .._messages.words import MACHINE_SID, SID
from .._policy.issuers import Answer, Issuers
from .._policy.subject import HolderIndex
from .sources import Host


def with_accounts(hosts: Sequence[Host], index: HolderIndex, site: Issuers) -> tuple[Host, ...]:
    """The hosts, with the accounts of holders whom the facts do not know: newer entries, and facts of a task without holders.

    The account is the SID in the entry, or the owner with this name in the facts, or the only account whose store has the holder's
    number in a certificate that the site's issuer signed, if it belongs to no other holder.
    """
    numbers: dict[str, set[str | None]] = {}
    for entry in (entry for host in hosts for entry in host.entries if entry.owner_sid):
        numbers.setdefault(entry.owner_sid or "", set()).add(entry.person.authorisation)
    return tuple(
        _located(host, index, site, numbers) if any(map(_is_missing, host.entries)) and host.facts_at else host
        for host in hosts
    )


def _is_missing(entry: HolderEntry) -> bool:
    return entry.owner_sid is None and not entry.in_facts


def _located(host: Host, index: HolderIndex, site: Issuers, numbers: Mapping[str, Set[str | None]]) -> Host:
    owners = {each.owner.casefold(): each.owner_sid for each in host.certificates if each.owner}
    stores: dict[str, set[str]] = {}
    for record in host.certificates:
        is_of_site = record.related and record.owner_sid != MACHINE_SID
        answer = site.answer(record.issuer, record.signed_by, record.issuer_setting) if is_of_site else None
        holder = index.holder_of(record) if answer is Answer.SIGNED else None
        if holder and numbers.get(record.owner_sid, {holder}) & {holder}:
            stores.setdefault(holder, set()).add(record.owner_sid)

    def located(entry: HolderEntry) -> HolderEntry:
        if not _is_missing(entry):
            return entry
        written = entry.user.upper() if SID.fullmatch(entry.user) else owners.get(entry.user.casefold())
        return replace(entry, owner_sid=written or _only(stores.get(entry.person.authorisation or "", ()), numbers))

    return replace(host, entries=tuple(map(located, host.entries)))


def _only(found: Iterable[str], known: Mapping[str, Set[str | None]]) -> str | None:
    """The only account, or the one of several that another workstation knows as the holder's."""
    found = list(found)
    best = [sid for sid in found if sid in known] or found
    return best[0] if len(best) == 1 else None


def holder_keys(entries: Iterable[HolderEntry]) -> Mapping[str, str]:
    """The SID of each account name. Names with several SIDs are left out, because local accounts of several people may share a name."""
    sids: dict[str, set[str]] = {}
    for entry in entries:
        if entry.owner_sid:
            sids.setdefault(entry.user.casefold(), set()).add(entry.owner_sid)
    return {user: next(iter(found)) for user, found in sids.items() if len(found) == 1}
