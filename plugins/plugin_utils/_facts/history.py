# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What earlier facts of a workstation say: its holders and their accounts, and keys that did not work or can be exported. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._errors import Problem
from .._policy.status import ACCESS_STATUSES
from .._policy.subject import ExpectedSubject
from .codec import Mismatch, from_map
from .holders import HolderEntry
from .schema import SCHEMA, HolderRecord, KeyId, KeyState, Strangers, location_of


def unusable_keys(facts: Any) -> frozenset[KeyId]:
    """Keys that did not sign in the last attempt. A store cannot show this: its link to such a key looks like any other.

    ``facts`` is ``ansible_facts.pkcs12``. The result is empty for facts of another schema.
    """
    return frozenset(_key_id(row) for row in _rows_with(facts, "key_state", KeyState.UNUSABLE.value))


def exportable_keys(facts: Any) -> frozenset[KeyId]:
    """Keys that can be exported, by the last proof that could tell. What could not be is not kept: there may be another key by now."""
    return frozenset(_key_id(row) for row in _rows_with(facts, "key_exportable", True))


def related_by_setting(facts: Any) -> Mapping[str, frozenset[KeyId]]:
    """The certificates that earlier facts list because a selection matched them, by the setting of the issuer under which they did.

    The result is empty for facts of another schema.
    """
    found: dict[str, set[KeyId]] = {}
    for row in _rows_with(facts, "related", True):
        found.setdefault(str(row.get("issuer_setting") or ""), set()).add(_key_id(row))
    return {setting: frozenset(keys) for setting, keys in found.items()}


def related_certificates(facts: Any) -> frozenset[KeyId]:
    """All of them. A run for other holders, for instance without a leaver, knows of them only by these facts."""
    return frozenset(_key_id(row) for row in _rows_with(facts, "related", True))


def strangers_of(facts: Any) -> Strangers:
    """What earlier facts say of certificates of nobody. Facts of another schema say nothing."""
    said = facts.get("strangers") if isinstance(facts, Mapping) and facts.get("schema") == SCHEMA else None
    return Strangers(said) if said in {each.value for each in Strangers} else Strangers.NOT_SEARCHED


def _rows_with(facts: Any, key: str, value: Any) -> Iterable[Mapping[str, Any]]:
    rows = facts.get("certificates") if isinstance(facts, Mapping) and facts.get("schema") == SCHEMA else None
    return (
        row for row in (rows if isinstance(rows, list) else ()) if isinstance(row, Mapping) and row.get(key) == value
    )


def _key_id(row: Mapping[str, Any]) -> KeyId:
    return KeyId(str(row.get("owner_sid")), str(row.get("thumbprint")), location_of(row.get("store")))


def holders_of_facts(facts: Any) -> tuple[HolderEntry, ...]:
    """The holders of earlier facts. Empty if there are no facts, or they have another schema."""
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
            certificate_until=each.certificate_until if each.certificate_status in ACCESS_STATUSES else None,
            issuer_setting=each.issuer_setting,
            issuer_names=each.issuer_names,
            problem=each.problem,
        )
        for each in known
    )


def merge_known(asked: Iterable[HolderEntry], earlier: Iterable[HolderEntry]) -> tuple[HolderEntry, ...]:
    """The inventory's entries, with account, session and last outcome from earlier facts, or that the facts know nothing.

    The account may be written differently now (in another case, or as a UPN). Therefore an authorisation number is enough to
    recognise an entry if only one entry has it.
    """
    return tuple(entry for entry, _is_known in find_known(asked, earlier))


def find_known(asked: Iterable[HolderEntry], earlier: Iterable[HolderEntry]) -> tuple[tuple[HolderEntry, bool], ...]:
    """The same, each with whether the facts have a record of this person."""
    asked, earlier = tuple(asked), tuple(earlier)
    known = _EarlierEntries(earlier)
    numbers = Counter(entry.person.authorisation for entry in asked)
    return tuple(known.merged_into(entry, numbers[entry.person.authorisation] == 1) for entry in asked)


class _EarlierEntries:
    """Earlier entries, found by account and number, by number alone, and by account alone."""

    def __init__(self, earlier: Sequence[HolderEntry]) -> None:
        self._both: dict[tuple[str, str | None], HolderEntry] = {}
        self._of_account: dict[str, HolderEntry] = {}
        self._of_number: dict[str, list[HolderEntry]] = {}
        for entry in earlier:
            for account in _accounts(entry):
                self._both.setdefault((account, entry.person.authorisation), entry)
                self._of_account.setdefault(account, entry)
            if entry.person.authorisation:
                self._of_number.setdefault(entry.person.authorisation, []).append(entry)

    def merged_into(self, entry: HolderEntry, only_one: bool) -> tuple[HolderEntry, bool]:
        """The entry with what earlier facts know, and whether they know this person.

        If they know the account with another person, only the account is taken.
        """
        accounts = _accounts(entry)
        number = entry.person.authorisation
        same = [self._both[account, number] for account in accounts if (account, number) in self._both]
        until = same[0].certificate_until if same else None  # of this very account: another one gives no access here
        renamed = self._of_number.get(number, []) if number and only_one else []
        if not same and len(renamed) == 1:
            same = renamed
        if same:
            known = same[0]
            # An account that the workstation did not know may have been corrected since.
            asked = known.owner_sid is not None or known.key[0] == entry.key[0]
            found = replace(
                at_account(entry, known),
                certificate_until=until,
                outcome=known.outcome,
                outcome_at=known.outcome_at,
                problem=None if _is_of_row(known.problem) and not entry.row_problem else known.problem,
                issuer_setting=known.issuer_setting,
                issuer_names=known.issuer_names,
                in_facts=known.in_facts and asked,
            )
            return found, True
        others = [self._of_account[account] for account in accounts if account in self._of_account]
        return replace(at_account(entry, others[0]) if others else entry, in_facts=False), False


def _is_of_row(problem: Problem | None) -> bool:
    """Whether a run failed because of a row of the register. Whether that is wrong, the register of now says."""
    return problem is not None and problem.kind == "register_row"


def _accounts(entry: HolderEntry) -> list[str]:
    """By which names an account is found: its SID, then as the entry writes it, which may be a SID too."""
    return [account.casefold() for account in (entry.owner_sid, entry.user) if account]


def at_account(entry: HolderEntry, known: HolderEntry) -> HolderEntry:
    """The entry with the account of a known one, where it has none itself."""
    return replace(
        entry,
        owner_sid=entry.owner_sid or known.owner_sid,
        account=entry.account or known.account,
        logged_on=known.logged_on if entry.logged_on is None else entry.logged_on,
    )
