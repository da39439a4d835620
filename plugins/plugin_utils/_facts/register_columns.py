# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The columns of a register: by which headings each is known, in English and French, and where a sheet has them. Pure.

The report writes its workbook under the first heading of each field, so that it can be read again as a register.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .._errors import Pkcs12Error, Problem, Value
from .._io.spreadsheets import Kind, Row, Sheet
from .._policy.names import name_words
from .holders import MOST_SHOWN

HEADINGS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "name": {"en": ("name", "full name"), "fr": ("nom et prénom", "nom complet", "personne", "prénom et nom")},
    "family_name": {
        "en": ("family name", "last name", "surname"),
        "fr": ("nom de famille", "nom", "nom d'usage"),
    },
    "given_name": {"en": ("given name", "first name"), "fr": ("prénom",)},
    "authorisation": {
        "en": ("authorisation", "authorisation number", "authorization", "authorization number", "number"),
        "fr": ("autorisation", "numéro d'autorisation", "numéro", "n° d'autorisation", "n° autorisation"),
    },
    "user": {
        "en": ("account", "windows account", "user"),
        "fr": ("compte", "compte windows", "identifiant", "login"),
    },
    "workstations": {
        "en": ("workstations", "workstation", "computer", "computers", "PC"),
        "fr": ("postes", "poste", "poste de travail", "postes de travail", "ordinateur", "ordinateurs", "PC"),
    },
    "function": {"en": ("function", "job"), "fr": ("fonction", "métier")},
    "mail": {"en": ("mail", "e-mail", "mail address"), "fr": ("mail", "courriel", "adresse e-mail", "e-mail")},
    "authorisation_anniversary": {
        "en": ("anniversary", "authorisation ends on", "authorisation anniversary"),
        "fr": ("date anniversaire", "anniversaire", "échéance de l'autorisation"),
    },
    "absent_from": {"en": ("absent from",), "fr": ("absent du", "absent à partir du")},
    "absent_until": {"en": ("absent until", "back on"), "fr": ("de retour le", "absent jusqu'au")},
    "leaves_on": {"en": ("leaves on", "last day"), "fr": ("dernier jour", "départ", "date de départ")},
    "group": {"en": ("groups", "group"), "fr": ("groupes", "groupe", "service", "unité")},
    "former_name": {"en": ("former name",), "fr": ("nom précédent", "nom de naissance")},
    "awaiting": {"en": ("awaiting",), "fr": ("en attente de",)},
    "expected_from": {"en": ("expected from",), "fr": ("attendu à partir du",)},
    "to_correct": {"en": ("to correct",), "fr": ("à corriger",)},
}
"""By field, the headings in each language; the report writes the first one."""
OF_THE_REPORT: Mapping[str, Mapping[str, str]] = {
    "status": {"en": "status", "fr": "état"},
    "ends_on": {"en": "no access from", "fr": "plus d'accès à partir du"},
    "next_step": {"en": "next step", "fr": "à faire"},
    "actor": {"en": "who acts", "fr": "par qui"},
    "remarks": {"en": "remarks", "fr": "précisions"},
}
"""What the report adds for people, in the words of all its forms. It is known, and not read."""
ALONE = "nom"
"""A family name beside a column of given names, and the whole name without one."""
LOOKED_AT = 20
"""The headings are among the first rows; above them there may be a title."""
NEEDED = ("authorisation", "user", "workstations")


@dataclass(frozen=True, slots=True)
class Columns:
    """``line``, ``width``: of the row of the headings. ``places``, ``headings``: by field the column, and the heading as the sheet has it.

    ``unknown``: headings that nothing reads.
    """

    line: int
    width: int
    places: Mapping[str, int]
    headings: Mapping[str, str]
    unknown: tuple[str, ...]


Wanted = Mapping[str, str | Sequence[str]]
"""The option ``columns``: by field the heading, or several of which one is there."""


