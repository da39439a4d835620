# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Where a workstation contradicts who the inventory says works there: accounts that it does not know, and certificates of the issuer
that are in date and whose number is in no row. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from .._crypto.store import parse_store
from .._policy.held import signed_in
from .._policy.issuers import Issuers
from .._policy.subject import HasSubject, HolderIndex
from .._workstation.protocol import Inventory
from .holder_entries import entries_in
from .holders import HolderEntry

NO_ROW, UNKNOWN_ACCOUNT, OTHER_NUMBER = "no_row", "unknown_account", "other_number"
"""A certificate of somebody without a row; an account that does not exist; a certificate of somebody with a row, with another number."""

Difference = Mapping[str, str]


def numbers_of(by_host: Iterable[tuple[str, Any]]) -> list[str]:
    """The authorisation numbers in ``pkcs12_holders`` of hosts. What is no text, the tasks of that host say."""
    given = (each.get("authorisation") for _host, holders in by_host for each in entries_in(holders))
    return sorted({number.strip() for number in given if isinstance(number, str) and number.strip()})


def comparison(
    inventory: Inventory, entries: Sequence[HolderEntry], index: HolderIndex, site: Issuers, now: datetime
) -> list[Difference]:
    """The differences at one workstation. ``index``: of the numbers of everybody in the inventory. Where the site has not named its
    issuers, nobody knows which certificates are meant."""
    found = list(_unknown_accounts(inventory, entries))
    if site.is_named:
        found += _certificates(inventory, entries, index, site, now)
    return sorted(found, key=lambda each: tuple(each.values()))


def _unknown_accounts(inventory: Inventory, entries: Iterable[HolderEntry]) -> Iterator[Difference]:
    unknown = {account.asked for account in inventory.accounts if account.sid is None}
    for entry in entries:
        if entry.user in unknown:
            yield _difference(UNKNOWN_ACCOUNT, entry.user, entry)


def _certificates(
    inventory: Inventory, entries: Sequence[HolderEntry], index: HolderIndex, site: Issuers, now: datetime
) -> Iterator[Difference]:
    names = {account.sid: account.name for account in inventory.accounts}
    for profile in inventory.profiles:
        for stored in signed_in(parse_store(profile.my), site):
            each = stored.certificate
            if stored.archived or not each.is_in_date(now):
                continue
            if index.holder_of(each) is None:
                account = names.get(profile.owner_sid) or profile.path or profile.owner_sid
                entry = next((entry for entry in entries if _is_of_another_number(entry, each)), None)
                yield _difference(OTHER_NUMBER if entry else NO_ROW, account, entry, each.subject_cn or each.subject)


def _is_of_another_number(entry: HolderEntry, found: HasSubject) -> bool:
    """Whether a certificate may be the one of this entry: by the name, where the number differs, or was lost in a wrong row."""
    is_lost = entry.row_problem is not None and entry.person.authorisation is None
    return entry.person.is_by_name(found) if is_lost else entry.person.has_another_number(found)


def _difference(kind: str, account: str, entry: HolderEntry | None, found: str = "") -> Difference:
    person = entry.person if entry else None
    return {
        "kind": kind,
        "account": account,
        "name": (person.name if person else None) or "",
        "number": (person.authorisation if person else None) or "",
        "found": found,
    }
