# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workbook: one row per person, typed so that nothing of it is run or changed, and the same bytes for the same report."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry, parse_holder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import to_json
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.xlsx_workbook import workbook
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Register, RegisterPerson, Report
from unit.plugins.plugin_utils import report_inputs
from unit.plugins.plugin_utils._report.drawn_reports import drawn_report
from unit.plugins.plugin_utils._report.known import JEANNE, host, record
from unit.plugins.plugin_utils._report.known import report as known_report
from unit.plugins.plugin_utils._report.reports import NAMES, sample
from unit.plugins.plugin_utils.problems import error_of

PERSON = RegisterPerson(
    "Jeanne Dupont", "T1", ("CHU\\jd",), ("ws-1",), *(None,) * 11, row=None
)  # fmt: skip


def opened(report: Report) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(report))).worksheets[0]


def rows(report: Report) -> list[dict[str, Any]]:
    headings, *body = opened(report).iter_rows(values_only=True)
    return [dict(zip(headings, row, strict=True)) for row in body]


def of(*people: RegisterPerson, language: str = "en", problems: tuple[Problem, ...] = ()) -> Report:
    report = sample(language)
    return replace(report, register=Register(people, problems))


def signs(text: Any) -> list[str]:
    return [each for each in str(text or "") if each.isprintable() and each not in " ?"]


TRAPS = (
    *NAMES,
    "=1+1",
    "+33 1",
    "-2+3",
    "@SUM(A1)",
    "#N/A",
    "0012",
    "12E4",
    "TRUE",
    "01/02/2026",
    "\x00\x1f\u2028",
    "\ud83d",
)


@pytest.mark.parametrize("text", TRAPS, ids=ascii)
def test_text_stays_text(text: str) -> None:
    cells = next(opened(of(replace(PERSON, name=text, authorisation=text, group=text))).iter_rows(min_row=2))
    found = [cell for cell in cells if cell.value is not None]
    assert {cell.data_type for cell in found} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert signs(cells[0].value) == signs(text)


def test_there_is_no_formula_no_link_and_no_macro() -> None:
    parts = ZipFile(
        io.BytesIO(workbook(of(*(replace(PERSON, name=name, mail=f"=HYPERLINK({name})") for name in TRAPS))))
    )
    sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f" not in sheet
    assert b"hyperlink" not in sheet
    assert not [name for name in parts.namelist() if "vba" in name.lower() or "external" in name.lower()]


@pytest.mark.parametrize(("language", "form"), [("en", "yyyy-mm-dd"), ("fr", "dd/mm/yyyy")])
def test_days_are_days(language: str, form: str) -> None:
    person = replace(PERSON, leaves_on=date(2027, 2, 1), absent_until=date(2027, 1, 4))
    cells = next(opened(of(person, language=language)).iter_rows(min_row=2))
    found = [cell for cell in cells if cell.is_date]
    assert [(f"{cell.value:%Y-%m-%d}", cell.number_format) for cell in found] == [
        ("2027-01-04", form),
        ("2027-02-01", form),
    ]


