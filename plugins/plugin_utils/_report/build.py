# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Makes the report from the facts of the workstations. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from .._errors import Actor, Problem
from .._facts.delivery_records import DeliveryRecord
from .._facts.holders import HolderEntry, accounts_of
from .._facts.issuer_advice import not_verified, unverified
from .._facts.schema import REMOVAL_FAILED
from .._facts.shared_numbers import Listed, Shared, listed_as, shared_by, shared_numbers
from .._policy.issuers import Issuers
from .._policy.names import NameCheck, number_key
from .._policy.revocation import Revocations
from .._policy.status import ACCESS_STATUSES, Status
from .._policy.subject import HolderIndex, index_holders
from .._policy.validity import calendar_of, is_weak
from .acceptance import all_accepted
from .accounts import holder_keys, with_accounts
from .certificates import certificate_rows
from .compare import compare
from .exceptions import Acceptable, ExceptionRow, Exceptions, with_states
from .model import CertificateRow, HolderRow, NextStep, Register, Report, ReportParameters
from .name_order import name_sort_key
from .next_step import RemainingCertificates
from .register import register_people
from .revocation_lists import ReadLists
from .rows import holder_key, holder_row, lone_row, workstation_row
from .rules import Earlier, EvaluatedHost, Rules, evaluate_host, is_too_old
from .sources import Host
from .strangers import unmatched_issuers


@dataclass(frozen=True, slots=True)
class Sources:
    """What a report is made from.

    ``people``: persons who should have a certificate, with or without a workstation. ``pattern`` finds the authorisation number in a
    subject. ``earlier``: the report to compare with, or None. ``leavers``: authorisation numbers of persons who are no holders any more,
    also where the inventory still has them. ``deliveries``: the
    issuer's last one to each holder, by number. ``exceptions``: what the site has accepted.
    ``crl``: the revocation lists. ``site``: its issuers. ``name_check``: how
    the names in certificates are compared with those of the inventory. ``register_problems``: what is wrong with rows of the register.
    """

    hosts: Sequence[Host]
    people: Sequence[HolderEntry]
    pattern: str | None
    earlier: Report | None
    leavers: Set[str] = frozenset()
    deliveries: Mapping[str, DeliveryRecord] = field(default_factory=dict)
    exceptions: tuple[ExceptionRow, ...] = ()
    crl: ReadLists = field(default_factory=lambda: ReadLists(Revocations(), ()))
    site: Issuers = field(default_factory=Issuers)
    name_check: NameCheck = NameCheck.WORDS
    register_problems: tuple[Problem, ...] = ()


def build(sources: Sources, parameters: ReportParameters) -> Report:
    """Sets the statuses, sorts the rows, and compares with the earlier report. Raises ``Pkcs12Error``: ``bad_time_zone``."""
    shared = shared_numbers(_named(sources))
    sources = _in_one_spelling(sources, shared)
    sources = _without_shared_leavers(sources, shared)
    everybody = sources
    index = _index(sources)
    own = {number: sids for number, sids in accounts_of(_listed(sources)).items() if sids}
    sources = _without_leavers(sources)
    sources = replace(sources, hosts=with_accounts(sources.hosts, index, sources.site))
    # A leaver's own store is not another person's, although others may share the account.
    accounts = {
        **{key: own[key] for key in own.keys() & set(map(number_key, sources.leavers))},
        **accounts_of(_listed(sources)),
    }
    rules = replace(_rules(sources, parameters, index, accounts), shared=shared)
    rules = replace(rules, removals=_failed_removals(everybody, rules))
    evaluated = [evaluate_host(host, rules) for host in sources.hosts]
    certificates = sorted((row for each in evaluated for row in certificate_rows(each, rules)), key=_certificate_order)
    holders = _holders(evaluated, rules, certificates)
    certificates = _with_steps(certificates, holders, rules)
    alone = _without_workstation(sources, rules)
    report = Report(
        parameters=parameters,
        holders=holders,
        without_workstation=alone,
        without_holder=tuple(
            row
            for row in certificates
            if row.certificate.related and (row.holder is None or row.holder in sources.leavers)
        ),
        certificates=tuple(certificates),
        workstations=tuple(
            sorted((workstation_row(each, rules) for each in evaluated), key=lambda row: row.workstation)
        ),
        compared_with=sources.earlier.parameters.report_date if sources.earlier else None,
        changes=None,
        revocation_lists=sources.crl.rows,
        unmatched_issuers=unmatched_issuers(sources.hosts),
        unverified_issuers=tuple(not_verified(unverified(sources.site))),
        register=Register(
            register_people(everybody.hosts, everybody.people, (*holders, *alone), shared), sources.register_problems
        ),
    )
    today = rules.calendar.day(rules.now)
    states = with_states(sources.exceptions, all_accepted(report), _hidden(certificates), today)
    report = replace(report, exceptions=states)
    return replace(report, changes=compare(sources.earlier, report)) if sources.earlier else report


