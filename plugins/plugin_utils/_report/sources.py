# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What is known of each workstation: from the inventory, its facts, and earlier reports. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .._errors import Pkcs12Error, Problem
from .._facts.codec import Mismatch, from_map
from .._facts.history import holders_of_facts
from .._facts.holder_entries import VARIABLE, check_holders
from .._facts.holders import HolderEntry, parse_day, parse_holder
from .._facts.issuer_settings import by_profiles, listed_under
from .._facts.leavers import LEAVERS, leavers_in
from .._facts.schema import (
    SCHEMA,
    AuditRecord,
    BrowserProblem,
    BrowserRecord,
    CertificateRecord,
    Strangers,
    UnreadRecord,
    WorkstationRecord,
)
from .._policy.issuers import Issuers
from .._policy.subject import ExpectedSubject
from .model import HolderRow, HolderWorkstation, NextStep, Reachability, Report, StoreOwner
from .no_answer import FACTS, VARIABLES

ANNIVERSARY = "pkcs12_authorisation_anniversary"
"""The variable of a site or group with the end date of the yearly authorisation of all its holders."""

RENEW_BEFORE_DAYS = "pkcs12_renew_before_days"
"""The variable of the site with the days before its end from which on a certificate is due."""


@dataclass(frozen=True, slots=True)
class Host:
    """A workstation by the inventory's name. ``facts_at`` is None when it never answered.

    ``problem``: why it did not answer the last time; None when it did, or when nobody has asked. ``refusal``: its variables cannot be
    used, so nobody knows who works there; ``entries`` are those of its facts, and ``problem`` says why.
    ``reached``: it answered all the same.
    """

    name: str
    entries: tuple[HolderEntry, ...]
    computer: str | None = None
    facts_at: datetime | None = None
    problem: Problem | None = None
    clock_skew_seconds: int | None = None
    not_listed: int = 0
    unread: tuple[UnreadRecord, ...] = ()
    certificates: tuple[CertificateRecord, ...] = ()
    browsers: tuple[BrowserProblem, ...] = ()
    store_owners: tuple[StoreOwner, ...] = ()
    strangers: Strangers = Strangers.NOT_SEARCHED
    refusal: Pkcs12Error | None = None
    reached: bool = False


def host_of(name: str, variables: Mapping[str, Any], site: Issuers = Issuers()) -> Host:  # noqa: B008
    """A workstation by its variables: holders, facts, and what the last audit came to. ``site``: its issuers.

    A wrong variable of one workstation does not keep the others out of the report: it becomes the workstation's problem.
    """
    cached = variables.get("ansible_facts") or {}
    facts = cached.get("pkcs12")
    host = _by_profiles(_by_facts(name, facts, cached), site)
    try:
        entries = entries_of(name, variables)
        leavers_in(usable(variables.get(LEAVERS)))
    except Pkcs12Error as refusal:
        known = by_profiles(holders_of_facts(facts), site)
        problem = Problem(f"{VARIABLES}.workstation", causes=(refusal.problem,))
        return replace(host, entries=known, problem=problem, refusal=refusal, reached=not host.problem)
    if not host.facts_at:
        return replace(host, entries=tuple(replace(entry, issuer_setting=site.names[0]) for entry in entries))
    return replace(host, entries=listed_under(entries, holders_of_facts(facts), site))


def _by_profiles(host: Host, site: Issuers) -> Host:
    """The same by the profiles of now: facts and earlier reports may be older."""
    records = (
        replace(each, issuer_setting=site.setting_of(each.issuer_setting, each.issuer, each.signed_by))
        for each in host.certificates
    )
    return replace(host, entries=by_profiles(host.entries, site), certificates=tuple(records))


def usable(value: Any) -> Any:
    """The value of a variable. Raises the ``Pkcs12Error`` that stands for one that Ansible could not render."""
    if isinstance(value, Pkcs12Error):
        raise value
    return value


def entries_of(name: str, variables: Mapping[str, Any]) -> tuple[HolderEntry, ...]:
    """The holders whom the inventory has for a workstation. Raises ``Pkcs12Error``."""
    anniversary = parse_day(usable(variables.get(ANNIVERSARY)), ANNIVERSARY, name)
    listed = usable(variables.get(VARIABLE)) or []
    check_holders(listed)
    return tuple(parse_holder(entry, site_anniversary=anniversary) for entry in listed)


def _by_facts(name: str, facts: Any, cached: Mapping[str, Any]) -> Host:
    """The workstation without its holders."""
    audit = _audit(cached.get("pkcs12_fact_audit"))
    host = Host(
        name, (), problem=audit.problem if audit else None, browsers=_browsers(cached.get("pkcs12_fact_browsers"))
    )
    if facts is None:
        return host
    try:
        if facts.get("schema") != SCHEMA:
            other = Problem(f"{FACTS}.schema", {"schema": str(facts.get("schema"))})
            return replace(host, problem=host.problem or other)
        record = from_map(WorkstationRecord, facts)
    except (Mismatch, AttributeError) as mismatch:
        return replace(
            host, problem=host.problem or Problem(f"{FACTS}.form", {"place": getattr(mismatch, "path", "") or "pkcs12"})
        )
    return replace(
        host,
        problem=None if audit and audit.at < record.gathered_at else host.problem,  # another task reached it later
        computer=record.workstation,
        facts_at=record.gathered_at,
        clock_skew_seconds=record.clock_skew_seconds,
        not_listed=record.certificates_not_listed,
        unread=record.unread,
        certificates=record.certificates,
        store_owners=_store_owners(record),
        strangers=record.strangers,
    )