def test_people_can_filter_it_and_the_headings_stay() -> None:
    sheet = opened(of(PERSON, PERSON))
    assert (sheet.freeze_panes, sheet.auto_filter.ref.split(":")[0]) == ("B2", "A1")
    assert sheet.auto_filter.ref.endswith("3")
    assert all(column.width >= 12 for column in sheet.column_dimensions.values())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_same_report_makes_the_same_bytes(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = workbook(of(PERSON, language=language))
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert workbook(of(PERSON, language=language)) == first


@pytest.mark.parametrize("seed", range(10))
def test_whatever_a_report_holds_can_be_written(seed: int) -> None:
    assert opened(drawn_report(seed)).max_row >= 1


def test_a_person_is_one_row_with_the_worst_certificate() -> None:
    there = (record(days=700), record("T2", days=-3, **report_inputs.PAULS))
    twice = HolderEntry(
        "CHU\\pmartin", parse_holder(report_inputs.PAULS_ENTRY).person, owner_sid="S-1-5-21-2", mail="p@x"
    )
    jeanne, paul = rows(
        known_report(host(*there, entries=(*host().entries, twice)), host(entries=(twice,), name="ws-2"))
    )
    assert (jeanne["name"], jeanne["workstations"], jeanne["status"]) == ("Jeanne Dupont", "ws-1", "valid")
    assert isinstance(jeanne["no access from"], datetime)
    assert (paul["workstations"], paul["account"], paul["mail"]) == ("ws-1; ws-2", "CHU\\pmartin", "p@x")
    assert paul["status"] == "missing"  # at ws-2; at ws-1 it is over


@pytest.mark.parametrize("ended", ["A", "B"])
def test_of_the_certificates_of_two_issuers_the_worse_one_counts(ended: str) -> None:
    entries = tuple(replace(JEANNE, issuer_setting=each) for each in "AB")
    there = (record(days=-3 if each == ended else 700, issuer_setting=each) for each in "AB")
    (jeanne,) = rows(known_report(host(*there, entries=entries)))
    assert (jeanne["status"], jeanne["workstations"]) == ("expired", "ws-1")


def test_accounts_are_told_apart_where_they_differ() -> None:
    (row,) = rows(of(replace(PERSON, user=("CHU\\jd", "LAB\\jd"), workstations=("ws-1", "ws-2"))))
    assert (row["account"], row["workstations"]) == ("CHU\\jd; LAB\\jd", "ws-1; ws-2")


def test_somebody_without_a_workstation_and_a_leaver_are_there_too() -> None:
    """A register without them would take their rows away."""
    gone = report_inputs.PAULS_ENTRY | {"leaves_on": "2026-11-24"}
    known = {"pkcs12": report_inputs.facts(record("T2", **report_inputs.PAULS))}
    variables = (("ws-1", {"ansible_facts": known, "pkcs12_holders": [gone]}),)
    made = report_inputs.made(variables, register_holders=[report_inputs.ANNE | {"group": "bloc"}])
    assert [row.name for row in (*made.holders, *made.without_workstation)] == ["Anne Roux"]
    anne, paul = rows(made)
    assert (anne["name"], anne["workstations"], anne["groups"]) == ("Anne Roux", None, "bloc")
    assert (paul["name"], f"{paul['leaves on']:%Y-%m-%d}") == ("Paul Martin", "2026-11-24")
    assert paul["status"] == "person has left"
    assert "retire" in paul["next step"]


def test_what_is_wrong_with_a_row_stays_with_it() -> None:
    """Read again without it, the register would have lost a day and looked right."""
    cause = Problem("register_row.cell_bool", {"cell": "H17", "heading": "last day"})
    hers, nobodys = (
        Problem("register_row", {"file": "people.xlsx", "line": line, "whose": whose}, causes=(cause,))
        for line, whose in ((17, "Jeanne Dupont"), (18, "Luc Petit"))
    )
    refusal = parse_holder({"user": "CHU\\jd", "row_problem": "people.xlsx:17"}).row_refusal
    jeanne, luc = rows(of(replace(PERSON, refusal=refusal), problems=(hers, nobodys)))
    assert "H17" in jeanne["to correct"]
    assert (luc["name"], luc["authorisation"]) == ("Luc Petit", None)
    assert "H17" in luc["to correct"]
    assert "to correct" not in rows(of(PERSON))[0]


def test_mail_and_absence_are_not_in_the_json() -> None:
    private = report_inputs.PAULS_ENTRY | {"mail": "canary@chu.example", "group": "canary", "leaves_on": "2031-01-01"}
    made = report_inputs.made((("ws-1", {"pkcs12_holders": [private]}),))
    (row,) = rows(made)
    assert row["mail"] == "canary@chu.example"
    assert "canary" not in to_json(made)
    assert "2031" not in to_json(made)


def test_without_the_library_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)  # type: ignore[arg-type]
    refusal = error_of(lambda: workbook(of(PERSON)))
    assert refusal.problem == Problem("missing_library.openpyxl", {"python": sys.executable})


def test_two_people_with_one_number_are_two_rows_and_one_in_two_spellings_is_one() -> None:
    anne = report_inputs.ANNE | {"user": "CHU\\ar"}
    variables = (
        ("ws-1", {"pkcs12_holders": [anne]}),
        ("ws-2", {"pkcs12_holders": [anne | {"authorisation": "t 3"}, report_inputs.PAULS_ENTRY]}),
        ("ws-3", {"pkcs12_holders": [report_inputs.JEANNES_ENTRY | {"authorisation": "T2"}]}),
    )
    found = {(row["name"], row["workstations"]): row["next step"] for row in rows(report_inputs.made(variables))}
    assert set(found) == {("Anne Roux", "ws-1; ws-2"), ("Jeanne Dupont", "ws-3"), ("Paul Martin", "ws-2")}
    assert found["Jeanne Dupont", "ws-3"] == found["Paul Martin", "ws-2"] != found["Anne Roux", "ws-1; ws-2"]