def _hidden(certificates: Sequence[CertificateRow]) -> Set[tuple[Acceptable, str, str]]:
    """What a certificate that ends soon hides: that it is weak, or that it is one of several."""
    weak = {(Acceptable("weak"), row.holder, row.workstation) for row in certificates if row.holder and _is_weak(row)}
    in_use = Counter(
        (row.certificate.issuer_setting, row.holder, row.workstation)
        for row in certificates
        if row.holder and row.status in (Status.RENEWAL_DUE, Status.SUPERSEDED)
    )
    several = (key for key, count in in_use.items() if count > 1)
    return weak | {(Acceptable("duplicate"), holder, workstation) for _setting, holder, workstation in several}


def _is_weak(row: CertificateRow) -> bool:
    """Whether a certificate in use is weak. One that is due is, although its status says what comes first."""
    found = row.certificate
    in_use = row.status in (Status.RENEWAL_DUE, Status.NOT_YET_VALID)
    return in_use and is_weak(found.key_type, found.key_size, found.signature_hash)


def _index(sources: Sources) -> HolderIndex:
    entries = [*_listed(sources), *sources.people]
    return index_holders(
        {entry.person.authorisation for entry in entries if entry.person.authorisation} | sources.leavers,
        sources.pattern,
    )


def _in_one_spelling(sources: Sources, shared: Shared) -> Sources:
    """The same with each number in one spelling, of the inventory where it has the number, because certificates are found by it.

    Two people with one number keep theirs, so that somebody finds them in the inventory.
    """
    entries = [*_listed(sources), *sources.people]
    numbers = sorted(filter(None, (entry.person.authorisation for entry in entries)))
    known = {number_key(number): number.strip() for number in (*sources.leavers, *reversed(numbers))}

    def written(number: str) -> str:
        return known.get(number_key(number), number.strip())

    def spelled(entry: HolderEntry) -> HolderEntry:
        number = entry.person.authorisation
        if not number or shared_by(number, shared):
            return entry
        return replace(entry, person=replace(entry.person, authorisation=written(number)))

    return replace(
        sources,
        hosts=[replace(host, entries=tuple(map(spelled, host.entries))) for host in sources.hosts],
        people=list(map(spelled, sources.people)),
        leavers=frozenset(map(written, sources.leavers)),
        exceptions=tuple(replace(row, authorisation=written(row.authorisation)) for row in sources.exceptions),
        deliveries={written(number): record for number, record in sources.deliveries.items()},
    )


def _without_leavers(sources: Sources) -> Sources:
    """The same without the entries of leavers: their certificates are found by their numbers."""

    def stays(entry: HolderEntry) -> bool:
        return entry.person.authorisation not in sources.leavers

    hosts = [replace(host, entries=tuple(filter(stays, host.entries))) for host in sources.hosts]
    return replace(sources, hosts=hosts, people=list(filter(stays, sources.people)))


def _named(sources: Sources) -> Iterator[Listed]:
    """Who has which number, by the inventory and the register; facts do not know the former names."""
    for host in sources.hosts:
        if not host.refusal:
            yield from listed_as(host.name, host.entries)
    yield from listed_as("", sources.people)


def _without_shared_leavers(sources: Sources, shared: Shared) -> Sources:
    """The same without the numbers of leavers that another person has, too: nobody can say which of them has left."""
    return replace(sources, leavers=frozenset(each for each in sources.leavers if not shared_by(each, shared)))


def _listed(sources: Sources) -> list[HolderEntry]:
    return [entry for host in sources.hosts for entry in host.entries]


def _rules(
    sources: Sources, parameters: ReportParameters, index: HolderIndex, accounts: Mapping[str, Set[str]]
) -> Rules:
    calendar = calendar_of(parameters.time_zone, parameters.renew_before_days, parameters.authorisation_due_within_days)
    return Rules(
        now=parameters.report_date,
        calendar=calendar,
        index=index,
        accounts=accounts,
        facts_max_age=parameters.facts_max_age_days,
        earlier=_thumbprints(sources.earlier),
        leavers=sources.leavers,
        issuer_overdue=parameters.issuer_overdue_days,
        register=_by_number(sources.people),
        deliveries=sources.deliveries,
        revocations=sources.crl.revocations,
        exceptions=Exceptions(sources.exceptions, calendar.day(parameters.report_date)),
        name_check=sources.name_check,
        site=sources.site,
    )


