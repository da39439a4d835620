# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""On a screen and on a telephone, in both languages, with names of any kind: nothing is cut, nothing lies on something else."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page as page_of
from browser.pages import hostile_page, sample_page
from browser.visit import NARROW, WIDE, Visitor
from unit.plugins.plugin_utils._report.reports import hospital

pytestmark = pytest.mark.browser

# Text that is no part of the picture; what is there for those who hear the page is cut to one pixel.
UNSEEN = """
    const unseen = (element) => {
        const cut = element.closest("thead, caption, h2");
        return element.closest("script, style, option, title, desc, .skip, [hidden], details:not([open]) > :not(summary)")
            || (cut && getComputedStyle(cut).clipPath === "inset(50%)");
    };
"""

# Every piece of text that is painted, as its boxes.
PIECES = """() => {
    %s
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const pieces = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (!node.textContent.trim() || unseen(parent)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects()) {
            if (box.width < 1 || box.height < 1) continue;
            pieces.push({ text: node.textContent.trim().slice(0, 40), left: box.left, right: box.right,
                          top: box.top + scrollY, bottom: box.bottom + scrollY });
        }
    }
    return pieces.filter((piece) => piece.right - piece.left > 1);
}""".replace("%s", UNSEEN)

# Boxes whose content is wider than they are.
CUT = """() => Array.from(document.querySelectorAll("th, td, .tile, .tile > button, .mark, dd, p, h1, h2, li, label"))
    .filter((each) => each.clientWidth > 1 && each.scrollWidth > each.clientWidth + 1 && !each.closest(".quiet, caption, [hidden]"))
    .map((each) => each.className + ": " + each.textContent.trim().slice(0, 60))"""

# Words that are broken in two. A thumbprint may be, a path or a compound word at its sign.
BROKEN = """() => {
    %s
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const broken = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (unseen(node.parentElement) || node.parentElement.closest("code")) continue;
        for (const word of node.textContent.matchAll(/[^\\s\\\\-]+/g)) {
            const range = document.createRange();
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            const tops = new Set(Array.from(range.getClientRects(), (box) => Math.round(box.top)));
            if (tops.size > 1) broken.push(word[0]);
        }
    }
    return broken;
}""".replace("%s", UNSEEN)

SLACK = 4
"""Pixels by which lines of text may share their height: letters do not fill their line."""


def overlaps(page: Page) -> list[tuple[str, str]]:
    pieces = sorted(page.evaluate(PIECES), key=lambda piece: piece["top"])
    found = []
    for position, one in enumerate(pieces):
        for other in pieces[position + 1 :]:
            if other["top"] >= one["bottom"] - SLACK:
                break
            if other["left"] < one["right"] - 1 and one["left"] < other["right"] - 1:
                found.append((one["text"], other["text"]))
    return found


@pytest.mark.parametrize("width", [2560, WIDE, 1220, 800, NARROW])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_everything_has_its_place(visit: Visitor, language: str, width: int) -> None:
    page = visit(sample_page(language), width=width)
    held(page, width)
    assert page.evaluate(BROKEN) == []


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_everything_has_its_place_without_scripts(visit: Visitor, width: int) -> None:
    held(visit(sample_page("fr"), width=width, scripts=False), width)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_hostile_names_have_their_place(visit: Visitor, width: Literal[1280, 390]) -> None:
    held(visit(hostile_page("fr"), width=width), width)


def test_a_wide_screen_is_used_and_many_rows_stay_short(visit: Visitor) -> None:
    page = visit(page_of(hospital(300)), width=2560)
    assert page.evaluate("document.documentElement.scrollWidth") == 2560
    assert page.evaluate(CUT) == []
    box = page.locator(".rows.holders").bounding_box()
    assert box and box["width"] > 1900
    heights = page.evaluate(
        "Array.from(document.querySelectorAll('.holders tbody tr'), (row) => row.offsetHeight).slice(0, 100)"
    )
    assert sorted(heights)[50] < 90
    page.mouse.wheel(0, 4000)
    head = page.locator(".holders thead").bounding_box()
    assert head and head["y"] < 5, "the headings stay in sight"


# How far the last tile of each row of tiles is from the end of its list, in pixels.
GAPS = """() => Array.from(document.querySelectorAll(".tiles"), (list) => {
    const rows = new Map();
    for (const { top, right } of Array.from(list.children, (tile) => tile.getBoundingClientRect())) {
        rows.set(Math.round(top), Math.max(rows.get(Math.round(top)) ?? 0, right));
    }
    return Array.from(rows.values(), (right) => Math.abs(list.getBoundingClientRect().right - right));
}).flat()"""


@pytest.mark.parametrize("width", [WIDE, 1536])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_tiles_fill_their_rows(visit: Visitor, language: str, width: int) -> None:
    gaps = visit(sample_page(language), width=width).evaluate(GAPS)
    assert len(gaps) >= 3 and max(gaps) <= 1


def held(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(CUT) == []
    assert page.evaluate(PIECES), "there is text"
    assert overlaps(page) == []


def test_the_folded_text_opens(visit: Visitor) -> None:
    page = visit(sample_page("fr"))
    folded = page.locator("#silent details").first
    text = folded.locator("div")
    assert not text.is_visible()
    folded.locator("summary").click()
    assert text.is_visible()
    assert folded.locator("summary").inner_text() == "Texte technique"
    page.evaluate("scrollTo(0, 0)")  # the headings of a table in sight lie on its rows
    held(page, WIDE)
