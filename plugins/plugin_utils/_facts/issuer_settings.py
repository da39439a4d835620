# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What belongs to which setting of the issuer, so that a run for one issuer loses nothing of another's. Pure.

The key of a record is the setting as it is written (``pkcs12_issuer``), not the name of the issuer: a new issuing authority that the
same setting matches continues the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from .._crypto.store import StoreCertificate
from .._policy.subject import HolderIndex, index_holders
from .evaluation import RatedCertificate
from .history import KeyId, at_account, find_known, holders_of_facts, related_by_setting
from .holders import HolderEntry
from .selection import given_issuer


@dataclass(frozen=True, slots=True)
class OtherIssuer:
    """What earlier facts have under another setting: its holders, and its certificates."""

    setting: str
    entries: tuple[HolderEntry, ...]
    known: frozenset[KeyId]
    index: HolderIndex

    def has(self, owner_sid: str, stored: StoreCertificate) -> bool:
        """Whether a certificate is of its record: it was there, or has the number of one of its holders."""
        return (owner_sid, stored.thumbprint) in self.known or self.index.holder_of(stored.certificate) is not None


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    """``setting``: that of the task as it is written, empty without one. ``earlier``: what facts have under others."""

    setting: str = ""
    earlier: tuple[OtherIssuer, ...] = ()

    def another(self, owner_sid: str, stored: StoreCertificate) -> str | None:
        """The other setting to whose record a certificate belongs; None for one that this task decides about.

        A task with a setting decides about what it matches, and about what no other setting matches. A task without one leaves to the
        others' records what they have.
        """
        issuer = stored.certificate.issuer
        if not self.earlier or matches(self.setting, issuer):
            return None
        having = [each.setting for each in self.earlier if each.has(owner_sid, stored)]
        matching = [each for each in having if matches(each, issuer)]
        return next(iter(matching if self.setting else (*matching, *having)), None)

    def asked(self, entries: Iterable[HolderEntry]) -> tuple[HolderEntry, ...]:
        """The task's holders under its setting. A task without one continues the only record that a holder has."""
        return tuple(replace(each, issuer_setting=self.setting) if self.setting else each for each in entries)

    def others(self, asked: Iterable[HolderEntry]) -> tuple[HolderEntry, ...]:
        """The records under other settings, without those that the task's holders continue."""
        continued = {setting: People(group) for setting, group in _by_setting(asked).items()}
        return tuple(
            entry for each in self.earlier for entry in each.entries if entry not in continued.get(each.setting, NOBODY)
        )

    def kept(
        self, asked: Iterable[HolderEntry], others: Iterable[HolderEntry], rated: Iterable[RatedCertificate]
    ) -> tuple[HolderEntry, ...]:
        """The records after the task: those of its holders, and under other settings all that it does not continue.

        It continues a record if all certificates that the holder had there are its own now: the setting was corrected, or is written for
        the first time. A record of one of its holders who never had a certificate there goes if nothing else lasts under that setting.
        """
        names = _Names(rated)
        own, known = [names.of(each) for each in asked], [names.of(each) for each in others]
        if not self.setting:
            elsewhere = People(known)
            return (*(each for each in own if each.issuer_names or each not in elsewhere), *known)
        people, lasting = People(own), {each.issuer_setting for each in known if self._lasts(each, names)}
        kept = []
        for entry in known:
            if self._lasts(entry, names) or (not entry.issuer_names and entry.issuer_setting in lasting):
                kept.append(entry)
            elif entry not in people:
                kept.append(replace(entry, issuer_setting=self.setting) if entry.issuer_names else entry)
        return (*own, *kept)

    def _lasts(self, entry: HolderEntry, names: _Names) -> bool:
        """Whether the holder has or had a certificate there that is none of this task's."""
        taken = names.under(self.setting)
        return any(name not in taken and not matches(self.setting, name) for name in entry.issuer_names)


def issuer_settings(written: str | None, facts: Any) -> IssuerSettings:
    """The settings by the option of a task, and by the facts from before it."""
    setting = setting_of(written)
    entries, known = _by_setting(holders_of_facts(facts)), related_by_setting(facts)
    return IssuerSettings(
        setting,
        tuple(
            _other(name, entries.get(name, ()), known.get(name, frozenset()))
            for name in sorted(entries.keys() | known.keys())
            if name != setting
        ),
    )


def setting_of(written: str | None) -> str:
    """The option as it is written; empty without one."""
    return given_issuer(written) or ""


def holders_under(facts: Any, written: str | None) -> tuple[HolderEntry, ...]:
    """The holders whose records a task continues: those under its setting; without one, also those who have one record under another."""
    setting = setting_of(written)
    entries = holders_of_facts(facts)
    own = [entry for entry in entries if entry.issuer_setting == setting]
    if setting:
        return tuple(own)
    known, rest = People(own), People()
    several = People()
    for entry in entries:
        (several if entry in rest else rest).add(entry)
    return (*own, *(entry for entry in entries if entry not in known and entry not in several))