def _failed_removals(sources: Sources, rules: Rules) -> Mapping[tuple[str, str | None, str | None], Problem]:
    return {
        (host.name, entry.person.authorisation, entry.owner_sid): entry.problem
        for host in sources.hosts
        for entry in host.entries
        if entry.problem and entry.outcome == REMOVAL_FAILED
        if entry.outcome_at and not is_too_old(entry.outcome_at, rules)
    }


def _thumbprints(earlier: Report | None) -> Earlier:
    return {
        (row.issuer_setting, row.authorisation, place.workstation, account): place.thumbprint
        for row in (earlier.holders if earlier else ())
        for place in row.places
        for account in (place.owner_sid, place.account.casefold())
        if place.thumbprint and account
    }


def _holders(
    evaluated: Iterable[EvaluatedHost], rules: Rules, certificates: Iterable[CertificateRow]
) -> tuple[HolderRow, ...]:
    """One row per holder. Certificates at any workstation may decide the next step."""
    evaluated = list(evaluated)
    sids = holder_keys(entry for each in evaluated for entry in each.host.entries)
    entries: dict[tuple[str, str, str], list[tuple[HolderEntry, EvaluatedHost]]] = {}
    for each in evaluated:
        for entry in each.host.entries:
            key = (entry.issuer_setting, *holder_key(entry, sids, rules.shared))
            entries.setdefault(key, []).append((entry, each))
    assigned = {(key[1], each.host.name) for key, places in entries.items() for _entry, each in places}
    elsewhere = {_held(row) for row in certificates if row.status is Status.WRONG_HOLDER and not row.accepted}
    unassigned = {
        _held(row)
        for row in certificates
        if row.status in ACCESS_STATUSES and (row.holder, row.workstation) not in assigned
    }
    rows = (
        holder_row(
            places, rules, RemainingCertificates(elsewhere=key[:2] in elsewhere, unassigned=key[:2] in unassigned)
        )
        for key, places in entries.items()
    )
    return tuple(sorted(rows, key=_holder_order))


def _with_steps(
    certificates: Iterable[CertificateRow], holders: Iterable[HolderRow], rules: Rules
) -> list[CertificateRow]:
    """The certificates that decide where a holder stands, with the holder's next step there. Of two usable ones, the older has to go."""
    steps: dict[tuple[object, ...], tuple[NextStep, Actor]] = {
        (
            place.workstation,
            place.owner_sid,
            (Status.SUPERSEDED, row.issuer_setting, row.authorisation)
            if place.status is Status.DUPLICATE
            else place.thumbprint,
        ): (place.next_step, place.actor)
        for row in holders
        for place in row.places
        if not rules.exceptions.accepted(row.authorisation, place.status.value, place.workstation)
    }

    def with_step(row: CertificateRow) -> CertificateRow:
        each = row.certificate
        is_older = row.status is Status.SUPERSEDED
        which = (Status.SUPERSEDED, each.issuer_setting, row.holder) if is_older else each.thumbprint
        step = steps.get((row.workstation, each.owner_sid, which))
        return replace(row, next_step=step[0], actor=step[1]) if step and row.next_step is NextStep.NOTHING else row

    return list(map(with_step, certificates))


def _held(row: CertificateRow) -> tuple[str, str | None]:
    return row.certificate.issuer_setting, row.holder


def _without_workstation(sources: Sources, rules: Rules) -> tuple[HolderRow, ...]:
    listed = {holder_key(entry, {}, rules.shared) for entry in _listed(sources)}
    people = {holder_key(entry, {}, rules.shared): entry for entry in sources.people}
    own = {
        key: replace(entry, issuer_setting=sources.site.names[0]) for key, entry in people.items() if key not in listed
    }
    rows = (lone_row(entry, rules) for entry in own.values())
    return tuple(sorted(rows, key=_holder_order))


def _by_number(people: Iterable[HolderEntry]) -> Mapping[str, Sequence[HolderEntry]]:
    found: dict[str, list[HolderEntry]] = {}
    for entry in people:
        if entry.person.authorisation:
            found.setdefault(entry.person.authorisation, []).append(entry)
    return found


def _holder_order(row: HolderRow) -> tuple[str, str, str, str]:
    return *name_sort_key(row.name), row.authorisation, row.issuer_setting


def _certificate_order(row: CertificateRow) -> tuple[str, str, str, datetime, str]:
    found = row.certificate
    return row.workstation, found.store, found.owner_sid, found.not_after, found.thumbprint
