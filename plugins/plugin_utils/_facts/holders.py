# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Who works at a workstation, and where each of them stands there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from .._errors import Pkcs12Error, Problem, Value
from .._policy.access import Authorisation, access_of, access_there
from .._policy.accounts import account_of
from .._policy.issuers import Issuers
from .._policy.names import NameCheck, number_key
from .._policy.subject import ExpectedSubject, index_holders
from .._policy.validity import Calendar
from .._workstation.findings import TEMPORARY
from .._workstation.protocol import Inventory
from .evaluation import HolderStatus, RatedCertificate, StatusRules, rate_holder
from .schema import HolderRecord, KeyId, UnreadRecord, WorkstationRecord, location_of


class Awaiting(str, Enum):
    """What a newcomer waits for: that the employer returns the yearly document with this person, or the first bundle of the issuer."""

    DOCUMENT = "document"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True)
class HolderEntry:
    """A holder's entry in the inventory, and the account that the workstation knows for it.

    ``user``: DOMAIN\\user, UPN or SID, as the inventory has it. ``anniversary``: the end date of the yearly authorisation;
    ``is_site_anniversary``: it is that of the site, not one of the holder. ``absent_from``: first day away; ``absent_until``: first
    day back. ``leaves_on``: the last day, see ``leavers.gone``. ``group``: of the establishment, as a register has it.
    ``function``: what the holder is at the establishment, in the words of the inventory. ``logged_on`` is None if the account has no
    profile. ``outcome`` and ``outcome_at``: the outcome of the last run, and its time; ``problem``: what it found. ``in_facts`` is False
    if the facts of the workstation do not know this holder at this account, for instance because the entry is newer than the facts.
    ``awaiting``: what a newcomer waits for; ``expected_from``: from this day on, the first certificate should be there. ``mail``: the
    holder's mail address. ``certificate_until``: the end of the certificate that gave access by the facts of the workstation; None if
    they know of none. ``issuer_setting`` and ``issuer_names``: of the holder's record in the facts, see ``HolderRecord``.
    ``row_problem``: file and line of the holder's wrong row, as the inventory plugin ``register`` writes them.
    """

    user: str
    person: ExpectedSubject
    anniversary: date | None = None
    owner_sid: str | None = None
    account: str | None = None
    logged_on: bool | None = None
    outcome: str | None = None
    outcome_at: datetime | None = None
    absent_from: date | None = None
    absent_until: date | None = None
    leaves_on: date | None = None
    in_facts: bool = True
    is_site_anniversary: bool = False
    function: str | None = None
    group: str | None = None
    mail: str | None = None
    awaiting: Awaiting | None = None
    expected_from: date | None = None
    certificate_until: datetime | None = None
    issuer_setting: str = ""
    issuer_names: tuple[str, ...] = ()
    problem: Problem | None = None
    row_problem: str | None = None

    @property
    def row_refusal(self) -> Problem | None:
        """Why nothing may be done for this holder: the row of the register is wrong."""
        return refusal_of_row(self.row_problem) if self.row_problem else None

    def is_awaited(self, today: date) -> bool:
        """Whether nobody has to wonder yet that the holder has no certificate."""
        return self.awaiting is not None and is_before(today, self.expected_from, never=True)

    def has_left(self, today: date) -> bool:
        """Whether the last day has passed, as ``leavers.gone`` has it of an entry that is not read yet."""
        return self.leaves_on is not None and self.leaves_on < today and not self.row_problem

    def is_on_leave(self, today: date) -> bool:
        """Whether the holder is away, so that nobody can log on."""
        return is_before(today, self.absent_until, never=False) and not is_before(today, self.absent_from, never=False)

    @property
    def key(self) -> tuple[str, str | None]:
        """The account as the inventory has it, and the number. No two entries of one workstation have the same key.

        A person may have two accounts at a workstation, and several people may share one.
        """
        return self.user.casefold(), self.person.authorisation


LONGEST_FUNCTION, LONGEST_GROUPS = 100, 1000
"""Characters. A register joins all groups of a person."""
MOST_SHOWN = 60
"""Characters of a wrong value."""

HOLDER_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "user": {"type": "str", "required": True},
    "name": {"type": "str"},
    "authorisation": {"type": "raw"},
    "authorisation_anniversary": {"type": "str"},
    "absent_from": {"type": "str"},
    "absent_until": {"type": "str"},
    "leaves_on": {"type": "str"},
    "function": {"type": "str"},
    "group": {"type": "str"},
    "awaiting": {"type": "str"},
    "expected_from": {"type": "str"},
    "mail": {"type": "str"},
    "former_name": {"type": "str"},
    "row_problem": {"type": "str"},
}
"""An entry of ``pkcs12_holders`` as the suboptions of an option."""


