# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The report as Markdown for the output of a job: who needs something, and what is amiss; the rest is counted. Pure.

CommonMark with the tables of GitHub. Most readers see it as it is written, so it is escaped no more than it has to be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from ..._errors import Problem
from ..._facts.schema import UnreadRecord
from ..._policy.status import Status
from ..crl_row import CrlRow
from ..exceptions import ExceptionRow
from ..language.counts import (
    authorisation_shares,
    holder_counts,
    shared_among,
    shares,
    to_remove,
    unsearched,
    without_holders,
    workstation_shares,
)
from ..language.remarks import Remarks
from ..language.wording import Wording, urgency
from ..model import CertificateRow, Change, HolderRow, NextStep, Reachability, Report, WorkstationRow
from ..no_answer import NoAnswerReason, with_unusable_variables
from ..summary import names_by_number, people_in, summary

LONGEST_TABLE = 100
"""The largest number of rows. A line below the table says how many more there are."""

LONGEST_CELL = 700
"""Characters. The sentence of a failed connection fits with its cure."""

HOLDERS = ("holder", "number", "workstations", "until", "authorisation", "status", "next_step", "actor")
WITHOUT_WORKSTATION = ("holder", "number", "authorisation", "status", "next_step", "actor")
CERTIFICATES = ("workstation", "certificate", "to", "status", "next_step", "actor")
WORKSTATIONS = ("workstation", "answer", "text.why", "text.since", "technical")
VARIABLES = ("workstation", "text.why", "technical")
UNREAD = ("workstation", "text.store", "text.why", "technical")
BROWSERS = ("workstation", "text.missing")
EXCEPTIONS = ("holder", "number", "workstation", "what", "reason", "last_day", "state")
LISTS = ("list", "this_update", "next_update", "check")
CHANGES = ("change", "who", "workstation", "before", "after")

