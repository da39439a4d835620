# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""From what is known of the workstations to the report. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from .._facts.evaluation import ACCESS
from .._facts.holders import Seat, accounts_of
from .._policy.subject import register_of
from .._policy.validity import Status, calendar_of
from .compare import compare
from .model import Actor, CertificateRow, HolderRow, NextStep, Report, Terms, as_in_a_register
from .next_step import Leftovers
from .rows import (
    Earlier,
    Rules,
    SeenHost,
    authorisation_status,
    certificate_rows,
    holder_key,
    holder_row,
    see,
    workstation_row,
)
from .sources import Host


@dataclass(frozen=True, slots=True)
class Sources:
    """What a report is made of. ``people``: everybody who should have a certificate. ``pattern`` finds the authorisation number in a CN."""

    hosts: Sequence[Host]
    people: Sequence[Seat]
    pattern: str | None
    earlier: Report | None


def build(sources: Sources, terms: Terms) -> Report:
    """Judges, sorts, and compares with the earlier report. Raises ``PkcsError``: ``bad_time_zone``."""
    rules = _rules(sources, terms)
    seen = [see(host, rules) for host in sources.hosts]
    certificates = sorted((row for each in seen for row in certificate_rows(each)), key=_certificate_order)
    report = Report(
        terms=terms,
        holders=_holders(seen, rules, certificates),
        without_workstation=_without_workstation(sources, rules),
        without_holder=tuple(row for row in certificates if row.certificate.related and row.holder is None),
        certificates=tuple(certificates),
        workstations=tuple(sorted((workstation_row(each, rules) for each in seen), key=lambda row: row.workstation)),
        compared_with=sources.earlier.terms.report_date if sources.earlier else None,
        changes=None,
    )
    return replace(report, changes=compare(sources.earlier, report)) if sources.earlier else report


def _rules(sources: Sources, terms: Terms) -> Rules:
    seated = [seat for host in sources.hosts for seat in host.seats]
    seats = [*seated, *sources.people]
    return Rules(
        now=terms.report_date,
        calendar=calendar_of(terms.time_zone, terms.renew_before_days),
        register=register_of(
            {seat.person.authorisation for seat in seats if seat.person.authorisation}, sources.pattern
        ),
        accounts=accounts_of(seated),
        authorisation_due_within=terms.authorisation_due_within_days,
        facts_max_age=terms.facts_max_age_days,
        earlier=_thumbprints(sources.earlier),
        authorised={
            seat.person.authorisation: seat.anniversary
            for seat in sources.people
            if seat.person.authorisation and seat.anniversary
        },
    )


def _thumbprints(earlier: Report | None) -> Earlier:
    return {
        (place.account, place.workstation): place.thumbprint
        for row in (earlier.holders if earlier else ())
        for place in row.places
        if place.thumbprint
    }


def _holders(seen: Iterable[SeenHost], rules: Rules, certificates: Iterable[CertificateRow]) -> tuple[HolderRow, ...]:
    """One row for each, whom certificates anywhere may leave something to do."""
    seats: dict[tuple[str, str], list[tuple[Seat, SeenHost]]] = {}
    for each in seen:
        for seat in each.host.seats:
            seats.setdefault(holder_key(seat), []).append((seat, each))
    assigned = {(number, each.host.name) for (number, _user), places in seats.items() for _seat, each in places}
    elsewhere = {row.holder for row in certificates if row.status is Status.WRONG_HOLDER}
    unassigned = {
        row.holder for row in certificates if row.status in ACCESS and (row.holder, row.workstation) not in assigned
    }
    rows = (
        holder_row(places, rules, Leftovers(elsewhere=key[0] in elsewhere, unassigned=key[0] in unassigned))
        for key, places in seats.items()
    )
    return tuple(sorted(rows, key=_holder_order))


def _without_workstation(sources: Sources, rules: Rules) -> tuple[HolderRow, ...]:
    seated = {holder_key(seat) for host in sources.hosts for seat in host.seats}
    people = {holder_key(seat): seat for seat in sources.people if holder_key(seat) not in seated}
    rows = (
        HolderRow(
            name=seat.person.name or "",
            authorisation=seat.person.authorisation or "",
            status=Status.MISSING,
            next_step=NextStep.ASSIGN_WORKSTATION,
            actor=Actor.IT,
            valid_from=None,
            valid_until=None,
            days_left=None,
            authorisation_until=seat.anniversary,
            authorisation_days_left=rules.calendar.days_left(seat.anniversary, rules.now) if seat.anniversary else None,
            authorisation_status=authorisation_status(seat.anniversary, rules),
            places=(),
        )
        for seat in people.values()
    )
    return tuple(sorted(rows, key=_holder_order))


def _holder_order(row: HolderRow) -> tuple[str, str, str]:
    return *as_in_a_register(row.name), row.authorisation


def _certificate_order(row: CertificateRow) -> tuple[str, str, str, datetime, str]:
    found = row.certificate
    return row.workstation, found.store, found.owner_sid, found.not_after, found.thumbprint
