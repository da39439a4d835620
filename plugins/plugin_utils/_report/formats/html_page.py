# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The report as one page of HTML: self-contained, usable without scripts, on paper and on a telephone. Pure but for its own templates."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

with suppress(ImportError):  # ansible-core installs both; without them the file still loads
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup, escape

from ..._errors import Actor
from ..._policy.status import Status
from ..acceptance import AUTHORISATION, accepted_at, is_accepted, is_left
from ..exceptions import Acceptable
from ..language.counts import (
    authorisation_shares,
    holder_counts,
    shared_among,
    shares,
    to_remove,
    unsearched,
    without_holder_shares,
    without_holders,
    workstation_shares,
)
from ..language.page_vocabulary import NO_BREAK
from ..language.remarks import Remarks
from ..language.wording import Wording, urgency
from ..model import HolderRow, HolderWorkstation, NextStep, Reachability, Report, WorkstationRow
from ..summary import homonyms, names_by_number, people_in, shown_name, summary
from .charts import FULL_HEIGHT, Month, bars, months

TEMPLATES = Path(__file__).resolve().parent / "templates"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "holders": ("holder", "number", "workstations", "until", "authorisation", "status", "next_step", "actor"),
    "exceptions": ("holder", "number", "workstation", "what", "reason", "last_day", "state"),
    "revocation_lists": ("list", "issuer", "this_update", "next_update", "revoked", "check"),
    "changes": ("change", "who", "workstation", "before", "after"),
    "without_workstation": ("holder", "number", "authorisation", "status", "next_step", "actor"),
    "certificates": ("workstation", "holder", "certificate", "store", "from", "to", "status", "key", "thumbprint"),
    "workstations": ("workstation", "answer", "problem", "holders", "certificates", "not_listed", "clock"),
}
"""The columns of each table, by class. A narrow screen shows a row as a card, with these as its labels."""

FILTERED = (Reachability.UNKNOWN, Reachability.NEVER_SEEN)
"""The answers of workstations by which the holders can be filtered."""

WITHOUT_WORKSTATION = "without_workstation"
"""The value by which the page filters holders without a workstation. They are counted apart from the statuses."""

ANSWER_SHAPES = {
    Reachability.ANSWERED: Status.VALID,
    Reachability.UNKNOWN: Status.UNKNOWN,
    Reachability.NEVER_SEEN: Status.NEVER_SEEN,
}

OF_AUTHORISATION = (Acceptable.AUTHORISATION_RENEWAL_DUE, Acceptable.AUTHORISATION_EXPIRED)

FEW = 10
"""A table with at least so many rows has a filter. The table of holders always has one."""

SHOWN = 1000
"""So many rows of a table are HTML, for a reader without scripts. The script unpacks the others, which are compressed."""

MANY = 200
"""In a table with at least so many rows, the browser lays out only the visible rows. With fewer rows it lays out all, so that searching
and scrolling work better."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that HTML does not allow, but names in Windows do."""


STATUSES = "/* The styles of the statuses stand here. */\n"
"""The place in page.css: after what all marks have, before what an exception changes."""

_WHOLE = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b\d\d(?: \d\d){2,}\b")


def page(report: Report) -> str:
    """The whole page; the same report gives the same bytes. Raises ``KeyError`` or ``ValueError`` for an unknown language or zone."""
    say = Wording(report.parameters)
    style = _source("page.css").replace(STATUSES, _marks()) + _labels(say) + _print_footer(report, say)
    script = _source("page.js")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"dated": dated, "packed": packed}
    environment.globals |= {"say": say, "columns": COLUMNS, "few": FEW, "many": MANY, "shown": SHOWN}
    environment.globals |= {"full_height": FULL_HEIGHT, "is_accepted": is_accepted, "accepted_at": accepted_at}
    made = environment.get_template("page.html.j2").render(
        policy=_policy(style, script), style=style, script=script, **_context(report, say)
    )
    return _UNPRINTABLE.sub("\ufffd", made)


def dated(text: object) -> Markup:
    """A text for HTML whose ISO dates and telephone numbers stay on one line: browsers break lines at hyphens and blanks."""
    return Markup(_WHOLE.sub(r'<span class="day">\g<0></span>', str(escape(text))))  # noqa: S704  only the span is added


def packed(html: str) -> str:
    """Rows of HTML as text that needs no escaping: UTF-8, compressed (zlib, RFC 1950), in base64 (RFC 4648)."""
    clean = _UNPRINTABLE.sub("\ufffd", str(html))
    return base64.b64encode(zlib.compress(clean.encode(), 9)).decode("ascii")


class _Marks(dict[Status | Acceptable, str]):
    """The marks of the statuses, in the order of the legend, and those that the page has shown."""

    def __init__(self, made: Iterable[tuple[Status | Acceptable, str]]) -> None:
        super().__init__(made)
        self.shown: set[Status | Acceptable] = set()

    def __getitem__(self, status: Status | Acceptable) -> str:
        self.shown.add(status)
        return super().__getitem__(status)