def _store_owners(record: WorkstationRecord) -> tuple[StoreOwner, ...]:
    """The owners whom no certificate names: those of stores that were not read, and accounts that the inventory does not have any more.

    A task asks Windows only for the names of the holders. For another account, the profile's folder tells people most.
    """
    nameless = {each.owner_sid for each in record.unread}
    nameless |= {each.owner_sid for each in record.certificates if not each.owner}
    return tuple(
        StoreOwner(each.owner_sid, each.owner or each.path)
        for each in record.profiles
        if each.owner_sid in nameless and (each.owner or each.path)
    )


def _audit(said: Any) -> AuditRecord | None:
    try:
        return from_map(AuditRecord, said)
    except Mismatch:
        return None


def _browsers(said: Any) -> tuple[BrowserProblem, ...]:
    try:
        return from_map(BrowserRecord, said).problems
    except Mismatch:
        return ()


def hosts_of(report: Report) -> tuple[Host, ...]:
    """The workstations of an earlier report, as they were known then."""
    certificates: dict[str, list[CertificateRecord]] = {row.workstation: [] for row in report.workstations}
    entries: dict[str, list[HolderEntry]] = {row.workstation: [] for row in report.workstations}
    for row in report.certificates:
        certificates[row.workstation].append(row.certificate)
    for holder in report.holders:
        for place in holder.places:
            entries[place.workstation].append(_entry_of(holder, place))
    return tuple(
        Host(
            name=row.workstation,
            entries=tuple(entries[row.workstation]),
            computer=row.computer,
            facts_at=row.facts_at,
            problem=row.problem,
            clock_skew_seconds=row.clock_skew_seconds,
            not_listed=row.not_listed,
            unread=row.unread,
            certificates=tuple(certificates[row.workstation]),
            browsers=row.browsers,
            store_owners=row.store_owners,
            strangers=row.strangers,
            reached=bool(row.problem) and row.answer is Reachability.ANSWERED,
        )
        for row in report.workstations
    )


def _entry_of(holder: HolderRow, place: HolderWorkstation) -> HolderEntry:
    return HolderEntry(
        user=place.account,
        person=_person_of(holder),
        anniversary=holder.authorisation_until,
        owner_sid=place.owner_sid,
        logged_on=place.logged_on,
        outcome=place.outcome,
        outcome_at=place.outcome_at,
        problem=place.problem,
        in_facts=place.next_step is not NextStep.RUN_AUDIT,
        is_site_anniversary=holder.authorisation_of_site,
        absent_until=holder.absent_until,
        function=holder.function,
        awaiting=holder.awaiting,
        expected_from=holder.expected_from,
        issuer_setting=holder.issuer_setting,
    )


def _person_of(row: HolderRow) -> ExpectedSubject:
    number = row.authorisation or None
    return ExpectedSubject(row.name or None, number, former_name=row.former_name if number else None)


def people_of(report: Report) -> tuple[HolderEntry, ...]:
    """The holders of an earlier report who have no workstation there; another report may have one for them."""
    return tuple(
        HolderEntry(
            row.name,
            _person_of(row),
            row.authorisation_until,
            is_site_anniversary=row.authorisation_of_site,
            absent_until=row.absent_until,
            function=row.function,
            awaiting=row.awaiting,
            expected_from=row.expected_from,
        )
        for row in report.without_workstation
    )


def merged(
    inventory: Iterable[Host],
    earlier: Iterable[Host],
    site: Issuers = Issuers(),  # noqa: B008
) -> tuple[Host, ...]:
    """Each workstation once, by the newest facts. If the inventory has the workstation, the inventory says who works there.

    ``site``: its issuers.
    """
    hosts = {host.name: host for host in inventory}
    named = set(hosts)
    for other in (_by_profiles(each, site) for each in earlier):
        known = hosts.get(other.name)
        hosts[other.name] = other if known is None else _newest(known, other, known.name in named, site)
    return tuple(hosts[name] for name in sorted(hosts))


def _newest(one: Host, other: Host, is_inventory: bool, site: Issuers) -> Host:
    newer, older = (other, one) if _age(other) > _age(one) else (one, other)
    if one.refusal:  # the inventory could not say who works there
        reached = newer.reached or not newer.problem
        known = newer.entries or older.entries
        return replace(newer, entries=known, problem=one.problem, refusal=one.refusal, reached=reached)
    if not is_inventory:
        return newer
    # The older facts may know more accounts. Only the newer facts say whether the holder was looked for.
    settings = {entry.issuer_setting for entry in newer.entries}
    once = (replace(entry, in_facts=False) for entry in older.entries if entry.issuer_setting in settings)
    listed = list({entry.key: entry for entry in one.entries}.values())
    return replace(newer, entries=listed_under(listed, (*newer.entries, *once), site, every=True))


def _age(host: Host) -> tuple[bool, float, bool]:
    """A sort key: a workstation with facts comes after one without, newer facts after older ones. Among equal facts, one that did not
    answer since comes last."""
    return host.facts_at is not None, host.facts_at.timestamp() if host.facts_at else 0.0, bool(host.problem)
