# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever has no mouse gets everywhere, and sees where he is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.pages import sample_page
from browser.tables import cells, day
from browser.visit import NARROW, WIDE, Visitor

pytestmark = pytest.mark.browser

FOCUS = """() => {
    const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
    return {
        said: (here.innerText || here.labels?.[0]?.innerText || "").trim(),
        outline: style.outlineStyle,
        width: parseFloat(style.outlineWidth),
        seen: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
    };
}"""


def tab_to(page: Page, wanted: str) -> None:
    """Presses Tab until something of that name has the focus; all on the way there is seen to have it."""
    for _press in range(80):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["seen"], focus
        assert focus["outline"] != "none", focus
        assert focus["width"] >= 2, focus
        if focus["said"].replace("\n", " ").startswith(wanted):
            return
    pytest.fail(f"The keyboard does not get to {wanted}.")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_sorting_and_filtering(visit: Visitor, width: int) -> None:
    page = visit(sample_page("en"), width=width)
    tab_to(page, "Skip to the holders")
    page.keyboard.press("Enter")
    tab_to(page, "Name, number, workstation")
    page.keyboard.type("ws-nuclear")
    expect(page.locator("#holders .count")).to_have_text(
        re.compile(r"^3 of 13 ")
    )  # not "13 of 13", which is there until the filter has worked
    assert set(cells(page, ".holders", 0)) == {"Élodie Lefèvre", "Paul Martin", "Jeanne Dupont"}
    tab_to(page, "No access from")
    for key, sort in (("Enter", "ascending"), ("Space", "descending")):
        page.keyboard.press(key)
        assert page.locator(".holders th[data-column=until]").get_attribute("aria-sort") == sort
        assert page.evaluate(FOCUS)["said"].startswith("No access from"), "the focus stays where it was"
    dates = [found for text in cells(page, ".holders", 3) if (found := day(text))]
    assert dates == sorted(dates, reverse=True)


def test_tiles(visit: Visitor) -> None:
    page = visit(sample_page("en"))
    tab_to(page, "1 expired")
    page.keyboard.press("Space")
    assert cells(page, ".holders", 0) == ["Élodie Lefèvre"]
    page.keyboard.press("Enter")
    assert len(cells(page, ".holders", 0)) == 13