# What opens something inside of a line; and what makes a link of an address where nothing marks it.
_INTERPRETED = re.compile(r"[\\`*_\[\]<>&|~#$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_SPACES = re.compile(r"[ \x00-\x1f\x7f-\x9f\u2028\u2029]+")

Cells = tuple[str, ...]


def markdown(report: Report) -> str:
    """The whole text. The same report gives the same bytes."""
    say = Wording(report.parameters)
    remarks = Remarks(report, say)
    unusable = with_unusable_variables(report)
    away = [
        row
        for row in report.workstations
        if row.answer is not Reachability.ANSWERED and row.workstation not in unusable
    ]
    unread = [(row, store) for row in report.workstations for store in row.unread]
    lines = [
        *_head(report, say),
        *_holders(report, remarks, say),
        *_table("without_workstation", WITHOUT_WORKSTATION, report.without_workstation, _person, say),
        *_table("without_holder", CERTIFICATES, report.without_holder, partial(_certificate, remarks=remarks), say),
        *_table("exceptions", EXCEPTIONS, report.exceptions, _exception(report), say),
        *_table("revocation_lists", LISTS, report.revocation_lists, _list, say),
        *_table("text.workstations", WORKSTATIONS, away, partial(_workstation, remarks=remarks), say),
        *_table("text.variables", VARIABLES, [*unusable.items()], _unusable, say),
        *_table("text.unread", UNREAD, unread, partial(_unread, remarks=remarks), say),
        *_table("text.browsers", BROWSERS, [row for row in report.workstations if row.browsers], _browsers, say),
        *_table("changes", CHANGES, report.changes or (), _change, say),
    ]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """A text on one line that Markdown shows as it is, cut where it is very long."""
    line = _line(text)
    shown = line if len(line) <= LONGEST_CELL else f"{line[: LONGEST_CELL - 1]}\u2026"
    return _INTERPRETED.sub(r"\\\g<0>", shown)


def _head(report: Report, say: Wording) -> Iterator[str]:
    parameters = report.parameters
    yield f"# {escaped(parameters.title or say('title'))}"
    yield ""
    if parameters.establishment:
        yield escaped(parameters.establishment)
        yield ""
    moment = say("date.zone", moment=say.instant(parameters.report_date), zone=parameters.time_zone)
    yield f"{escaped(say('date'))} {escaped(moment)}. {_verdict(report, say)}"
    yield ""
    yield from (f"- {say('text.fact', label=say(label), value=value)}" for label, value in _facts(report, say))
    yield ""


def _facts(report: Report, say: Wording) -> Iterator[tuple[str, str]]:
    """The lines about the whole report: a key of the vocabulary and a value."""
    found = summary(report)
    yield "holders", _counts(shares(holder_counts(report), say), say)
    if found.accepted:
        yield "tile.accepted", say.number(found.accepted)
    if found.authorisations:
        yield "text.authorisations", ", ".join(authorisation_shares(found.authorisations, say))
    yield "workstations", ", ".join(workstation_shares(report, say)) or say.number(0)
    if shared := shared_among(report, say):
        yield "tile.shared", escaped("; ".join(shared))
    if empty := without_holders(report, say):
        yield "text.without_holders", escaped(empty)
    if blind := unsearched(report, say):
        yield "without_holder", escaped(blind)
    for each in report.unverified_issuers:
        yield "column.issuer", escaped(say.told.of(each))
    if found.first_end:
        yield "text.first_end", say.day(found.first_end)
    if report.parameters.query:
        yield "query", _code(report.parameters.query)
    if report.compared_with:
        than = say("compared.with", moment=say.instant(report.compared_with))
        yield "compared", than if report.changes else f"{than}. {say('changes.none')}"


def _verdict(report: Report, say: Wording) -> str:
    holders = people_in((*report.holders, *report.without_workstation))
    pending = sum(row.next_step is not NextStep.NOTHING for row in holders)
    some = say("verdict.some", n=say.number(pending), holders=say.counted("counts.holders", len(holders)))
    parts = [f"{some}." if pending else "", to_remove(report, say)]
    return f"**{' '.join(filter(None, parts)) or say('verdict.none')}**"


def _counts(counts: Sequence[tuple[str, int]], say: Wording) -> str:
    return ", ".join(f"{words} {say.number(count)}" for words, count in counts if count) or say.number(0)


def _holders(report: Report, remarks: Remarks, say: Wording) -> Iterator[str]:
    """The holders for whom something has to be done, the most urgent first, with or without a workstation."""
    holders = (*report.holders, *report.without_workstation)
    pending = sorted((row for row in holders if row.next_step is not NextStep.NOTHING), key=urgency)
    acting = len(people_in(pending))
    rest = len(people_in(holders)) - acting
    yield from _table("text.holders", HOLDERS, pending, partial(_holder, remarks=remarks), say, acting)
    if rest:
        yield say.counted("text.others", rest)
        yield ""


def _holder(row: HolderRow, say: Wording, remarks: Remarks) -> Cells:
    return (
        _named(row, say),
        row.authorisation,
        ", ".join(dict.fromkeys(place.workstation for place in row.places)),
        _until(row, say),
        _authorisation(row, say),
        _status(row, say),
        " - ".join(
            filter(None, (say.step(row), "; ".join((*remarks.of(row), *remarks.silent(row))), say.delivery(row)))
        ),
        say.of(row.actor),
    )


def _status(row: HolderRow, say: Wording) -> str:
    """The status, what of it is accepted, and that of each workstation where they differ."""
    places = [say("text.fact", label=place.workstation, value=say.of(place.status)) for place in row.places]
    differ = len({place.status for place in row.places}) > 1
    told = (say.of(row.shown_status), *say.revocation(row), *say.accepted(row.shown_status, row.accepted))
    return "; ".join((*told, *(dict.fromkeys(places) if differ else ())))


def _exception(report: Report) -> Callable[[ExceptionRow, Wording], Cells]:
    names = names_by_number((*report.holders, *report.without_workstation))
    return lambda row, say: (
        names.get(row.authorisation, ""),
        row.authorisation,
        row.workstation or say("exceptions.everywhere"),
        say.of(row.what),
        row.reason,
        say.day(row.until),
        say.of(row.state),
    )


def _list(row: CrlRow, say: Wording) -> Cells:
    return row.source, say.instant(row.this_update), say.instant(row.next_update), say.check(row)


def _person(row: HolderRow, say: Wording) -> Cells:
    return (
        _named(row, say),
        row.authorisation,
        _authorisation(row, say),
        _status(row, say),
        " - ".join(filter(None, (say.step(row), say.delivery(row)))),
        say.of(row.actor),
    )


def _named(row: HolderRow, say: Wording) -> str:
    absent = say("person.absent", day=say.day(row.absent_until)) if row.absent_until else None
    return ", ".join(filter(None, (row.name, row.function, absent)))


def _until(row: HolderRow, say: Wording) -> str:
    """The end of access, and that of the certificate if it is another day."""
    access = _dated(row.ends_on, row.days_left, say) if row.ends_on else say.no_end(row)
    if row.ends_on == row.certificate_ends_on:
        return access
    return ", ".join(filter(None, (access, say("until.certificate", day=say.day(row.certificate_ends_on)))))


def _certificate(row: CertificateRow, say: Wording, remarks: Remarks) -> Cells:
    found = row.certificate
    names = f"{found.subject_cn or found.subject}, {found.issuer_cn or found.issuer}"
    end = _dated(row.ends_on, row.days_left, say)
    status = ", ".join(filter(None, (remarks.leaver(row), say.of(row.status))))
    return row.workstation, names, end, status, say.step(row), say.of(row.actor)


def _workstation(row: WorkstationRow, say: Wording, remarks: Remarks) -> Cells:
    age = None if row.facts_age_days is None else -row.facts_age_days
    return (
        row.workstation,
        say.of(row.answer),
        remarks.reason(row),
        _dated(row.facts_at, age, say),
        remarks.technical(row),
    )


def _unusable(found: tuple[str, Problem], say: Wording) -> Cells:
    workstation, problem = found
    return workstation, say.of(NoAnswerReason.VARIABLES), say.told.of(problem)


def _unread(unread: tuple[WorkstationRow, UnreadRecord], _say: Wording, remarks: Remarks) -> Cells:
    row, store = unread
    technical = ", ".join(filter(None, (store.store, store.code, store.detail)))
    return row.workstation, remarks.owner(store.owner_sid), remarks.why_unread(store), technical


def _browsers(row: WorkstationRow, say: Wording) -> Cells:
    return row.workstation, " ".join(say.of(problem) for problem in row.browsers)


def _change(change: Change, say: Wording) -> Cells:
    who = f"{change.name} ({change.subject})" if change.name else change.subject
    return say.of(change.kind), who, change.workstation or "", _side(change.before, say), _side(change.after, say)


def _side(value: str | None, say: Wording) -> str:
    text = say.side(value)
    return say.of(text) if isinstance(text, Status) else text


def _authorisation(row: HolderRow, say: Wording) -> str:
    if row.authorisation_until is None:
        return say("authorisation.none")
    # Where it is the end of access, that says how far it is.
    left = None if row.authorisation_until == row.ends_on else row.authorisation_days_left
    day = _dated(row.authorisation_until, left, say)
    if row.authorisation_status in (None, Status.VALID):
        return day
    return f"{day}, {say(f'auth.{row.authorisation_status.value}')}"


def _dated(moment: date | None, days: int | None, say: Wording) -> str:
    """A day and how far it is; nothing for None."""
    return f"{say.day(moment)} ({say.distance(days)})" if moment and days is not None else say.day(moment)


def _table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Any],
    cells: Callable[[Any, Wording], Cells],
    say: Wording,
    count: int | None = None,
) -> Iterator[str]:
    """A section with its heading and the number of rows that it leaves out. Nothing without rows. ``count``: of what the heading names,
    where a row is not one."""
    if not rows:
        return
    yield f"## {say(title)} ({say.number(len(rows) if count is None else count)})"
    yield ""
    yield _row(say(column if "." in column or column == "technical" else f"column.{column}") for column in columns)
    yield _row("---" for _column in columns)
    yield from (_row(escaped(cell) for cell in cells(row, say)) for row in rows[:LONGEST_TABLE])
    yield ""
    if len(rows) > LONGEST_TABLE:
        yield say.counted("text.left_out", len(rows) - LONGEST_TABLE)
        yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(text: str) -> str:
    """On one line. Half a character, which no file in UTF-8 can hold, is a question mark."""
    return _SPACES.sub(" ", text.encode("utf-8", errors="replace").decode("utf-8")).strip()


def _code(text: str) -> str:
    """A text as code, between more backticks than it has in a row."""
    line = _line(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"