def parse_holder(
    raw: Mapping[str, Any],
    pattern: str | None = None,
    name_check: NameCheck = NameCheck.WORDS,
    site_anniversary: date | None = None,
) -> HolderEntry:
    """An entry of ``pkcs12_holders``; ``authorisation_pattern``, ``name_check`` and ``authorisation_anniversary`` are those of the task.

    The holder's own anniversary overrides that of the task. Raises ``Pkcs12Error``: ``bad_arguments``.
    """
    raw = {**raw, "user": account_of(raw["user"])}
    own = _day(raw, "authorisation_anniversary")
    number = number_of(raw.get("authorisation"), raw["user"])
    absent_from, absent_until, leaves_on = (_day(raw, key) for key in ("absent_from", "absent_until", "leaves_on"))
    if absent_from and (absent_until is None or absent_until <= absent_from):
        raise Pkcs12Error(Problem("bad_arguments.holder_absence", {"whose": raw["user"]}))
    if leaves_on and number is None:
        raise Pkcs12Error(Problem("bad_arguments.leaves_without_number", {"whose": raw["user"]}))
    return HolderEntry(
        raw["user"],
        ExpectedSubject(
            raw.get("name") or None,
            number,
            pattern,
            name_check,
            raw.get("former_name") or None,
        ),
        own or site_anniversary,
        absent_from=absent_from,
        absent_until=absent_until,
        leaves_on=leaves_on,
        is_site_anniversary=own is None and site_anniversary is not None,
        function=_line(raw, "function", LONGEST_FUNCTION),
        group=_line(raw, "group", LONGEST_GROUPS),
        awaiting=_awaiting(raw),
        expected_from=_day(raw, "expected_from"),
        mail=_mail(raw),
        row_problem=raw.get("row_problem") or None,
    )


def refusal_of_row(row_problem: str) -> Problem:
    """Why nothing may be done for somebody whose entry has this ``row_problem``: file and line of a register."""
    file, _colon, line = row_problem.rpartition(":")
    return Problem("register_row.person", {"file": file, "line": line})


def _awaiting(raw: Mapping[str, Any]) -> Awaiting | None:
    given = raw.get("awaiting") or None
    try:
        return Awaiting(given) if given is not None else None
    except ValueError:
        wrong = {"whose": raw["user"], "given": str(given)[:MOST_SHOWN]}
        raise Pkcs12Error(Problem("bad_arguments.holder_awaiting", wrong)) from None


def _line(raw: Mapping[str, Any], key: str, most: int) -> str | None:
    """A text on one line of a table."""
    text = " ".join(str(raw.get(key) or "").split())
    if len(text) > most:
        wrong: dict[str, Value] = {"key": key, "whose": raw["user"], "length": len(text), "most": most}
        raise Pkcs12Error(Problem("bad_arguments.holder_text_too_long", wrong))
    return text or None


def _mail(raw: Mapping[str, Any]) -> str | None:
    """The mail address. Only its form at first sight is checked, so that a task that sends no mail does not fail for more."""
    mail = str(raw.get("mail") or "").strip()
    if mail and "@" not in mail:
        wrong = {"whose": raw["user"], "given": mail[:MOST_SHOWN]}
        raise Pkcs12Error(Problem("bad_arguments.holder_no_mail_address", wrong))
    return mail or None


def is_before(today: date, day: date | None, *, never: bool) -> bool:
    """Whether a day is still to come. ``never``: the answer where no day is known."""
    return never if day is None else today < day


def parse_day(given: Any, key: str = "", whose: str = "", *, setting: str | None = None) -> date | None:
    """A day that a user gives, as text or as YAML reads it: of an option (``setting``), or in a ``key``, for instance of a holder.

    Raises ``Pkcs12Error``: ``bad_arguments``.
    """
    if not given:
        return None
    with suppress(ValueError):
        day = date.fromisoformat(str(given))
        if day.isoformat() == str(given):  # Python reads other forms too, for instance those of weeks
            return day
    wrong = {"given": str(given)[:MOST_SHOWN]}
    if setting is not None:
        raise Pkcs12Error(Problem("bad_arguments.no_day", wrong, setting))
    if whose:
        raise Pkcs12Error(Problem("bad_arguments.no_day_of", {"key": key, "whose": whose, **wrong}))
    raise Pkcs12Error(Problem("bad_arguments.no_day_in", {"key": key, **wrong}))


def number_of(number: Any, whose: str = "") -> str | None:
    """An authorisation number; None for an empty or blank one. It has to be text: YAML reads 0123456 without quotes as the number 42798.

    ``whose`` it is. Raises ``Pkcs12Error``: ``bad_arguments``.
    """
    if number is None or isinstance(number, str):
        return (number or "").strip() or None
    wrong = {"number": str(number)[:MOST_SHOWN]}
    if whose:
        raise Pkcs12Error(Problem("bad_arguments.number_of_holder", {"whose": whose, **wrong}))
    raise Pkcs12Error(Problem("bad_arguments.number_no_text", wrong))


def _day(raw: Mapping[str, Any], key: str) -> date | None:
    given = raw.get(key)
    try:
        return parse_day(given, key)
    except Pkcs12Error:
        wrong = {"key": key, "whose": raw["user"], "given": str(given)[:MOST_SHOWN]}
        raise Pkcs12Error(Problem("bad_arguments.no_day_of_holder", wrong)) from None


