# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The spreadsheet of the large hospital: ten rows are wrong, each for the reason that the lab says, and mended none is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register import Names, Register, read_register
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register_columns import columns_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.spreadsheets import read_sheet
from lab.register_hospital import ABOVE, DIFFERS, SLIPS, Staff
from lab.spreadsheet import save

STAFF = Staff(60, 50, date(2026, 12, 1))


def read(path: Path, *, mended: bool) -> Register:
    save(path, STAFF.rows(mended=mended), ABOVE)
    sheet = read_sheet(path)
    columns = columns_of(sheet, {})
    assert columns.unknown == ("Téléphone",)
    return read_register(sheet, columns, Names())


def test_ten_rows_are_wrong_as_the_lab_says(tmp_path: Path) -> None:
    found = read(tmp_path / "people.xlsx", mended=False)
    first = len(ABOVE) + 2
    said = {problem.values["line"]: [cause.code for cause in problem.causes] for problem in found.problems}
    again = [first + DIFFERS, first + len(STAFF.people)]
    of_one = {first + at: [f"register_row.{slip.code}"] for at, slip in SLIPS.items()}
    assert said == of_one | {line: ["register_row.differs"] for line in again}
    assert len(said) == 10


def test_mended_everybody_is_where_the_lab_says(tmp_path: Path) -> None:
    found = read(tmp_path / "people.xlsx", mended=True)
    assert not found.problems and not found.people
    seats = {desk.name: [seat.person.authorisation for seat in desk.seats] for desk in STAFF.desks()}
    assert {name: [each["authorisation"] for each in holders] for name, holders in found.hosts.items()} == {
        name: sorted(numbers) for name, numbers in seats.items()
    }
    holders = {each["authorisation"]: each for holders in found.hosts.values() for each in holders}
    assert {number for number, each in holders.items() if "leaves_on" in each} == STAFF.leavers()
    assert any("absent_from" in each for each in holders.values())
