# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registers as sheets, without a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register import Names, Register, read_register
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register_columns import columns_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.spreadsheets import Cell, Kind, Row, Sheet, letters

FILE = Path("/srv/register/people.xlsx")
HEADINGS = ("name", "number", "account", "workstations")
Value = str | int | date | Kind | None


def sheet_of(rows: Iterable[Sequence[Value]]) -> Sheet:
    """A sheet with these rows. A text, a day, and a number are cells of that kind."""
    return Sheet(FILE, tuple(Row(line, cells) for line, row in enumerate(rows, 1) if (cells := _cells(line, row))))


def _cells(line: int, row: Sequence[Value]) -> dict[int, Cell]:
    return {column: _cell(f"{letters(column)}{line}", value) for column, value in enumerate(row) if value is not None}


def _cell(where: str, value: Value) -> Cell:
    if isinstance(value, Kind):
        return Cell(where, value, "#REF!" if value is Kind.ERROR else "")
    if isinstance(value, int):
        return Cell(where, Kind.NUMBER, str(value))
    return Cell(where, Kind.DATE if isinstance(value, date) else Kind.TEXT, value or "")


def register_of(*rows: Sequence[Value], headings: Sequence[str] = HEADINGS, names: Names | None = None) -> Register:
    """The register in a sheet with these rows below its headings."""
    sheet = sheet_of([headings, *rows])
    return read_register(sheet, columns_of(sheet, {}), names or Names())
