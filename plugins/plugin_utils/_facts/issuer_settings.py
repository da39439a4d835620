# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What belongs to which setting of the issuer, so that a run for one issuer loses nothing of another's. Pure.

The key of a record is the name of a profile (``pkcs12_issuers``), or the setting as it is written (``pkcs12_issuer``), not the name of the
issuer: a new issuing authority that the same setting matches continues the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from .._crypto.store import StoreCertificate
from .._policy.issuers import Issuers, Profile
from .._policy.status import Status
from .._policy.subject import HolderIndex, index_holders
from .evaluation import RatedCertificate
from .history import at_account, find_known, holders_of_facts, related_by_setting
from .holders import HolderEntry
from .schema import KeyId


@dataclass(frozen=True, slots=True)
class OtherIssuer:
    """What earlier facts have under another setting: its holders, and its certificates."""

    setting: str
    entries: tuple[HolderEntry, ...]
    known: frozenset[KeyId]
    index: HolderIndex

    def has(self, key: KeyId, stored: StoreCertificate) -> bool:
        """Whether a certificate is of its record: it was there, or has the number of one of its holders."""
        return key in self.known or self.index.holder_of(stored.certificate) is not None


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    """``site``: the profiles of the task. ``earlier``: what facts have under other settings. ``own``: the records under these profiles."""

    site: Issuers = field(default_factory=Issuers)
    earlier: tuple[OtherIssuer, ...] = ()
    own: tuple[HolderEntry, ...] = ()

    def another(self, key: KeyId, stored: StoreCertificate) -> str | None:
        """The other setting to whose record a certificate belongs; None for one that this task decides about.

        A task with a setting decides about what it matches, and about what no other setting matches. A task without one leaves to the
        others' records what they have.
        """
        issuer = stored.certificate.issuer
        if not self.earlier or self.site.relates(stored.certificate):
            return None
        having = [each.setting for each in self.earlier if each.has(key, stored)]
        matching = [each for each in having if matches(each, issuer)]
        return next(iter(matching if self.site.is_named else (*matching, *having)), None)

    def asked(self, entries: Iterable[HolderEntry]) -> tuple[HolderEntry, ...]:
        """The task's holders under each of its profiles. A task without one continues the only record that a holder has."""
        if not self.site.is_named:
            return tuple(entries)
        return tuple(self._under(entry, profile) for entry in entries for profile in self.site.profiles)

    def under(self, entry: HolderEntry, setting: str) -> HolderEntry:
        """The entry under the profile of this name; as it is without one."""
        return next((self._under(entry, each) for each in self.site.profiles if each.name == setting), entry)

    def _under(self, entry: HolderEntry, profile: Profile) -> HolderEntry:
        """The entry in a profile; of several, with what the record under this one has."""
        if len(self.site.profiles) == 1:
            return replace(entry, issuer_setting=profile.name)
        bare = _account_of(entry, profile.name)
        records = [each for each in self.own if each.issuer_setting == profile.name]
        ((found, is_known),) = find_known([bare], records)
        return replace(found, in_facts=entry.in_facts) if is_known else bare

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
        own, known = self._with_certificates([names.of(each) for each in asked]), [names.of(each) for each in others]
        if not self.site.is_named:
            elsewhere = People(known)
            return (*(each for each in own if each.issuer_names or each not in elsewhere), *known)
        people, lasting = People(own), {each.issuer_setting for each in known if self._lasts(each, names)}
        kept = []
        for entry in known:
            if self._lasts(entry, names) or (not entry.issuer_names and entry.issuer_setting in lasting):
                kept.append(entry)
            elif entry not in people:
                kept.append(self._taken_over(entry) if entry.issuer_names else entry)
        return (*own, *kept)

    def _with_certificates(self, own: Sequence[HolderEntry]) -> Sequence[HolderEntry]:
        """Each holder once for each profile under which there is or was a certificate; who never had one has a record under the first."""
        having = People(entry for entry in own if entry.issuer_names)
        first = self.site.names[0]
        return [
            entry
            for entry in own
            if len(self.site.profiles) == 1
            or entry.issuer_names
            or (entry not in having and entry.issuer_setting == first)
        ]

    def _taken_over(self, entry: HolderEntry) -> HolderEntry:
        return replace(entry, issuer_setting=self.site.profile_of(entry.issuer_names[0], "").name)

    def _lasts(self, entry: HolderEntry, names: _Names) -> bool:
        """Whether the holder has or had a certificate there that is none of this task's."""
        taken: set[str] = set().union(*(names.under(each) for each in self.site.names))
        return any(name not in taken and not self.site.means(name) for name in entry.issuer_names)


