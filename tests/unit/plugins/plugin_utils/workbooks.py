# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workbooks as spreadsheet programs write them, and such as none writes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(rows: Iterable[Iterable[Any]], **others: Iterable[Iterable[Any]]) -> Workbook:
    """A workbook with the sheet People, and others by their names."""
    made = Workbook()
    made.active.title = "People"
    for name, cells in {"People": rows, **others}.items():
        sheet = made[name] if name in made.sheetnames else made.create_sheet(name)
        for row in cells:
            sheet.append(list(row))
    return made


def saved(made: Workbook) -> bytes:
    """The file of a workbook."""
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def with_parts(file: bytes, parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same file with other or more parts."""
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(file)) as old, zipfile.ZipFile(changed, "w", compression) as new:
        for name in dict.fromkeys((*old.namelist(), *parts)):
            new.writestr(name, parts.get(name) if name in parts else old.read(name))
    return changed.getvalue()


def of_xml(rows: str, begin: str = "") -> bytes:
    """A workbook whose sheet has these rows, written in XML."""
    sheet = f'{begin}<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'
    return with_parts(saved(workbook([])), {SHEET: sheet.encode()})
