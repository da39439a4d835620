# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every column sorts: dates as dates, statuses by how pressing they are, numbers by value, words as people sort them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import COLUMNS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import SEVERITY, Wording
from browser.pages import sample_page
from browser.report_rows import parameters
from browser.tables import cells, day, folded
from browser.visit import Visitor

pytestmark = pytest.mark.browser

TABLES = {
    ".holders": "holders",
    "#silent .workstations": "workstations",
    "#answered .workstations": "workstations",
    ".changes": "changes",
    "#certificates .certificates": "certificates",
}
DATES = {"until", "authorisation", "from", "to", "answer"}
COUNTS = {"holders", "certificates", "not_listed"}


def click(page: Page, table: str, column: int) -> str:
    heading = page.locator(f"{table} thead th").nth(column)
    heading.get_by_role("button").click()
    return heading.get_attribute("aria-sort") or ""


def key_of(column: str, language: str) -> Callable[[str], Any]:
    """How a reader would sort what stands in a column; None for what there is nothing to sort by."""
    ranks = {Wording(parameters(language)).of(status): place for place, status in enumerate(SEVERITY)}
    if column in DATES:
        return day
    if column in COUNTS:
        return int
    if column == "status":
        return ranks.__getitem__
    if column == "clock":
        return lambda text: seconds(text, language)
    return lambda text: folded(text.partition("\n")[0].partition("CHU")[0]) or None


def seconds(text: str, language: str) -> int | None:
    slow, right = ("retard", "heure") if language == "fr" else ("slow", "right")
    digits = "".join(each for each in text if each.isdigit())
    if digits:
        return -int(digits) if slow in text else int(digits)
    return 0 if right in text else None


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("table", TABLES)
def test_each_column_sorts(visit: Visitor, table: str, language: str) -> None:
    page = visit(sample_page(language))
    for column, name in enumerate(COLUMNS[TABLES[table]]):
        if name in {"before", "after"}:
            continue  # statuses, dates and thumbprints in one column
        key = key_of(name, language)
        assert click(page, table, column) == "ascending"
        rising = [key(text) for text in cells(page, table, column)]
        assert click(page, table, column) == "descending"
        falling = [key(text) for text in cells(page, table, column)]
        there = [each for each in rising if each is not None]
        assert there == sorted(there), name
        assert [each for each in falling if each is not None] == there[::-1], name
        for found in (rising, falling):
            assert found[len(there) :] == [None] * (len(found) - len(there)), name
    assert page.locator(f"{table} th[aria-sort]").count() == 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_dates_that_changed_sort_as_dates(visit: Visitor, language: str) -> None:
    page = visit(sample_page(language))
    click(page, ".changes", 4)
    dates = [day(text) for text in cells(page, ".changes", 4)]
    assert [each for each in dates if each] == sorted(each for each in dates if each)


def test_no_row_is_lost_and_the_order_is_in_the_address(visit: Visitor) -> None:
    html = sample_page("en")
    page = visit(html)
    before = cells(page, ".holders", 1)
    click(page, ".holders", 3)
    after = cells(page, ".holders", 1)
    assert after != before
    assert sorted(after) == sorted(before)
    part = page.evaluate("location.hash")[1:]
    assert cells(visit(html, part=part), ".holders", 1) == after
