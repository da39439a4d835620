# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a spreadsheet as people make one: texts are texts, dates are dates, and the heading stays in sight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

Cell = str | date | int | None


def save(path: Path, rows: Iterable[Sequence[Cell]], above: Sequence[str] = ()) -> None:
    """The first row has the headings; ``above`` it there may be lines of text. A text that begins with ``=`` is a formula."""
    book = import_module("openpyxl").Workbook()
    sheet = book.active
    sheet.title = "People"
    for line in above:
        sheet.append([line])
    for row in rows:
        sheet.append(row)
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        if isinstance(cell.value, str):
            cell.number_format = "@"
    sheet.freeze_panes = f"A{len(above) + 2}"
    for column in "ABCDEFGHIJKLMN":
        sheet.column_dimensions[column].width = 24
    book.save(path)


def write_register(inventory: Path) -> None:
    """Beside an inventory of the lab: ``people.xlsx``, one row for each person, and ``workstations.yml`` without them."""
    content = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    hosts: dict[str, dict[str, Any]] = content["all"]["children"]["workstations"]["hosts"]
    seats: dict[str, list[tuple[str, Mapping[str, str]]]] = {}
    for name, host in hosts.items():
        for holder in host.pop("pkcs12_holders"):
            seats.setdefault(holder["authorisation"], []).append((name, holder))
    headings = ("Family name", "Given name", "Authorisation", "Account", "Workstation", "Anniversary", "Last day")
    save(inventory.with_name("people.xlsx"), [headings, *(_row(each) for each in seats.values())])
    path = inventory.with_name("workstations.yml")
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _row(seats: Sequence[tuple[str, Mapping[str, str]]]) -> Sequence[Cell]:
    _name, holder = seats[0]
    given, _blank, family = holder["name"].partition(" ")
    accounts = "; ".join(each["user"] for _at, each in seats)
    ends = date.fromisoformat(holder["authorisation_anniversary"])
    return (family, given, holder["authorisation"], accounts, "; ".join(at for at, _each in seats), ends, None)