def issuer_settings(site: Issuers, facts: Any) -> IssuerSettings:
    """The profiles of a task, and what the facts from before it have under others, where the site may have others."""
    entries = _by_setting(by_profiles(holders_of_facts(facts), site))
    known = {} if site.are_all else related_by_setting(facts)
    others = sorted((entries.keys() | known.keys()) - {*site.names})
    return IssuerSettings(
        site,
        tuple(_other(name, entries.get(name, ()), known.get(name, frozenset())) for name in others),
        tuple(entry for name in site.names for entry in entries.get(name, ())),
    )


def holders_under(facts: Any, site: Issuers) -> tuple[HolderEntry, ...]:
    """The holders whose records a task continues: those under its setting; without one, also those who have one record under another."""
    entries = by_profiles(holders_of_facts(facts), site)
    own = _of_all_profiles([entry for entry in entries if entry.issuer_setting in site.names])
    if site.is_named:
        return tuple(own)
    known, rest = People(own), People()
    several = People()
    for entry in entries:
        (several if entry in rest else rest).add(entry)
    return (*own, *(entry for entry in entries if entry not in known and entry not in several))


def by_profiles(records: Iterable[HolderEntry], site: Issuers) -> tuple[HolderEntry, ...]:
    """The records by the profiles of now, where these are all that the site has.

    Each profile continues an older record of certificates whose issuers it means. Of a record that none continues, and whose holder has no
    other one, the account stays.
    """
    found = list(records)
    if not site.are_all:
        return tuple(found)
    own = {name: People(each for each in found if each.issuer_setting == name) for name in site.names}
    gone = [each for each in found if each.issuer_setting not in site.names]
    found = [each for each in found if each.issuer_setting in site.names]
    for entry in gone:
        for profile in site.profiles:
            names = tuple(filter(profile.means, entry.issuer_names))
            if names and entry not in own[profile.name]:
                own[profile.name].add(entry)
                found.append(replace(entry, issuer_setting=profile.name, issuer_names=names))
    known = People(found)
    for entry in gone:
        if entry not in known:
            known.add(entry)
            first = site.names[0]
            found.append(_account_of(entry, first) if entry.issuer_names else replace(entry, issuer_setting=first))
    return tuple(found)


def _of_all_profiles(entries: Sequence[HolderEntry]) -> Sequence[HolderEntry]:
    """Each holder once, with the issuers of all profiles."""
    found: list[HolderEntry] = []
    for entry in entries:
        same = next((index for index, each in enumerate(found) if entry in People([each])), None)
        if same is None:
            found.append(entry)
        else:
            names = sorted({*found[same].issuer_names, *entry.issuer_names})
            found[same] = replace(found[same], issuer_names=tuple(names))
    return found


def known_holders(facts: Any, site: Issuers) -> tuple[HolderEntry, ...]:
    """The same, and the accounts of all others: what else is known of these is about another issuer's certificates."""
    own = holders_under(facts, site)
    known, found = People(own), list(own)
    for entry in holders_of_facts(facts):
        if entry not in known:
            known.add(entry)
            found.append(_account_of(entry, site.names[0]))
    return tuple(found)


def listed_under(
    asked: Sequence[HolderEntry], earlier: Iterable[HolderEntry], site: Issuers, every: bool = False
) -> tuple[HolderEntry, ...]:
    """The inventory's entries as facts know them, once for each setting under which they do, or under the site's first.

    Who has a record that this setting continues needs no other, nor who has any while the report is without a setting. Beside such
    a record, one of somebody who never had a certificate there says nothing; ``every``: it is listed all the same.
    """
    groups = _by_setting(by_profiles(earlier, site))
    mine = [replace(entry, issuer_setting=site.names[0]) for entry in asked]
    own = [find_known(mine, groups.get(name, ())) for name in site.names]
    others = [find_known(mine, groups[name]) for name in sorted(groups) if name not in site.names]
    found: list[HolderEntry] = []
    for position, (entry, _is_known) in enumerate(own[0]):
        here = [group[position][0] for group in own if group[position][1]]
        known = [group[position][0] for group in others if group[position][1]]
        is_enough = not site.is_named or any(_is_continued(each, site) for each in known)
        lasting = [each for each in known if each.issuer_names or not each.issuer_setting]
        if not every and (here or any(not site.is_named or _is_continued(each, site) for each in lasting)):
            known = lasting
        if here or not known:
            found += here or [entry]
        elif not is_enough:
            found.append(at_account(entry, known[0]))
        found += known
    return tuple(found)


def _is_continued(entry: HolderEntry, site: Issuers) -> bool:
    """Whether the record is from before there was a setting, or of issuers that the site's profiles match."""
    names = entry.issuer_names
    return not entry.issuer_setting or (bool(names) and all(map(site.means, names)))


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
                is_signed = record.status not in (Status.SELF_SIGNED, Status.UNKNOWN_ISSUER)
                people = (("number", each.holder or ""), ("store", record.owner_sid)) if is_signed else ()
                for key in (("", ""), *people):
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