def _context(report: Report, say: Wording) -> dict[str, Any]:
    holders = sorted((*report.holders, *report.without_workstation), key=urgency)
    answers = {row.workstation: row.answer for row in report.workstations}
    found, counts, remarks = summary(report), holder_counts(report), Remarks(report, say)
    lacking = {id(row) for row in report.without_workstation}
    return {
        "report": report,
        "parameters": report.parameters,
        "summary": found,
        "holders": holders,
        "names": names_by_number(holders),
        "verdict": _verdict(report, holders, say),
        "first": _first(holders, found.first_end),
        # Two dictionaries, because a status and an answer with the same text are equal and would be one key.
        "marks": _Marks(
            (each, _mark(each.value.removeprefix(AUTHORISATION), say.of(each))) for each in (*Status, *OF_AUTHORISATION)
        ),
        "answer_marks": {answer: _mark(ANSWER_SHAPES[answer].value, say.of(answer)) for answer in Reachability},
        "authorisation_marks": {
            status: _mark(status.value, say(f"auth.{status.value}"))
            for status in {row.authorisation_status for row in holders if row.authorisation_status}
        },
        "counts": counts,
        "shares": shares(counts, say),
        "authorisation_shares": authorisation_shares(found.authorisations, say),
        "workstation_shares": workstation_shares(report, say),
        "remarks": remarks,
        "pending": sum(row.next_step is not NextStep.NOTHING for row in people_in(holders)),
        "state": lambda row: WITHOUT_WORKSTATION if id(row) in lacking else row.shown_status.value,
        "actors": [actor for actor in Actor if any(row.actor is actor for row in holders)],
        "silent": _silent(report),
        "answered": [row for row in report.workstations if row.answer is Reachability.ANSWERED],
        "away": [answer for answer in FILTERED if answer in found.workstations],
        "states": lambda row: " ".join(_answers(row.places, answers)),
        "facts": lambda place: _facts(place, remarks, say),
        "left": sum(map(is_left, report.without_holder)),
        "left_shares": without_holder_shares(report, say),
        "unsearched": unsearched(report, say),
        "without_holders": without_holders(report, say),
        "shared": shared_among(report, say),
        "months": months(report, holders),
        "ends": lambda month: _ends(month, say),
        "bars": bars(report, holders),
    }


def _first(holders: Sequence[HolderRow], end: date | None) -> list[str]:
    """The names of those whose access ends first."""
    several = homonyms(holders)
    return [shown_name(row, several) for row in holders if end and row.ends_on == end]


def _silent(report: Report) -> list[WorkstationRow]:
    """The workstations that did not answer."""
    return sorted((row for row in report.workstations if row.answer is not Reachability.ANSWERED), key=_by_last_answer)


def _verdict(report: Report, holders: Sequence[HolderRow], say: Wording) -> str:
    """For how many holders something has to be done, how many of them each actor has to act on, and certificates that have to go."""
    return " ".join(filter(None, (_acting(holders, say), to_remove(report, say)))) or say("verdict.none")


def _acting(holders: Sequence[HolderRow], say: Wording) -> str:
    people = people_in(holders)
    acting = Counter(row.actor for row in people if row.next_step is not NextStep.NOTHING)
    if not acting:
        return ""
    sentence = say("verdict.some", n=say.number(acting.total()), holders=say.counted("counts.holders", len(people)))
    shares = (f"{say.of(actor)}{NO_BREAK}{say.number(acting[actor])}" for actor in Actor if actor in acting)
    return f"{say('text.fact', label=sentence, value=', '.join(shares))}."


def _by_last_answer(row: WorkstationRow) -> tuple[bool, float]:
    """To sort by: workstations that never answered first, then those whose last answer is the oldest."""
    return row.facts_at is not None, row.facts_at.timestamp() if row.facts_at else 0.0


def _mark(shape: str, words: str) -> Markup:
    """Shape and words; the shape and its colour are the style sheet's."""
    return Markup('<span class="mark {}">{}</span>').format(shape, words)


def _answers(places: Iterable[HolderWorkstation], answers: Mapping[str, Reachability]) -> list[str]:
    found = {answers.get(place.workstation) for place in places}
    return [answer.value for answer in FILTERED if answer in found]


def _facts(place: HolderWorkstation, remarks: Remarks, say: Wording) -> str:
    """Why the workstation of a place has no current audit, and the date of its facts; an empty text if it has."""
    reason = remarks.no_answer(place.workstation)
    if place.facts_at and not reason:
        return ""
    since = say("place.facts", moment=say.day(place.facts_at)) if place.facts_at else say("place.never")
    return ", ".join(filter(None, (reason, since)))


def _ends(month: Month, say: Wording) -> str:
    counts = {"months.certificates": month.certificates, "months.authorisations": month.authorisations}
    return ", ".join(say.counted(key, count) for key, count in counts.items() if count)


def _labels(say: Wording) -> str:
    """A card's labels. They are the table's own headings, which are out of sight on a narrow screen; screen readers still have those."""
    rules = [
        f'table.{table} tbody > tr > :nth-child({position})::before{{content:"{say(f"column.{column}")}"/""}}'
        for table, columns in COLUMNS.items()
        for position, column in enumerate(columns[1:], start=2)
    ]
    return "@media screen and (max-width:76rem){\n" + "\n".join(rules) + "\n}\n"


def _print_footer(report: Report, say: Wording) -> str:
    """The style rule for the bottom of every printed page. It has no text of a user, which could break the style sheet."""
    text = f"{say('date')} {say.instant(report.parameters.report_date)}. {say('footer')}"
    return f'@page{{@bottom-left{{content:"{text}"}}}}\n'


def _policy(style: str, script: str) -> str:
    """Nothing is loaded, nothing is sent; the style sheet and the script of this page run, and no other."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _marks() -> str:
    """The styles of the statuses: the tone of their rows and marks, and the icon of each mark."""
    tones = (
        f".{each.value} {{ --tone: var(--{each.tone.value}); --tint: var(--{each.tone.value}-wash); }}"
        for each in Status
    )
    icons = (f".mark.{each.value}::before {{ clip-path: {each.icon}; }}" for each in Status)
    return "\n".join((*tones, *icons)) + "\n"


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