def known_holders(facts: Any, written: str | None) -> tuple[HolderEntry, ...]:
    """The same, and the accounts of all others: what else is known of these is about another issuer's certificates."""
    own = holders_under(facts, written)
    known, found = People(own), list(own)
    for entry in holders_of_facts(facts):
        if entry not in known:
            known.add(entry)
            found.append(_account_of(entry, setting_of(written)))
    return tuple(found)


def listed_under(
    asked: Sequence[HolderEntry], earlier: Iterable[HolderEntry], setting: str, every: bool = False
) -> tuple[HolderEntry, ...]:
    """The inventory's entries as facts know them, once for each setting under which they do, and under that of the site.

    Who has a record that this setting continues needs no other, nor who has any while the report is without a setting. Beside such
    a record, one of somebody who never had a certificate there says nothing; ``every``: it is listed all the same.
    """
    groups = _by_setting(earlier)
    mine = [replace(entry, issuer_setting=setting) for entry in asked]
    others = [find_known(mine, groups[name]) for name in sorted(groups) if name != setting]
    found = []
    for position, (entry, is_known) in enumerate(find_known(mine, groups.get(setting, ()))):
        known = [group[position][0] for group in others if group[position][1]]
        is_enough = not setting or any(_is_continued(each, setting) for each in known)
        lasting = [each for each in known if each.issuer_names or not each.issuer_setting]
        if not every and (is_known or any(not setting or _is_continued(each, setting) for each in lasting)):
            known = lasting
        if is_known or not known:
            found.append(entry)
        elif not is_enough:
            found.append(at_account(entry, known[0]))
        found += known
    return tuple(found)


def _is_continued(entry: HolderEntry, setting: str) -> bool:
    """Whether the record is from before there was a setting, or of issuers that this one matches."""
    names = entry.issuer_names
    return not entry.issuer_setting or (bool(names) and all(matches(setting, name) for name in names))


def _account_of(entry: HolderEntry, setting: str) -> HolderEntry:
    return replace(
        entry,
        outcome=None,
        outcome_at=None,
        problem=None,
        certificate_until=None,
        issuer_setting=setting,
        issuer_names=(),
    )


class People:
    """Records by whose they are: the number and the account, by its SID where both have one. Their setting does not count."""

    def __init__(self, entries: Iterable[HolderEntry] = ()) -> None:
        self._sids: set[tuple[str | None, str]] = set()
        self._users: set[tuple[str | None, str]] = set()
        self._without_sid: set[tuple[str | None, str]] = set()
        for entry in entries:
            self.add(entry)

    def add(self, entry: HolderEntry) -> None:
        """One more."""
        number, user = entry.person.authorisation, entry.user.casefold()
        self._users.add((number, user))
        if entry.owner_sid:
            self._sids.add((number, entry.owner_sid))
        else:
            self._without_sid.add((number, user))

    def __contains__(self, entry: HolderEntry) -> bool:
        number, user = entry.person.authorisation, entry.user.casefold()
        if entry.owner_sid is None:
            return (number, user) in self._users
        return (number, entry.owner_sid) in self._sids or (number, user) in self._without_sid


NOBODY = People()


def matches(setting: str, issuer: str) -> bool:
    """Whether a setting matches the name of an issuer. Facts may be older than the check of a setting, so one may be no pattern."""
    try:
        return bool(setting) and re.search(setting, issuer) is not None
    except re.error:
        return False


def _other(setting: str, entries: Sequence[HolderEntry], known: frozenset[KeyId]) -> OtherIssuer:
    numbers = [entry.person.authorisation for entry in entries if entry.person.authorisation]
    return OtherIssuer(setting, tuple(entries), known, index_holders(numbers, None))


def _by_setting(entries: Iterable[HolderEntry]) -> Mapping[str, Sequence[HolderEntry]]:
    found: dict[str, list[HolderEntry]] = {}
    for entry in entries:
        found.setdefault(entry.issuer_setting, []).append(entry)
    return found


class _Names:
    """The names of the issuers of related certificates: by setting, number, and store."""

    def __init__(self, rated: Iterable[RatedCertificate]) -> None:
        self._found: dict[tuple[str, str, str], set[str]] = {}
        for each in rated:
            record = each.record
            if record.related:
                for key in (("", ""), ("number", each.holder or ""), ("store", record.owner_sid)):
                    self._found.setdefault((record.issuer_setting, *key), set()).add(record.issuer)

    def under(self, setting: str) -> Set[str]:
        """All under a setting."""
        return self._found.get((setting, "", ""), set())

    def of(self, entry: HolderEntry) -> HolderEntry:
        """The entry with those of its certificates, by the number, without one by the store."""
        number = entry.person.authorisation
        key = ("number", number) if number else ("store", entry.owner_sid or "")
        found = self._found.get((entry.issuer_setting, *key), set())
        return replace(entry, issuer_names=tuple(sorted(found.union(entry.issuer_names))))
