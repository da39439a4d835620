# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cell of a spreadsheet is, in each form that hospitals save one in; and what is refused before it is parsed."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io import spreadsheets
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.spreadsheets import (
    Kind,
    Sheet,
    letters,
    read_sheet,
)
from unit.plugins.plugin_utils.problems import error_of
from unit.plugins.plugin_utils.workbooks import SHEET, of_xml, saved, with_parts, workbook

Read = Callable[..., Sheet]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def written(content: bytes, sheet: str | None = None) -> Sheet:
        path = tmp_path / "people"
        path.write_bytes(content)
        return read_sheet(path, sheet)

    return written


@pytest.fixture
def refused(read: Read, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """The variant and the values of a refusal."""

    def variant(content: bytes, sheet: str | None = None) -> dict[str, Any]:
        problem = error_of(lambda: read(content, sheet)).problem
        kind, _dot, variant = problem.code.partition(".")
        assert (kind, problem.values["file"]) == ("register_unread", str(tmp_path / "people"))
        return {"why": variant, **{name: value for name, value in problem.values.items() if name != "file"}}

    return variant


def texts(sheet: Sheet) -> dict[int, list[Any]]:
    return {row.line: [cell.value for cell in row.cells.values()] for row in sheet.rows}


def kinds(sheet: Sheet) -> dict[str, tuple[Kind, Any]]:
    return {cell.where: (cell.kind, cell.value) for row in sheet.rows for cell in row.cells.values()}


TEXT = "name;number\nHélène Œuvré;T1\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_text_is_read_as_excel_saves_it(read: Read, encoding: str, separator: str) -> None:
    content = TEXT.replace(";", separator).replace("\n", "\r\n").encode(encoding)
    assert texts(read(content)) == {1: ["name", "number"], 2: ["Hélène Œuvré", "T1"]}


def test_the_separator_is_that_of_the_headings(read: Read) -> None:
    several = "A, b, c\nname;number;account;where;job\n" + "Jeanne;T1;jd;a,b,c,d;e, f, g, h\n" * 2
    assert texts(read(several.encode()))[3] == ["Jeanne", "T1", "jd", "a,b,c,d", "e, f, g, h"]
    assert texts(read(b"sep=|\r\na|b;c;d\r\n")) == {2: ["a", "b;c;d"]}


def test_the_byte_order_mark_is_no_part_of_the_first_cell(read: Read) -> None:
    assert texts(read('"family\nname";number\r\n'.encode("utf-8-sig"))) == {1: ["family\nname", "number"]}


def test_a_line_is_that_of_the_text_whatever_is_in_the_cells_before(read: Read) -> None:
    found = read(b'name;where\n"Jeanne";"a\nb"\n\n;\nPaul;"c"\n')
    assert texts(found) == {1: ["name", "where"], 2: ["Jeanne", "a\nb"], 6: ["Paul", "c"]}
    assert [row.cell(1).where for row in found.rows] == ["B1", "B2", "B6"]
    assert [row.width for row in read(b"a;b;\nc;d;;e\n").rows] == [3, 4]


def test_a_number_that_was_written_as_a_formula_keeps_its_zeros(read: Read) -> None:
    assert texts(read(b'a;b;c\n="0123";"=""0456""";="a\n'))[2] == ["0123", "0456", '="a']


def test_what_nobody_sees_is_no_part_of_a_value(read: Read) -> None:
    assert texts(read("a;b\n \u200bT1\ufeff\u00a0;\u200b\n".encode())) == {1: ["a", "b"], 2: ["T1"]}


def test_a_quotation_mark_that_does_not_end_swallows_nobody(refused: Any) -> None:
    assert refused(b'name;number\nJeanne;T1\n"Paul;T2\nLuc;T3\n') == {"why": "quotes", "line": 4}


@pytest.mark.parametrize("content", [TEXT.encode("utf-16"), b"a;b\n\x81;\xe9\n"], ids=["utf-16", "neither"])
def test_a_text_in_another_encoding_is_refused_not_guessed(refused: Any, content: bytes) -> None:
    assert refused(content) == {"why": "encoding"}


def test_each_kind_of_cell_of_a_workbook(read: Read) -> None:
    made = workbook(
        [
            [
                "T1",
                123456,
                1.5,
                True,
                date(2026, 3, 1),
                datetime.combine(date(2026, 3, 1), time(9)),
                time(3),
                "#N/A",
                None,
                " x\u200b ",
            ],
        ]
    )
    assert kinds(read(saved(made))) == {
        "A1": (Kind.TEXT, "T1"),
        "B1": (Kind.NUMBER, "123456"),
        "C1": (Kind.NUMBER, "1.5"),
        "D1": (Kind.TRUTH, "True"),
        "E1": (Kind.DATE, date(2026, 3, 1)),
        "F1": (Kind.MOMENT, "2026-03-01 09:00:00"),
        "G1": (Kind.MOMENT, "03:00:00"),
        "H1": (Kind.ERROR, "#N/A"),
        "J1": (Kind.TEXT, "x"),
    }


def test_a_date_is_the_same_day_in_both_epochs_and_as_iso(read: Read) -> None:
    made = workbook([[date(2026, 3, 1)]])
    made.epoch = CALENDAR_MAC_1904
    assert kinds(read(saved(made))) == {"A1": (Kind.DATE, date(2026, 3, 1))}
    strict = of_xml(
        '<row r="1"><c r="A1" t="d"><v>2026-03-01</v></c><c r="B1" t="d"><v>2026-03-01T08:00:00</v></c></row>'
    )
    assert kinds(read(strict)) == {"A1": (Kind.DATE, date(2026, 3, 1)), "B1": (Kind.MOMENT, "2026-03-01 08:00:00")}


def test_a_date_outside_the_calendar_is_an_error_and_no_warning(read: Read, recwarn: pytest.WarningsRecorder) -> None:
    made = workbook([[99999999]])
    made.active["A1"].number_format = "dd/mm/yyyy"
    assert kinds(read(saved(made))) == {"A1": (Kind.ERROR, "#VALUE!")}
    assert list(recwarn) == []


def test_only_a_formula_without_a_value_is_one(read: Read) -> None:
    """Excel writes an empty text as a value, for instance of =IF(B1="";"";B1)."""
    cells = {
        "A1": "<f>B1</f>",
        "B1": "<f>B2</f><v>7</v>",
        "C1": "<f>B2</f><v>x</v>",
        "D1": "<f>B2</f><v></v>",
        "E1": "<v></v>",
        "Z1": "<f>B1</f>",
    }
    types = {"C1": ' t="str"', "D1": ' t="str"'}
    row = "".join(f'<c r="{where}"{types.get(where, "")}>{cell}</c>' for where, cell in cells.items())
    assert kinds(read(of_xml(f'<row r="1">{row}</row>'))) == {
        "A1": (Kind.FORMULA, ""),
        "B1": (Kind.NUMBER, "7"),
        "C1": (Kind.TEXT, "x"),
        "Z1": (Kind.FORMULA, ""),
    }


def test_the_sheet_is_the_one_that_is_named_or_the_first_that_people_see(read: Read, refused: Any) -> None:
    made = workbook([["hidden"]], Staff=[["seen"]], Others=[["third"]])
    made["People"].sheet_state = "hidden"
    made.active = made["Others"]  # in front when somebody saved
    file = saved(made)
    assert [texts(read(file, name)) for name in (None, "People", "Others")] == [
        {1: ["seen"]},
        {1: ["hidden"]},
        {1: ["third"]},
    ]
    assert refused(file, "Personnel") == {
        "why": "no_sheet",
        "sheet": "Personnel",
        "sheets": ("People", "Staff", "Others"),
    }


def test_what_the_file_says_of_its_size_is_not_believed(read: Read) -> None:
    sheet = of_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="B9"><v>2</v></c></row>')
    with zipfile.ZipFile(spreadsheets.BytesIO(sheet)) as file:
        part = file.read(SHEET).replace(b"<sheetData>", b'<dimension ref="A1:A1"/><sheetData>')
    assert kinds(read(with_parts(sheet, {SHEET: part}))) == {"A1": (Kind.NUMBER, "1"), "B9": (Kind.NUMBER, "2")}


def test_a_cell_at_the_far_right_costs_nothing_and_is_not_read(read: Read) -> None:
    assert kinds(read(of_xml('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'))).keys() == {"A1"}


@pytest.mark.parametrize("rows", ['<row r="5"/><row r="3"/>', '<row r="1048577"/>', '<row r="2"/><row r="2"/>'])
def test_rows_that_a_reading_could_leave_out_are_refused(refused: Any, rows: str) -> None:
    assert refused(of_xml(rows)) == {"why": "damaged"}


def test_too_many_rows_are_refused_before_they_are_parsed(refused: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 3)
    monkeypatch.setattr(spreadsheets, "_rows", None)
    assert refused(of_xml("<row/>" * 4)) == {"why": "rows", "most": 3}
    assert refused(b"a\n" * 4) == {"why": "rows", "most": 3}


def test_a_file_that_unfolds_without_end_is_refused_before_it_does(
    refused: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_UNPACKED", 2 * spreadsheets.MIB)
    assert refused(with_parts(of_xml(""), {"xl/bomb.xml": b"0" * 2 * spreadsheets.MIB})) == {
        "why": "too_large",
        "limit": 2,
    }
    monkeypatch.setattr(spreadsheets, "MOST_PARTS", 3)
    assert refused(of_xml("")) == {"why": "too_large", "limit": 2}
    monkeypatch.setattr(spreadsheets, "MOST_BYTES", spreadsheets.MIB)
    assert refused(b"a" * (spreadsheets.MIB + 1)) == {"why": "too_large", "limit": 1}


ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("part", [SHEET, "xl/styles.xml", "xl/any.bin"])
def test_a_document_type_is_refused_wherever_and_however_it_is_written(refused: Any, encoding: str, part: str) -> None:
    evil = f'\n <?xml version="1.0"?>{ENTITY}<x>&a;</x>'.encode(encoding)
    assert refused(with_parts(of_xml(""), {part: evil})) == {"why": "document_type"}


def test_what_is_no_xml_may_have_any_bytes(read: Read) -> None:
    picture = b"\x89PNG\0<!DOCTYPE"
    assert texts(read(with_parts(saved(workbook([["a"]])), {"xl/media/a.png": picture}))) == {1: ["a"]}


STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
DAMAGED = {
    "strict": with_parts(of_xml(""), {"xl/workbook.xml": b'<workbook xmlns="' + STRICT + b'"><sheets/></workbook>'}),
    "compression": with_parts(of_xml(""), {}, zipfile.ZIP_BZIP2),
    "cut off": saved(workbook([["a"]]))[:3000],
    "no workbook": with_parts(
        b"PK\x05\x06" + bytes(18), {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}
    ),
    "text that is not there": of_xml('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'),
    "xml": of_xml('<row r="1"><c>'),
    "number": of_xml('<row r="1"><c r="A1"><v>one</v></c></row>'),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_workbook_is_refused_however_it_shows(refused: Any, content: bytes) -> None:
    assert refused(content) == {"why": "damaged"}


def test_an_old_workbook_and_one_with_a_password_are_named(refused: Any) -> None:
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)) == {"why": "old_excel_or_password"}


def test_a_workbook_without_openpyxl_is_refused_and_a_text_is_read(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    file = saved(workbook([["a"]]))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    problem = error_of(lambda: read(file)).problem
    assert problem.code == "register_unread.library"
    assert problem.causes == (Problem("missing_library.openpyxl", {"python": sys.executable}),)
    assert texts(read(b"a;b")) == {1: ["a", "b"]}


def test_a_file_that_is_not_there_and_one_that_is_a_folder(tmp_path: Path) -> None:
    gone = error_of(lambda: read_sheet(tmp_path / "gone.xlsx")).problem
    assert gone == Problem("register_unread.missing", {"file": str(tmp_path / "gone.xlsx")})
    folder = error_of(lambda: read_sheet(tmp_path)).problem
    assert folder == Problem("register_unread.reason", {"file": str(tmp_path), "reason": "is_folder"})


def test_columns_are_named_as_in_a_spreadsheet() -> None:
    assert [letters(column) for column in (0, 25, 26, 99, 701, 702)] == ["A", "Z", "AA", "CV", "ZZ", "AAA"]
