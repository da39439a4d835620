# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a name is, it is text: nothing runs, nothing is loaded, nothing is sent."""

from __future__ import annotations

import pytest

from browser.pages import HOSTILE, hostile_page, sample_page
from browser.tables import cells
from browser.visit import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "fr"])
def test_hostile_names_are_text(visit: Visitor, language: str) -> None:
    page = visit(hostile_page(language))
    said = page.evaluate("document.body.textContent")
    assert [text for text in HOSTILE if text not in said] == []
    assert page.evaluate("window.hit") is None
    elements = page.evaluate("Array.from(document.querySelectorAll('*'), (each) => each.localName)")
    assert elements.count("script") == elements.count("style") == 1
    assert not {"img", "iframe", "object", "link", "base", "form"} & set(elements)
    assert page.title().startswith(HOSTILE[0])
    assert len(cells(page, ".holders", 0)) == 13


def test_right_to_left_names_leave_the_row_alone(visit: Visitor) -> None:
    page = visit(hostile_page("en"))
    directions = page.evaluate(
        "Array.from(document.querySelectorAll('.holders bdi'), (each) => getComputedStyle(each).unicodeBidi)"
    )
    assert set(directions) == {"isolate"}
    places = page.evaluate(
        "Array.from(document.querySelectorAll('.holders tbody tr'), (row) => row.cells[1].getBoundingClientRect().left)"
    )
    assert len(set(places)) == 1


@pytest.mark.parametrize(
    "attempt",
    [
        "const made = document.createElement('script'); made.textContent = 'window.hit = 1'; document.body.append(made)",
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"window.hit = 1\">')",
        "document.body.insertAdjacentHTML('beforeend', '<p id=styled style=\"color: rgb(1, 2, 3)\">x</p>')",
    ],
)
def test_the_policy_stops_what_somebody_might_get_in(visit: Visitor, attempt: str) -> None:
    """Should something slip through the escaping, there is a second lock."""
    page = visit(sample_page("en"))
    page.evaluate(
        "document.addEventListener('securitypolicyviolation', (event) => { window.stopped = event.violatedDirective })"
    )
    page.evaluate(attempt)
    page.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert page.evaluate("window.hit") is None
    assert page.evaluate("window.stopped")
    visit.forget()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_without_scripts_everything_is_there_and_nothing_to_press(visit: Visitor, language: str) -> None:
    with_scripts, without = (visit(sample_page(language), scripts=scripts) for scripts in (True, False))
    assert without.locator("button:visible, input:visible:not([name=print]), select:visible").count() == 0
    assert with_scripts.locator("button:visible, input:visible:not([name=print]), select:visible").count() > 50
    for table in (".holders", "#certificates .certificates", "#answered .workstations", ".changes"):
        rows = without.locator(f"{table} tbody tr")
        assert rows.count() == with_scripts.locator(f"{table} tbody tr").count()
        assert all(row.is_visible() for row in rows.all())
