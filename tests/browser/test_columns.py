# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every table of the page: a value stands below its heading, and as a card, beside its label."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from typing import Any

import pytest
from playwright.sync_api import Page

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.revocation import CrlProblem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.crl_row import CrlRow
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import (
    Acceptable,
    ExceptionRow,
    ExceptionState,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import COLUMNS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page as page_of
from browser.sample import sample
from browser.visit import NARROW, Visitor

pytestmark = pytest.mark.browser

GIVEN = datetime(2026, 11, 20, 6, 0, tzinfo=timezone.utc)

# Each table as rows, its headings first, and each row as its cells: where they are, and the label before them.
ROWS = """() => Array.from(document.querySelectorAll("table.rows"), (table) => [
    Array.from(table.classList).filter((name) => !["rows", "many"].includes(name)).join(" "),
    Array.from(table.rows).filter((row) => !row.hidden).map((row) => Array.from(row.cells, (cell) => {
        const box = cell.getBoundingClientRect();
        return { left: box.left, right: box.right, top: box.top, said: cell.textContent.trim(),
                 label: getComputedStyle(cell, "::before").content.split('"')[1] || "" };
    })),
])"""


def everything(language: str) -> str:
    """A page with a row in each table."""
    exceptions = (
        ExceptionRow("T100004", None, Acceptable("wrong_holder"), "a shared room, until the building is ready", date(2027, 1, 31),
                     ExceptionState.IN_FORCE),
        ExceptionRow("T100077", "ws-cardio", Acceptable("weak"), "new request", date(2026, 10, 1), ExceptionState.ENDED),
    )  # fmt: skip
    source = "http://crl.example/hospital-issuing-authority-2.crl"
    lists = (
        CrlRow("/etc/pki/hospital.crl", "CN=Hospital CA, O=CHU", GIVEN, GIVEN, 1234, None, ""),
        CrlRow(source, None, None, None, None, CrlProblem.UNREADABLE, "no answer within 10 seconds"),
    )
    return page_of(replace(sample(language), exceptions=exceptions, revocation_lists=lists))


def tables(page: Page) -> dict[str, list[list[dict[str, Any]]]]:
    found: dict[str, list[list[dict[str, Any]]]] = {}
    for name, rows in page.evaluate(ROWS):
        found.setdefault(name, []).extend(rows)
    assert found.keys() == COLUMNS.keys(), "a row of each table is looked at"
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("width", [1300, 1600])
def test_a_value_is_below_its_heading(visit: Visitor, language: str, width: int) -> None:
    for name, rows in tables(visit(everything(language), width=width)).items():
        head = rows[0]
        assert len(rows) > 1
        for row in rows:
            assert len(row) == len(COLUMNS[name])
            assert {each["top"] for each in row} == {row[0]["top"]}, f"{name}: one row, one line"
            assert [each["left"] for each in row] == pytest.approx([each["left"] for each in head], abs=1), name


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_card_says_what_each_value_is(visit: Visitor, language: str) -> None:
    for name, rows in tables(visit(everything(language), width=NARROW)).items():
        headings = [each["said"] for each in rows[0]]
        for row in rows:
            if [each["said"] for each in row] == headings:
                continue
            assert [each["label"] for each in row[1:]] == headings[1:], name
            assert all(0 <= each["left"] <= each["right"] <= NARROW for each in row), name
