# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""By what the report rates: its day, its calendar, whom it knows; and a workstation whose certificates are rated. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from .._errors import Problem
from .._facts.delivery_records import DeliveryRecord
from .._facts.evaluation import RatedCertificate, StatusRules, rate_certificates
from .._facts.holders import HolderEntry
from .._facts.shared_numbers import Shared, shared_by
from .._policy.access import Authorisation
from .._policy.issuers import Issuers
from .._policy.names import NameCheck
from .._policy.revocation import Revocations
from .._policy.subject import HolderIndex
from .._policy.validity import DAY, Calendar
from .exceptions import Exceptions
from .model import Reachability
from .sources import Host

Earlier = Mapping[tuple[str, str, str, str], str]
"""Thumbprints of an earlier report by setting of the issuer, authorisation number, workstation, and account: its SID, and as it is
written in small letters."""


@dataclass(frozen=True, slots=True)
class Rules:
    """By what rows are made. ``accounts`` are those of all workstations: a holder may log on where the inventory does not say so.

    ``facts_max_age`` and ``issuer_overdue`` are in days. ``register``: the entries of persons with or
    without a workstation. ``leavers``: authorisation numbers of those who should have no certificate any more.
    ``deliveries``: the last one of each holder, by number. ``exceptions``: what the site has accepted.
    ``revocations``: what the CRLs say. ``shared``: numbers that the inventory has for two people.
    ``site``: its issuers, as the settings name them now: the facts of certificates are older. ``removals``: why the
    last one failed, by workstation, number and account.
    """

    now: datetime
    calendar: Calendar
    index: HolderIndex
    accounts: Mapping[str, Set[str]]
    facts_max_age: int
    earlier: Earlier
    issuer_overdue: int | None = None
    leavers: Set[str] = frozenset()
    register: Mapping[str, Sequence[HolderEntry]] = field(default_factory=dict)
    deliveries: Mapping[str, DeliveryRecord] = field(default_factory=dict)
    exceptions: Exceptions = field(default_factory=Exceptions)
    revocations: Revocations = field(default_factory=Revocations)
    shared: Shared = field(default_factory=dict)
    name_check: NameCheck = NameCheck.WORDS
    site: Issuers = field(default_factory=Issuers)
    removals: Mapping[tuple[str, str | None, str | None], Problem] = field(default_factory=dict)

    def all_entries(self, entries: Sequence[HolderEntry]) -> Sequence[HolderEntry]:
        """All entries of one holder: these, and those of the register."""
        number = entries[0].person.authorisation
        also = self.register.get(number, ()) if number else ()
        own = person_key(entries[0], self.shared)
        return [*entries, *(each for each in also if person_key(each, self.shared) == own)]

    def authorisation(self, entries: Iterable[HolderEntry]) -> Authorisation:
        """The authorisation of a holder by all his entries: the latest end date of his own, else the latest of his sites."""
        days = [(not entry.is_site_anniversary, entry.anniversary) for entry in entries if entry.anniversary]
        is_own, end = max(days, default=(True, None))
        return Authorisation(end, not is_own)


def person_key(entry: HolderEntry, shared: Shared) -> tuple[str, str]:
    """The number of an entry that has one, and the name where the number alone does not say who it is."""
    number = shared_by(entry.person.authorisation, shared)
    return entry.person.authorisation or "", number.person_of(entry) if number else ""


@dataclass(frozen=True, slots=True)
class EvaluatedHost:
    """A workstation and its rated certificates; ``held`` is the part with an authorisation number, by that number."""

    host: Host
    answer: Reachability
    status_rules: StatusRules
    rated: tuple[RatedCertificate, ...]
    held: Mapping[str, Sequence[RatedCertificate]]


def evaluate_host(host: Host, rules: Rules) -> EvaluatedHost:
    """Sets the status of each certificate of a workstation, by the day of the report."""
    status_rules = StatusRules(rules.index, rules.accounts, rules.calendar, rules.now, rules.revocations, rules.site)
    rated = rate_certificates(host.certificates, status_rules)
    held: dict[str, list[RatedCertificate]] = {}
    for each in rated:
        if each.holder:
            held.setdefault(each.holder, []).append(each)
    return EvaluatedHost(host, _answer(host, rules), status_rules, rated, held)


def _answer(host: Host, rules: Rules) -> Reachability:
    if host.facts_at is None:
        return Reachability.NEVER_SEEN
    is_silent = bool(host.problem) and not host.reached
    return Reachability.UNKNOWN if is_silent or is_too_old(host.facts_at, rules) else Reachability.ANSWERED


def is_too_old(moment: datetime, rules: Rules) -> bool:
    """Whether facts or an outcome of this time say nothing of today any more."""
    return (rules.now - moment).total_seconds() > rules.facts_max_age * DAY
