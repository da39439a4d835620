# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Who works at a workstation, and where each of them stands there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from .._errors import PkcsError
from .._policy.subject import Person, register_of
from .._policy.validity import Calendar
from .._workstation.account import TEMPORARY
from .._workstation.protocol import Inventory
from .codec import Mismatch, from_map
from .evaluation import Judge, Judged, Standing, stand
from .schema import SCHEMA, HolderRecord, UnreadRecord


@dataclass(frozen=True, slots=True)
class Seat:
    """A holder's entry in the inventory, and the account that the workstation knows for it.

    ``user``: DOMAIN\\user, UPN or SID, as it was written. ``anniversary``: day until which the yearly authorisation holds.
    ``logged_on`` is None where the account has no profile. ``outcome`` and ``outcome_at``: what the last renewal said, and when.
    """

    user: str
    person: Person
    anniversary: date | None = None
    owner_sid: str | None = None
    account: str | None = None
    logged_on: bool | None = None
    outcome: str | None = None
    outcome_at: datetime | None = None


def seat_of(entry: Mapping[str, Any]) -> Seat:
    """An entry of ``pkcs12_holders``. Raises ``PkcsError`` (``bad_arguments``) for a day that is none."""
    anniversary = entry.get("authorisation_anniversary") or None
    try:
        day = date.fromisoformat(str(anniversary)) if anniversary is not None else None
    except ValueError:
        raise PkcsError(
            code="bad_arguments",
            cause=f"authorisation_anniversary of {entry['user']} is {str(anniversary)!r}, which is no day.",
            next_step="Write it as YYYY-MM-DD, for instance 2027-03-01.",
        ) from None
    number = entry.get("authorisation")
    person = Person(entry.get("name") or None, str(number) if number else None)
    return Seat(str(entry["user"]), person, day)


def seats_of_facts(facts: Any) -> tuple[Seat, ...]:
    """Those whom earlier facts of the workstation name; none where the facts are of another schema, or not there."""
    holders = facts.get("holders") if isinstance(facts, Mapping) and facts.get("schema") == SCHEMA else None
    try:
        known = [from_map(HolderRecord, each) for each in (holders if isinstance(holders, list) else ())]
    except Mismatch:
        return ()
    return tuple(
        Seat(
            each.user,
            Person(each.name, each.authorisation),
            each.authorisation_anniversary,
            each.owner_sid,
            each.account,
            each.logged_on,
            each.outcome,
            each.outcome_at,
        )
        for each in known
    )


def with_holder(seats: Iterable[Seat], user: str, person: Person) -> tuple[Seat, ...]:
    """The seats with one holder as a task names him; what is known of him besides stays."""
    others = {seat.user: seat for seat in seats}
    known = others.pop(user, Seat(user, person))
    named = Person(person.name or known.person.name, person.authorisation or known.person.authorisation)
    return (*others.values(), replace(known, person=named))


def remembered(asked: Iterable[Seat], earlier: Iterable[Seat]) -> tuple[Seat, ...]:
    """The inventory's seats with what was known of their accounts."""
    known: dict[str, Seat] = {}
    for seat in earlier:
        known.setdefault(seat.user, seat)
    return tuple(
        replace(known.get(seat.user, seat), person=seat.person, anniversary=seat.anniversary) for seat in asked
    )


def with_outcome(seats: Iterable[Seat], user: str, outcome: str, moment: datetime) -> tuple[Seat, ...]:
    """The seats after a renewal has said this of one holder."""
    at = moment.replace(microsecond=0)
    return tuple(replace(seat, outcome=outcome, outcome_at=at) if seat.user == user else seat for seat in seats)


def seated(seats: Iterable[Seat], inventory: Inventory) -> tuple[Seat, ...]:
    """The same seats with what the workstation says of their accounts."""
    accounts = {account.asked: account for account in inventory.accounts}
    found = []
    for seat in seats:
        account = accounts.get(seat.user)
        sid = account.sid if account else seat.owner_sid
        profile = inventory.profile(sid) if sid else None
        name = account.name if account else seat.account
        found.append(replace(seat, owner_sid=sid, account=name, logged_on=profile.loaded if profile else None))
    return tuple(found)


def seated_judge(seats: Sequence[Seat], pattern: str | None, calendar: Calendar, now: datetime) -> Judge:
    """The judge of one workstation, who knows those who work there."""
    accounts = accounts_of(seats)
    return Judge(register_of(accounts, pattern), accounts, calendar, now)


def accounts_of(seats: Iterable[Seat]) -> Mapping[str, frozenset[str]]:
    """The SIDs of each authorisation number; none where no workstation knows the account."""
    accounts: dict[str, frozenset[str]] = {}
    for seat in seats:
        if seat.person.authorisation:
            own = frozenset((seat.owner_sid,) if seat.owner_sid else ())
            accounts[seat.person.authorisation] = accounts.get(seat.person.authorisation, frozenset()) | own
    return accounts


def standing_of(seat: Seat, judged: Iterable[Judged], unread: Iterable[UnreadRecord], judge: Judge) -> Standing:
    """Where the holder of a seat stands. One without an authorisation number has all related certificates of his own store."""
    number = seat.person.authorisation
    known = [each for each in judged if each.record.related and (number is None or each.holder == number)]
    elsewhere = any(judge.is_elsewhere(each.record, number) for each in known)
    problems = {each.code for each in unread if each.owner_sid == seat.owner_sid}
    # What lies in a temporary profile is gone at the logoff: nobody holds it.
    own = [each for each in known if each.record.owner_sid == seat.owner_sid and TEMPORARY not in problems]
    return stand(own, elsewhere, bool(problems), judge)


def holder_record(seat: Seat, judged: Iterable[Judged], unread: Iterable[UnreadRecord], judge: Judge) -> HolderRecord:
    """The same as facts keep it."""
    standing = standing_of(seat, judged, unread, judge)
    record = standing.record
    return HolderRecord(
        user=seat.user,
        name=seat.person.name,
        authorisation=seat.person.authorisation,
        authorisation_anniversary=seat.anniversary,
        owner_sid=seat.owner_sid,
        account=seat.account,
        logged_on=seat.logged_on,
        status=standing.status,
        thumbprint=record.thumbprint if record else None,
        access_until=record.not_after if record else None,
        days_left=judge.calendar.days_left(record.not_after, judge.now) if record else None,
        outcome=seat.outcome,
        outcome_at=seat.outcome_at,
    )
