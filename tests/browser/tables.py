# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading tables off a page."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from playwright.sync_api import Page

DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d\d)/(\d\d)/(\d{4})")

CELLS = """([table, column]) => Array.from(document.querySelector(table).tBodies[0].rows)
    .filter((row) => !row.hidden).map((row) => row.cells[column].innerText.trim())"""


def cells(page: Page, table: str, column: int) -> list[str]:
    """What a reader sees in a column, from top to bottom."""
    found: list[str] = page.evaluate(CELLS, [table, column])
    return found


def day(text: str) -> date | None:
    """The first date in a text, in either language's way to write it."""
    found = DAY.search(text)
    if not found:
        return None
    year, month, of_month, french_day, french_month, french_year = found.groups()
    return date(int(year or french_year), int(month or french_month), int(of_month or french_day))


def folded(text: str) -> list[tuple[int, int, str]]:
    """A key to sort words by as people do: no accents, no capitals, numbers by their value."""
    plain = "".join(each for each in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(each))
    return [(0, int(each), "") if each.isdigit() else (1, 0, each) for each in re.findall(r"\d+|[^\W\d]+", plain)]