def with_holder(entries: Iterable[HolderEntry], named: HolderEntry) -> tuple[HolderEntry, ...]:
    """The entries of earlier facts, with one holder as a task names him. What the task leaves out stays as the facts have it."""
    others, known = [], None
    for entry in entries:
        same = entry.user.casefold() == named.user.casefold()
        if same and named.person.authorisation in (None, entry.person.authorisation) and known is None:
            known = entry
        else:
            others.append(entry)
    if known is None:
        return (*others, named)
    person = replace(
        named.person, name=named.person.name or known.person.name, authorisation=known.person.authorisation
    )
    return (*others, replace(known, user=named.user, person=person))


def resolve_accounts(entries: Iterable[HolderEntry], inventory: Inventory) -> tuple[HolderEntry, ...]:
    """The same entries with SID, name and session of their accounts from the workstation."""
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
    entries: Sequence[HolderEntry],
    pattern: str | None,
    calendar: Calendar,
    now: datetime,
    site: Issuers = Issuers(),  # noqa: B008
) -> StatusRules:
    """The rules for the statuses at one workstation, with the holders who work there."""
    numbers = (entry.person.authorisation or "" for entry in entries)
    return StatusRules(index_holders(numbers, pattern), accounts_of(entries), calendar, now, site=site)


def accounts_of(entries: Iterable[HolderEntry]) -> Mapping[str, frozenset[str]]:
    """The SIDs of each authorisation number, by ``number_key``. The set is empty if no workstation knows the account."""
    accounts: dict[str, frozenset[str]] = {}
    for entry in entries:
        if entry.person.authorisation:
            own = frozenset((entry.owner_sid,) if entry.owner_sid else ())
            key = number_key(entry.person.authorisation)
            accounts[key] = accounts.get(key, frozenset()) | own
    return accounts


def holder_status(
    entry: HolderEntry, rated: Iterable[RatedCertificate], unread: Iterable[UnreadRecord], rules: StatusRules
) -> HolderStatus:
    """The status of an entry's holder. Without an authorisation number, all related certificates of the own store are the holder's.

    A profile's record is about that profile's certificates. Of those that no issuer of the site signed, only the name says a profile, so
    they are about each record of a holder who has no other one.
    """
    number, key = entry.person.authorisation, number_key(entry.person.authorisation)
    known = [each for each in rated if each.record.related and (number is None or number_key(each.holder) == key)]
    of_setting = [each for each in known if each.record.issuer_setting == entry.issuer_setting]
    elsewhere = any(rules.is_elsewhere(each.record, number) for each in of_setting if rules.counts(each.record))
    problems = {each.code for each in unread if each.owner_sid == entry.owner_sid}
    # Windows discards a temporary profile at logoff, so its certificates give no access.
    own = [each for each in known if each.record.owner_sid == entry.owner_sid and TEMPORARY not in problems]
    if not all(rules.is_refused(each.record) for each in own):
        own = [each for each in own if each.record.issuer_setting == entry.issuer_setting]
    return rate_holder(own, elsewhere, bool(problems), rules)


def other_names(record: WorkstationRecord, entries: Iterable[HolderEntry]) -> list[dict[str, str | None]]:
    """The holders whose certificate at a workstation has their number and names somebody else, as results have them."""
    persons = {entry.key: entry.person for entry in entries}
    certificates = {
        KeyId(each.owner_sid, each.thumbprint, location_of(each.store)): each for each in record.certificates
    }
    found: dict[tuple[str, str | None], dict[str, str | None]] = {}
    for holder in record.holders:
        key = (holder.user.casefold(), holder.authorisation)
        person, certificate = persons.get(key), certificates.get(KeyId(holder.owner_sid or "", holder.thumbprint or ""))
        if person and certificate and (issued_to := person.other_name_in(certificate)):
            found[key] = {
                "user": holder.user,
                "name": holder.name,
                "authorisation": holder.authorisation,
                "issued_to": issued_to,
            }
    return list(found.values())


def holder_record(
    entry: HolderEntry, rated: Iterable[RatedCertificate], unread: Iterable[UnreadRecord], rules: StatusRules
) -> HolderRecord:
    """An entry's holder as facts have it."""
    holder = holder_status(entry, rated, unread, rules)
    record = holder.record
    there = access_there(holder.status, record.not_after if record else None, rules.now)
    access = access_of(holder.status, (there,), Authorisation(entry.anniversary), rules.calendar, rules.now)
    return HolderRecord(
        user=entry.user,
        name=entry.person.name,
        authorisation=entry.person.authorisation,
        authorisation_anniversary=entry.anniversary,
        owner_sid=entry.owner_sid,
        account=entry.account,
        logged_on=entry.logged_on,
        status=access.status,
        thumbprint=record.thumbprint if record else None,
        access_until=access.until,
        days_left=access.days_left,
        ends_on=access.ends_on,
        outcome=entry.outcome,
        outcome_at=entry.outcome_at,
        certificate_status=holder.status,
        certificate_until=record.not_after if record else None,
        issuer_setting=entry.issuer_setting,
        issuer_names=entry.issuer_names,
        problem=entry.problem,
        gives_access=access.given,
    )