def heading(field: str, language: str) -> str:
    """The heading of a field, or of a column of the report, as the report writes it."""
    return OF_THE_REPORT[field][language] if field in OF_THE_REPORT else HEADINGS[field][language][0]


def columns_of(sheet: Sheet, wanted: Wanted) -> Columns:
    """The columns of a sheet. Raises ``Pkcs12Error``: ``register_unread``."""
    file = str(sheet.path)
    fields = _fields_by_heading(wanted, file)
    looked_at = sheet.rows[:LOOKED_AT]
    found = [(row, _fields(row, fields)) for row in looked_at]
    row, by_column = next(
        (each for each in found if not _missing(each[1].values(), wanted)),
        max(found, key=lambda each: len(set(each[1].values())), default=(Row(0, {}), {})),
    )
    shown = {column: _shown(row, column) for column in row.cells}
    if len(set(by_column.values())) < 2:
        raise Pkcs12Error(Problem("register_unread.no_heading", {"file": file, "rows": LOOKED_AT}))
    if missing := _missing(by_column.values(), wanted):
        values: dict[str, Value] = {"file": file, "fields": missing, "headings": tuple(shown.values())}
        raise Pkcs12Error(Problem("register_unread.columns_missing", values))
    for field in dict.fromkeys(by_column.values()):
        of_field = tuple(shown[column] for column, each in by_column.items() if each == field)
        if len(of_field) > 1:
            values = {"file": file, "field": field, "headings": of_field}
            raise Pkcs12Error(Problem("register_unread.column_twice", values))
    ours = {_key(text) for texts in OF_THE_REPORT.values() for text in texts.values()}
    return Columns(
        row.line,
        row.width,
        {field: column for column, field in by_column.items()},
        {field: shown[column] for column, field in by_column.items()},
        tuple(text for column, text in shown.items() if column not in by_column and _key(text) not in ours),
    )


def _key(text: str) -> str:
    """The form in which headings are compared: without case, accents and punctuation. Of ``poste(s)`` it is that of the singular."""
    return " ".join(name_words(text.replace("(s)", "")))


def _fields_by_heading(wanted: Wanted, file: str) -> Mapping[str, str]:
    """The field of each heading. One that the site has named counts instead of those that are known."""
    own: dict[str, str] = {}
    for field, given in wanted.items():
        if field not in HEADINGS:
            unknown: dict[str, Value] = {"file": file, "field": str(field), "known": tuple(HEADINGS)}
            raise Pkcs12Error(Problem("register_unread.mapping", unknown))
        for text in [given] if isinstance(given, str) else given:
            other = own.setdefault(_key(str(text)), field)
            if other != field:
                twice: dict[str, Value] = {"file": file, "heading": str(text), "fields": (other, field)}
                raise Pkcs12Error(Problem("register_unread.heading_twice", twice))
    known = {
        _key(text): field
        for field, languages in HEADINGS.items()
        if field not in wanted
        for texts in languages.values()
        for text in texts
    }
    return known | own


def _fields(row: Row, fields: Mapping[str, str]) -> dict[int, str]:
    """The fields in a row, by column, as if it were that of the headings."""
    keys = {column: _key(str(cell.value)) for column, cell in row.cells.items() if cell.kind is Kind.TEXT}
    found = {column: fields[key] for column, key in keys.items() if key in fields}
    if "given_name" not in found.values():
        found |= {column: "name" for column, field in found.items() if field == "family_name" and keys[column] == ALONE}
    return found


def _missing(found: Iterable[str], wanted: Wanted) -> tuple[str, ...]:
    """The fields that a register needs, and those that the site has named, of which a row has no heading."""
    there = set(found)
    names = () if "name" in there or {"family_name", "given_name"} <= there else ("name",)
    return tuple(dict.fromkeys((*names, *(field for field in (*NEEDED, *wanted) if field not in there))))


def _shown(row: Row, column: int) -> str:
    return " ".join(str(row.cells[column].value).split())[:MOST_SHOWN]
