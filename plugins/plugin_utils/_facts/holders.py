# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Who works at a workstation, and where each of them stands there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from .._errors import CollectionError
from .._policy.subject import ExpectedSubject, index_holders
from .._policy.validity import Calendar
from .._workstation.account import TEMPORARY
from .._workstation.protocol import Inventory
from .codec import Mismatch, from_map
from .evaluation import HolderStatus, RatedCertificate, StatusRules, rate_holder
from .schema import SCHEMA, HolderRecord, UnreadRecord


@dataclass(frozen=True, slots=True)
class HolderEntry:
    """A holder's entry in the inventory, and the account that the workstation knows for it.

    ``user``: DOMAIN\\user, UPN or SID, as it was written. ``anniversary``: day until which the yearly authorisation holds.
    ``logged_on`` is None where the account has no profile. ``outcome`` and ``outcome_at``: what the last renewal said, and when.
    """

    user: str
    person: ExpectedSubject
    anniversary: date | None = None
    owner_sid: str | None = None
    account: str | None = None
    logged_on: bool | None = None
    outcome: str | None = None
    outcome_at: datetime | None = None


def parse_holder(entry: Mapping[str, Any]) -> HolderEntry:
    """An entry of ``pkcs12_holders``. Raises ``CollectionError`` (``bad_arguments``) for a day that is none."""
    anniversary = entry.get("authorisation_anniversary") or None
    try:
        day = date.fromisoformat(str(anniversary)) if anniversary is not None else None
    except ValueError:
        raise CollectionError(
            code="bad_arguments",
            cause=f"authorisation_anniversary of {entry['user']} is {str(anniversary)!r}, which is no day.",
            next_step="Write it as YYYY-MM-DD, for instance 2027-03-01.",
        ) from None
    number = entry.get("authorisation")
    person = ExpectedSubject(entry.get("name") or None, str(number) if number else None)
    return HolderEntry(str(entry["user"]), person, day)


def holders_of_facts(facts: Any) -> tuple[HolderEntry, ...]:
    """Those whom earlier facts of the workstation name; none where the facts are of another schema, or not there."""
    holders = facts.get("holders") if isinstance(facts, Mapping) and facts.get("schema") == SCHEMA else None
    try:
        known = [from_map(HolderRecord, each) for each in (holders if isinstance(holders, list) else ())]
    except Mismatch:
        return ()
    return tuple(
        HolderEntry(
            each.user,
            ExpectedSubject(each.name, each.authorisation),
            each.authorisation_anniversary,
            each.owner_sid,
            each.account,
            each.logged_on,
            each.outcome,
            each.outcome_at,
        )
        for each in known
    )


def with_holder(entries: Iterable[HolderEntry], user: str, person: ExpectedSubject) -> tuple[HolderEntry, ...]:
    """The entries with one holder as a task names him; what is known of him besides stays."""
    others = {entry.user: entry for entry in entries}
    known = others.pop(user, HolderEntry(user, person))
    named = ExpectedSubject(person.name or known.person.name, person.authorisation or known.person.authorisation)
    return (*others.values(), replace(known, person=named))


def merge_known(asked: Iterable[HolderEntry], earlier: Iterable[HolderEntry]) -> tuple[HolderEntry, ...]:
    """The inventory's entries with what was known of their accounts."""
    known: dict[str, HolderEntry] = {}
    for entry in earlier:
        known.setdefault(entry.user, entry)
    return tuple(
        replace(known.get(entry.user, entry), person=entry.person, anniversary=entry.anniversary) for entry in asked
    )


def with_outcome(entries: Iterable[HolderEntry], user: str, outcome: str, moment: datetime) -> tuple[HolderEntry, ...]:
    """The entries after a renewal has said this of one holder."""
    at = moment.replace(microsecond=0)
    return tuple(replace(entry, outcome=outcome, outcome_at=at) if entry.user == user else entry for entry in entries)


def resolve_accounts(entries: Iterable[HolderEntry], inventory: Inventory) -> tuple[HolderEntry, ...]:
    """The same entries with what the workstation says of their accounts."""
    accounts = {account.asked: account for account in inventory.accounts}
    found = []
    for entry in entries:
        account = accounts.get(entry.user)
        sid = account.sid if account else entry.owner_sid
        profile = inventory.profile(sid) if sid else None
        name = account.name if account else entry.account
        found.append(replace(entry, owner_sid=sid, account=name, logged_on=profile.loaded if profile else None))
    return tuple(found)


def workstation_rules(
    entries: Sequence[HolderEntry], pattern: str | None, calendar: Calendar, now: datetime
) -> StatusRules:
    """The judge of one workstation, who knows those who work there."""
    accounts = accounts_of(entries)
    return StatusRules(index_holders(accounts, pattern), accounts, calendar, now)


def accounts_of(entries: Iterable[HolderEntry]) -> Mapping[str, frozenset[str]]:
    """The SIDs of each authorisation number; none where no workstation knows the account."""
    accounts: dict[str, frozenset[str]] = {}
    for entry in entries:
        if entry.person.authorisation:
            own = frozenset((entry.owner_sid,) if entry.owner_sid else ())
            accounts[entry.person.authorisation] = accounts.get(entry.person.authorisation, frozenset()) | own
    return accounts


def holder_status(
    entry: HolderEntry, judged: Iterable[RatedCertificate], unread: Iterable[UnreadRecord], judge: StatusRules
) -> HolderStatus:
    """Where the holder of a entry stands. One without an authorisation number has all related certificates of his own store."""
    number = entry.person.authorisation
    known = [each for each in judged if each.record.related and (number is None or each.holder == number)]
    elsewhere = any(judge.is_elsewhere(each.record, number) for each in known)
    problems = {each.code for each in unread if each.owner_sid == entry.owner_sid}
    # What lies in a temporary profile is gone at the logoff: nobody holds it.
    own = [each for each in known if each.record.owner_sid == entry.owner_sid and TEMPORARY not in problems]
    return rate_holder(own, elsewhere, bool(problems), judge)


def holder_record(
    entry: HolderEntry, judged: Iterable[RatedCertificate], unread: Iterable[UnreadRecord], judge: StatusRules
) -> HolderRecord:
    """The same as facts keep it."""
    standing = holder_status(entry, judged, unread, judge)
    record = standing.record
    return HolderRecord(
        user=entry.user,
        name=entry.person.name,
        authorisation=entry.person.authorisation,
        authorisation_anniversary=entry.anniversary,
        owner_sid=entry.owner_sid,
        account=entry.account,
        logged_on=entry.logged_on,
        status=standing.status,
        thumbprint=record.thumbprint if record else None,
        access_until=record.not_after if record else None,
        days_left=judge.calendar.days_left(record.not_after, judge.now) if record else None,
        outcome=entry.outcome,
        outcome_at=entry.outcome_at,
    )
