# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""One sheet of a spreadsheet: a workbook (XLSX), or text with a separator (CSV). What a cell says is not judged here, only what it is.

The content decides which of both a file is, never its name. Sizes are bounded before anything is parsed, and a workbook with a document
type is not opened: its entities could unfold without end (https://docs.python.org/3/library/xml.html#xml-security).
"""

from __future__ import annotations

import csv
import re
import sys
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from importlib import import_module
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from .._errors import Pkcs12Error, Problem, Value, file_reason

MIB = 1024 * 1024
MOST_BYTES = 32 * MIB
"""Of a file."""
MOST_UNPACKED = 100 * MIB
MOST_PARTS = 2_000
MOST_ROWS = 50_000
MOST_COLUMNS = 100
"""What is further to the right is not read."""
LAST_ROW = 1_048_576
"""Of Excel (Office Open XML has no bound of its own)."""
SEPARATORS = (";", ",", "\t")
LOOKED_AT = 20
"""So many rows tell the separator of a text."""
WIDE = 4
"""So many cells has the row of the headings, and seldom a title above it."""

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
"""How a workbook of Excel before 2007 begins, and one with a password ([MS-OFFCRYPTO])."""
BEFORE_XML = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"
ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)")
ROW_NUMBER = re.compile(rb"""\sr=["'](\d{1,9})["']""")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
QUOTED_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
"""How a text is written in CSV so that a spreadsheet program keeps its zeros."""


class Kind(Enum):
    """What a cell is. A formula is here only where the file has no value of it."""

    EMPTY = "empty"
    TEXT = "text"
    DATE = "date"
    MOMENT = "moment"
    NUMBER = "number"
    TRUTH = "truth"
    ERROR = "error"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Cell:
    """``where``: as a spreadsheet program calls it, for instance E17. ``value``: of a date the day, of others what they show."""

    where: str
    kind: Kind
    value: str | date = ""


@dataclass(frozen=True, slots=True)
class Row:
    """``line``: that of the sheet, or of the text. ``cells``: those that are not empty, by column from 0 on.

    ``width``: so many cells the text has there, also empty ones. In a workbook, each row has all.
    """

    line: int
    cells: Mapping[int, Cell]
    width: int = MOST_COLUMNS

    def cell(self, column: int) -> Cell:
        """The cell in a column, also an empty one."""
        return self.cells.get(column) or Cell(f"{letters(column)}{self.line}", Kind.EMPTY)


@dataclass(frozen=True, slots=True)
class Sheet:
    """``rows``: those that are not empty, in their order."""

    path: Path
    rows: tuple[Row, ...]


def read_sheet(path: Path, sheet: str | None = None) -> Sheet:
    """A sheet of a file: the one with this name, else the first that is not hidden. A text has one alone.

    Raises ``Pkcs12Error``: ``register_unread``.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise _unread("missing", path) from None
    except OSError as problem:
        raise _unread("reason", path, reason=file_reason(problem)) from None
    if len(content) > MOST_BYTES:
        raise _unread("too_large", path, limit=MOST_BYTES // MIB)
    if content.startswith(OLE):
        raise _unread("old_excel_or_password", path)
    rows = _of_workbook(content, path, sheet) if content.startswith(ZIP) else _of_text(content, path)
    return Sheet(path, tuple(row for row in rows if row.cells))


def letters(column: int) -> str:
    """The name of a column, which is counted from 0 on: A to Z, AA and so on."""
    before, last = divmod(column, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def _unread(variant: str, path: Path, **values: Value) -> Pkcs12Error:
    return Pkcs12Error(Problem(f"register_unread.{variant}", {"file": str(path), **values}))


def _seen(text: str) -> str:
    """A text without what nobody sees, for instance a zero width space that was copied from a web page."""
    if not text.isprintable():
        text = "".join(sign for sign in text if sign.isprintable() or sign.isspace())
    return text.strip()


# A text


def _of_text(content: bytes, path: Path) -> Iterator[Row]:
    """The rows of CSV (RFC 4180), in UTF-8 or in Windows-1252, as Excel writes them in Europe."""
    text = _decoded(content, path)
    named = re.match(r'"?sep=(.)"?\r?\n', text)
    records = csv.reader(StringIO(text, newline=""), delimiter=named[1] if named else _separator(text), strict=True)
    line = 1
    for number, record in enumerate(_records(records, path)):
        if number >= MOST_ROWS:
            raise _unread("rows", path, most=MOST_ROWS)
        cells = {}
        for column, value in enumerate(record[:MOST_COLUMNS]):
            if shown := _seen(_unwrapped(value)):
                cells[column] = Cell(f"{letters(column)}{line}", Kind.TEXT, shown)
        if not (named and line == 1):
            yield Row(line, cells, len(record))
        line = records.line_num + 1


def _decoded(content: bytes, path: Path) -> str:
    if b"\0" in content:  # UTF-16, and files of other programs
        raise _unread("encoding", path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise _unread("encoding", path) from None


def _records(records: Any, path: Path) -> Iterator[list[str]]:
    try:
        yield from records
    except csv.Error:
        raise _unread("quotes", path, line=records.line_num) from None


def _separator(text: str) -> str:
    """The separator that cuts the first of the wide rows into most cells: in those below, texts may have more of another one."""
    widths = list(zip(*(_widths(text, separator) for separator in SEPARATORS), strict=True))
    found = next((each for each in widths if max(each) >= WIDE), max(widths, key=max))
    return SEPARATORS[found.index(max(found))]


def _widths(text: str, separator: str) -> list[int]:
    """How many cells the first rows have with a separator."""
    records = csv.reader(StringIO(text, newline=""), delimiter=separator)
    widths = []
    for _number in range(LOOKED_AT):
        try:
            widths.append(len(next(records, ())))
        except csv.Error:  # the reading itself says so
            widths.append(0)
    return widths


def _unwrapped(value: str) -> str:
    wrapped = QUOTED_FORMULA.fullmatch(value.strip())
    return wrapped[1].replace('""', '"') if wrapped else value


# A workbook


def _of_workbook(content: bytes, path: Path, sheet: str | None) -> Iterable[Row]:
    """The rows of an Office Open XML workbook, as openpyxl reads them."""
    try:
        openpyxl = import_module("openpyxl")
    except ImportError:
        missing = Problem("missing_library.openpyxl", {"python": sys.executable})
        raise Pkcs12Error(Problem("register_unread.library", {"file": str(path)}, causes=(missing,))) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl leaves out, for instance pictures
            _check_parts(content, path)
            opened = _opened(openpyxl, content, data_only=True)
            found = _sheet_of(opened, path, sheet)
            part = opened._archive.read(found._worksheet_path)
            _check_rows(part, path)
            formulas = _formulas(openpyxl, content, found.title) if FORMULA.search(part) else frozenset[str]()
            return list(_rows(found, formulas))
    except Pkcs12Error:
        raise
    except Exception:  # noqa: BLE001  zipfile, zlib, expat and openpyxl raise whatever a damaged file leads them to
        raise _unread("damaged", path) from None


def _check_parts(content: bytes, path: Path) -> None:
    """Refuses a workbook that unfolds to more than its size, by its archive or by its XML.

    A part in UTF-16 is refused, too, because a document type is not found in it; no spreadsheet program writes one.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise _unread("too_large", path, limit=MOST_UNPACKED // MIB)
        if {part.compress_type for part in parts} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise _unread("damaged", path)  # others may give more than the size they declare
        for part in parts:
            found = archive.read(part)
            if found.lstrip(BEFORE_XML).startswith(b"<") and (b"\0" in found or b"<!DOCTYPE" in found):
                raise _unread("document_type", path)


def _check_rows(part: bytes, path: Path) -> None:
    """Refuses too many rows, and rows in another order, of which openpyxl leaves some out."""
    last = count = 0
    for count, row in enumerate(ROW.finditer(part), 1):
        if count > MOST_ROWS:
            raise _unread("rows", path, most=MOST_ROWS)
        number = ROW_NUMBER.search(row[1])
        here = int(number[1]) if number else last + 1
        if not last < here <= LAST_ROW:
            raise _unread("damaged", path)
        last = here


def _opened(openpyxl: Any, content: bytes, data_only: bool) -> Any:
    return openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=data_only, keep_links=False)


def _sheet_of(workbook: Any, path: Path, name: str | None) -> Any:
    sheets = workbook.worksheets
    wanted = (
        (sheet for sheet in sheets if sheet.title == name)
        if name
        else (sheet for sheet in sheets if sheet.sheet_state == "visible")
    )
    found = next(wanted, None)
    if not sheets:  # also of Strict Open XML, which openpyxl does not read
        raise _unread("damaged", path)
    if found is None:
        raise _unread("no_sheet", path, sheet=name or "", sheets=tuple(sheet.title for sheet in sheets))
    return found


def _cells(sheet: Any) -> Iterator[tuple[int, Iterable[Any]]]:
    """The cells of each row by its line. What the file says of the size of the sheet may be wrong."""
    sheet.reset_dimensions()
    yield from enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1)


def _formulas(openpyxl: Any, content: bytes, title: str) -> frozenset[str]:
    """Where there are formulas. Only a second reading tells: in the first, one without a value is an empty cell."""
    sheet = _opened(openpyxl, content, data_only=False)[title]
    return frozenset(
        f"{letters(column)}{line}"
        for line, cells in _cells(sheet)
        for column, cell in enumerate(cells)
        if cell.data_type == "f"
    )


def _rows(sheet: Any, formulas: Set[str]) -> Iterator[Row]:
    for line, cells in _cells(sheet):
        found = {}
        for column, cell in enumerate(cells):
            value, kind = cell.value, cell.data_type
            if value is None and (not formulas or kind != "n"):  # "str" is a formula whose value is an empty text
                continue
            where = f"{letters(column)}{line}"
            if value is not None:
                read = _cell(where, value, kind == "e")
                if read.kind is not Kind.TEXT or read.value:
                    found[column] = read
            elif where in formulas:
                found[column] = Cell(where, Kind.FORMULA)
        if found:
            yield Row(line, found)


def _cell(where: str, value: Any, is_error: bool) -> Cell:
    if is_error:
        return Cell(where, Kind.ERROR, str(value))
    if isinstance(value, bool):
        return Cell(where, Kind.TRUTH, str(value))
    if isinstance(value, datetime):
        return Cell(where, Kind.DATE, value.date()) if value.time() == time() else Cell(where, Kind.MOMENT, str(value))
    if isinstance(value, date):
        return Cell(where, Kind.DATE, value)
    if isinstance(value, (time, timedelta)):
        return Cell(where, Kind.MOMENT, str(value))
    if isinstance(value, (int, float)):
        return Cell(where, Kind.NUMBER, f"{value:.15g}")
    return Cell(where, Kind.TEXT, _seen(str(value)))
