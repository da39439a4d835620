# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The report in numbers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from .._policy.names import name_words, number_key
from .._policy.status import Status
from .acceptance import is_accepted
from .model import HolderRow, NextStep, Reachability, Report
from .strangers import not_searched

STATUSES = tuple(Status)  # the worst first


@dataclass(frozen=True, slots=True)
class Summary:
    """The report in numbers: holders by status (with those who have no workstation), authorisations, workstations by answer. A holder with
    rows for several issuers is one, see ``people_in``.

    ``without_holder``: None if none was found and some workstations were not searched; ``not_searched`` counts these.
    ``first_end``: the first day on which somebody's access ends who has access now.
    ``accepted``: holders with findings that are all accepted. ``by_status`` counts them too, because an exception changes no status.
    """

    holders: int
    by_status: Mapping[Status, int]
    authorisations: Mapping[Status, int]
    workstations: Mapping[Reachability, int]
    without_workstation: int
    without_holder: int | None
    not_searched: int
    accepted: int
    first_end: date | None


def summary(report: Report) -> Summary:
    """Counts the rows of a report. A status without a row is left out."""
    holders = (*people_in(report.holders), *report.without_workstation)
    ends = [
        row.ends_on
        for row in report.holders
        if row.ends_on and row.access_until and row.access_until >= report.parameters.report_date
    ]
    blind = not_searched(report)
    return Summary(
        holders=len(holders),
        by_status=_counted(Status, (row.status for row in holders)),
        authorisations=_counted(Status, (row.authorisation_status for row in holders if row.authorisation_status)),
        workstations=_counted(Reachability, (row.answer for row in report.workstations)),
        without_workstation=len(report.without_workstation),
        without_holder=len(report.without_holder) if report.without_holder or not blind else None,
        not_searched=blind,
        accepted=sum(map(is_accepted, holders)),
        first_end=min(ends, default=None),
    )


def person_of(row: HolderRow) -> tuple[str, str]:
    """By whom rows are counted: the number, with the name where several people have it; without one, the account."""
    if row.authorisation:
        return number_key(row.authorisation), row.name if row.next_step is NextStep.GIVE_OWN_NUMBER else ""
    return "", next((place.owner_sid or place.account.casefold() for place in row.places), row.name)


def people_in(rows: Iterable[HolderRow]) -> list[HolderRow]:
    """A row for each person: of those for several issuers, the worst one that needs somebody, else the worst one."""
    found: dict[tuple[str, str], HolderRow] = {}
    for row in rows:
        person = person_of(row)
        found[person] = min(found.get(person, row), row, key=_severity)
    return list(found.values())


def _severity(row: HolderRow) -> tuple[bool, int]:
    return row.next_step is NextStep.NOTHING, STATUSES.index(row.status)


def shared_numbers(report: Report) -> Mapping[str, list[HolderRow]]:
    """The rows of people who share a number, by the number of the first one."""
    found: dict[str, list[HolderRow]] = {}
    for row in (*report.holders, *report.without_workstation):
        if row.next_step is NextStep.GIVE_OWN_NUMBER:
            found.setdefault(number_key(row.authorisation), []).append(row)
    return {rows[0].authorisation.strip(): rows for rows in found.values()}


def names_by_number(rows: Iterable[HolderRow]) -> Mapping[str, str]:
    """Whose each number is; of a number of several people, all of their names."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        found.setdefault(row.authorisation, {})[row.name] = None
    return {number: ", ".join(names) for number, names in found.items()}


def homonyms(rows: Iterable[HolderRow]) -> Set[str]:
    """The names that two of these people have, as the rows write them."""
    found: dict[frozenset[str], dict[tuple[str, str], str]] = {}
    for row in rows:
        account = "" if row.authorisation or not row.places else row.places[0].account.casefold()
        found.setdefault(frozenset(name_words(row.name)), {})[row.authorisation, account] = row.name
    return {name for names in found.values() if len(names) > 1 for name in names.values()}


def shown_name(row: HolderRow, shared_names: Set[str]) -> str:
    """The name in a sentence, with the number where the name alone does not say who it is. ``shared_names``: see ``homonyms``."""
    return f"{row.name}, {row.authorisation}" if row.name in shared_names and row.authorisation else row.name


Member = TypeVar("Member", Status, Reachability)


def _counted(kinds: type[Member], values: Iterable[Member]) -> Mapping[Member, int]:
    """In the order of the enumeration, so that equal reports make equal files."""
    found = Counter(values)
    return {kind: found[kind] for kind in kinds if kind in found}
