# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The report as a workbook that is a register again: one row per person under the register's own headings, and where each person stands.

Text is typed as text, so that nothing of it is run and no number loses its zeros; days are days of the spreadsheet. There is no formula,
no link and no macro. Equal reports make equal bytes.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timezone
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ..._errors import Pkcs12Error, Problem
from ..._facts.delivery_states import DeliveryState
from ..._facts.register_columns import heading
from ..language.remarks import Remarks
from ..language.wording import Wording
from ..model import RegisterPerson, Report
from .csv_escaping import CONTROLS

COLUMNS = (
    *("name", "authorisation", "user", "workstations", "function", "mail", "authorisation_anniversary"),
    *("absent_from", "absent_until", "leaves_on", "group"),
)
SELDOM = ("former_name", "awaiting", "expected_from", "to_correct")
"""Columns of the register that are there where somebody has them."""
STATUS = ("status", "ends_on", "next_step", "actor", "remarks")
"""Columns that no register has, and that its reader leaves out."""

SHEET = {"en": "people", "fr": "personnes"}
DAYS = {"en": "yyyy-mm-dd", "fr": "dd/mm/yyyy"}
TEXT = "@"
"""What somebody types over such a cell stays text: a number keeps its zeros."""

NARROWEST, WIDEST = 12, 60
"""Characters of a column."""

Row = Mapping[str, str | date | None]
"""By the key of the column."""


def library(part: str = "") -> Any:
    """openpyxl, or a part of it. Raises ``Pkcs12Error``: ``missing_library``."""
    try:
        return importlib.import_module(f"openpyxl{part}")
    except ImportError:
        raise Pkcs12Error(Problem("missing_library.openpyxl", {"python": sys.executable})) from None


def workbook(report: Report) -> bytes:
    """The file. Raises ``Pkcs12Error``: ``missing_library``."""
    say, language = Wording(report.parameters), report.parameters.language
    rows = [*_rows(report, say)]
    used = {key for row in rows for key, value in row.items() if value}
    keys = [*COLUMNS, *(key for key in SELDOM if key in used), *STATUS]
    headings = [heading(key, language) for key in keys]
    book = library().Workbook(write_only=True)
    moment = report.parameters.report_date.astimezone(timezone.utc).replace(tzinfo=None)
    book.properties.creator, book.properties.created, book.properties.modified = "hospital_it.pkcs12", moment, moment
    sheet = book.create_sheet(SHEET[language])
    sheet.freeze_panes = "B2"
    letters = list(map(library(".utils").get_column_letter, range(1, len(keys) + 1)))
    sheet.auto_filter.ref = f"A1:{letters[-1]}{len(rows) + 1}"
    for key, title, letter in zip(keys, headings, letters, strict=True):
        longest = max(len(title) + 4, *(len(str(row.get(key) or "")) + 1 for row in rows), NARROWEST)
        sheet.column_dimensions[letter].width = min(longest, WIDEST)
    cell = _cells(sheet, DAYS[language])
    bold = library(".styles").Font(bold=True)
    heads = [cell(title) for title in headings]
    for each in heads:
        each.font = bold
    sheet.append(heads)
    for row in rows:
        sheet.append([cell(row.get(key)) for key in keys])
    return _saved(book)


def _cells(sheet: Any, day_format: str) -> Callable[[str | date | None], Any]:
    """Makes the cells of a sheet: of a text, a day, or nothing."""
    kind = library(".cell").WriteOnlyCell

    def cell(value: str | date | None) -> Any:
        if isinstance(value, date):
            made = kind(sheet, value)
            made.number_format = day_format
            return made
        line = CONTROLS.sub(" ", value or "").strip().encode(errors="replace").decode()
        made = kind(sheet, line or None)
        made.number_format = TEXT
        if line:
            made.data_type = "s"  # by itself, openpyxl makes a formula of = and an error of #N/A
        return made

    return cell


def _saved(book: Any) -> bytes:
    """The archive with the same times on every day."""
    made, kept = io.BytesIO(), io.BytesIO()
    with ZipFile(made, "w") as archive:
        library(".writer.excel").ExcelWriter(book, archive).save()
    with ZipFile(made) as archive, ZipFile(kept, "w", ZIP_DEFLATED) as packed:
        for name in archive.namelist():
            packed.writestr(ZipInfo(name), archive.read(name), ZIP_DEFLATED)
    return kept.getvalue()


def _rows(report: Report, say: Wording) -> Iterator[Row]:
    """Everybody of the register; then what is wrong with rows that name nobody whom the inventory has."""
    remarks = Remarks(report, say)
    left = {row.holder: row for row in report.without_holder if row.holder}
    wrong = {_place(each): each for each in report.register.problems}
    for person in report.register.people:
        row = person.row
        known: dict[str, str | date | None] = {key: getattr(person, key) for key in (*COLUMNS, *SELDOM[:-1])}
        known |= {"workstations": "; ".join(person.workstations), "user": _accounts(person)}
        known["awaiting"] = person.awaiting.value if person.awaiting else None
        if refusal := person.refusal:
            known["to_correct"] = say.told.of(wrong.pop(_place(refusal), refusal))
        if row:
            known |= {
                "status": say.of(row.shown_status),
                "ends_on": row.ends_on,
                "next_step": say.step(row),
                "actor": say.of(row.actor),
                "remarks": "; ".join((*remarks.of(row), *remarks.silent(row))),
            }
        else:
            kept = left.get(person.authorisation)
            known["status"] = say.of(DeliveryState.LEFT)
            known |= (
                {"next_step": say.step(kept), "actor": say.of(kept.actor), "remarks": remarks.leaver(kept)}
                if kept
                else {}
            )
        yield known
    for each in wrong.values():
        yield {"name": str(each.values.get("whose", "")), "to_correct": say.told.of(each)}


def _accounts(person: RegisterPerson) -> str:
    """One for all workstations, or as many as these."""
    return "; ".join(person.user if len(set(person.user)) > 1 else person.user[:1])


def _place(problem: Problem) -> tuple[str, str]:
    return str(problem.values.get("file")), str(problem.values.get("line"))
