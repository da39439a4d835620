# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""How many holders there are, in parts that add up to all of them, and the report in one sentence. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..._policy.status import Status
from ..acceptance import is_left
from ..exceptions import Acceptable
from ..model import HolderRow, Reachability, Report
from ..no_answer import with_unusable_variables
from ..strangers import not_searched
from ..summary import people_in, shared_numbers
from .wording import Wording, rank


@dataclass(frozen=True, slots=True)
class HolderCounts:
    """All holders, in parts: ``by_status``, the worst first, has those with a workstation by the status that people read. Statuses without
    a holder are left out. ``shown``: the statuses of all rows; who has several, for several issuers, counts by one of them."""

    total: int
    by_status: Mapping[Status | Acceptable, int]
    without_workstation: int
    shown: Sequence[Status | Acceptable]


def holder_counts(report: Report) -> HolderCounts:
    """Counts the holders: the parts add up to ``total``."""
    rows = sorted(report.holders, key=lambda row: (rank(row.status), row.shown_status is not row.status))
    people = people_in(rows)
    return HolderCounts(
        total=len(people) + len(report.without_workstation),
        by_status=Counter(row.shown_status for row in people),
        without_workstation=len(report.without_workstation),
        shown=tuple(dict.fromkeys(row.shown_status for row in rows)),
    )


def shares(counts: HolderCounts, say: Wording) -> Sequence[tuple[str, int]]:
    """The parts in words, each with its number."""
    parts = [(say.of(status), count) for status, count in counts.by_status.items()]
    return [*parts, (say("counts.without"), counts.without_workstation)] if counts.without_workstation else parts


def sentence(report: Report, say: Wording) -> str:
    """The report in one sentence on one line, without names of people."""
    counts = holder_counts(report)
    parts = ", ".join(f"{words} {say.number(count)}" for words, count in shares(counts, say))
    place = _place(report, say, say.counted("counts.holders", counts.total))
    return say("counts.sentence", place=place, shares=parts, option="pkcs12_fail_on") if parts else f"{place}."


def workstation_shares(report: Report, say: Wording) -> Sequence[str]:
    """The workstations in parts that add up to all of them. Those with unusable variables have a table of their own."""
    unusable = with_unusable_variables(report)
    found = Counter(row.answer for row in report.workstations if row.workstation not in unusable)
    parts = [(f"shares.{each.value}", found[each]) for each in Reachability]
    return [say.counted(key, count) for key, count in (*parts, ("shares.variables", len(unusable))) if count]


def authorisation_shares(counts: Mapping[Status, int], say: Wording) -> Sequence[str]:
    """The authorisations by what they are, each with its number."""
    return [say.counted(f"shares.authorisation.{each.value}", count) for each, count in counts.items()]


def without_holder_shares(report: Report, say: Wording) -> Sequence[str]:
    """The certificates without a holder in parts that add up to all of them: to be removed, accepted, and those that need nothing."""
    rows = report.without_holder
    left, accepted = sum(map(is_left, rows)), sum(row.accepted is not None for row in rows)
    parts = (("counts.left", left), ("counts.accepted", accepted), ("counts.quiet", len(rows) - left - accepted))
    return [say.counted(key, count) for key, count in parts if count]


def to_remove(report: Report, say: Wording) -> str:
    """How many certificates without a holder need somebody, as a sentence; empty if none does."""
    count = sum(map(is_left, report.without_holder))
    return say.counted("verdict.left", count) if count else ""


def unsearched(report: Report, say: Wording) -> str:
    """That nobody has looked for certificates without a holder, where, and what to set; empty if somebody has."""
    count = not_searched(report)
    if not count:
        return ""
    if report.unmatched_issuers:
        return say("not_searched.unmatched", issuers=some_names(report.unmatched_issuers, say))
    if count == sum(row.facts_at is not None for row in report.workstations):
        return say("not_searched.all")
    return say.counted("not_searched", count)


MOST_WORKSTATIONS = 10
"""How many workstations are named in a sentence."""


def without_holders(report: Report, say: Wording) -> str:
    """The workstations that have answered once, and for which the inventory has nobody who works there; empty if there are none."""
    unusable = with_unusable_variables(report)
    return some_names(
        (row.workstation for row in report.workstations if not row.holders and row.workstation not in unusable), say
    )


def some_names(workstations: Iterable[str], say: Wording) -> str:
    """The first of these workstations or issuers, and how many more there are; empty if there are none."""
    names = list(workstations)
    more = len(names) - MOST_WORKSTATIONS
    named = ", ".join(names[:MOST_WORKSTATIONS])
    return f"{named} {say('tile.first_end.others', n=say.number(more))}" if more > 0 else named


def shared_among(report: Report, say: Wording) -> Sequence[str]:
    """Each number of two people, and who has it where."""
    return [
        f"{number}{say.words.colon} {', '.join(_person(row.name, _places(row)) for row in rows)}"
        for number, rows in shared_numbers(report).items()
    ]


def shared_sentences(report: Report, say: Wording) -> Sequence[str]:
    """The same as sentences, with where each name stands and what to do."""
    return [
        say("numbers.who", number=number, people=f" {say('numbers.and')} ".join(_listed(row, say) for row in rows))
        for number, rows in shared_numbers(report).items()
    ]


def _listed(row: HolderRow, say: Wording) -> str:
    places = ", ".join(_places(row))
    variable = f"pkcs12_holders{say.words.colon} {places}" if places else say("numbers.register")
    return f"{row.name} ({variable})"


def shared_at(report: Report, say: Wording) -> str:
    """Each number of two people with their workstations, without names; empty if there is none."""
    return "; ".join(
        _person(number, some_names(dict.fromkeys(place for row in rows for place in _places(row)), say))
        for number, rows in shared_numbers(report).items()
    )


def _places(row: HolderRow) -> Sequence[str]:
    return list(dict.fromkeys(place.workstation for place in row.places))


def _person(who: str, places: Sequence[str] | str) -> str:
    where = places if isinstance(places, str) else ", ".join(places)
    return f"{who} ({where})" if where else who


def failing(report: Report, found: Mapping[str, int], say: Wording) -> str:
    """The same where something is there that must not be: its words with their numbers."""
    parts = ", ".join(f"{words} {say.number(count)}" for words, count in found.items())
    return say("counts.failing", place=_place(report, say), shares=parts, option="pkcs12_fail_on")


def _place(report: Report, say: Wording, *parts: str) -> str:
    establishment = " ".join((report.parameters.establishment or "").split())
    return ", ".join(filter(None, (say("counts.subject"), establishment, *parts)))
