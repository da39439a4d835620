# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For those who hear the page, who magnify it, who do not see colours: structure, contrast, shapes."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import expect

from browser.pages import sample_page
from browser.sample import HOLDERS
from browser.visit import NARROW, WIDE, Visitor

pytestmark = pytest.mark.browser

# What is there and in which order, whatever it is called.
STRUCTURE = """
- link
- banner:
  - heading [level=1]
  - navigation:
    - list:
      - listitem:
        - link
- main:
  - region:
    - heading [level=2]
    - figure:
      - img
    - list:
      - listitem:
        - button /^13 / [pressed]
      - listitem:
        - button /^1 /
  - region:
    - heading [level=2]
    - search:
      - searchbox
      - combobox
      - combobox
      - combobox
      - combobox
      - button
    - status: /13/
    - table:
      - caption
      - rowgroup:
        - row:
          - columnheader:
            - button
          - columnheader
      - rowgroup:
        - row:
          - rowheader "Élodie Lefèvre"
          - cell "T100002"
          - cell
          - cell /^2026-11-22/
  - region
  - region
  - region
  - region
  - region
  - region
  - region
- contentinfo
"""
NAMELESS = re.compile(
    r"- (?:link|heading|navigation|region|img|search|searchbox|combobox|button|table)(?=:| \[|$)", re.MULTILINE
)
"""A line of a snapshot that gives no name to what somebody looks for by its name."""

# For every piece of text its colour and what it lies on, both as [red, green, blue], and how large it is.
COLOURS = """() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return Array.from(canvas.getImageData(0, 0, 1, 1).data);
    };
    const ground = (element) => {
        for (let each = element; each; each = each.parentElement) {
            const found = rgba(getComputedStyle(each).backgroundColor);
            if (found[3] === 255) return found.slice(0, 3);
        }
        return [255, 255, 255];
    };
    const found = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.textContent.trim() || element.closest("script, style, title, desc, [hidden]")) continue;
        const style = getComputedStyle(element);
        const inside = element.matches("text.inside");
        const below = inside ? rgba(getComputedStyle(document.querySelector("rect.certificate")).fill).slice(0, 3) : ground(element);
        const colour = rgba(element instanceof SVGElement ? style.fill : style.color).slice(0, 3);
        found.set(`${colour} ${below}`, { colour, below, text: node.textContent.trim().slice(0, 40) });
    }
    return Array.from(found.values());
}"""

# Frames of what can be pressed or typed into, and the focus ring.
EDGES = """() => {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(name).trim();
    return ["--strong", "--focus", "--certificate", "--authorisation", "--stripe", "--window", "--bad"]
        .map((name) => [name, value(name), value("--sheet")]);
}"""


MOVING = """() => Array.from(document.querySelectorAll("*"), (each) => getComputedStyle(each))
    .filter((style) => style.animationName !== "none" || parseFloat(style.transitionDuration) > 0 || style.scrollBehavior !== "auto")
    .map((style) => style.cssText)"""


def luminance(colour: list[int]) -> float:
    """Of WCAG 2.2."""
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: list[int], other: list[int]) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def parsed(colour: str) -> list[int]:
    digits = colour.removeprefix("#")
    digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
    return [int(digits[start : start + 2], 16) for start in (0, 2, 4)]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_structure(visit: Visitor, width: int) -> None:
    page = visit(sample_page("en"), width=width)
    body = page.locator("body")
    expect(body).to_match_aria_snapshot(STRUCTURE)
    assert NAMELESS.findall(body.aria_snapshot()) == []


def test_tables_stay_tables_where_they_look_like_cards(visit: Visitor) -> None:
    for width in (WIDE, NARROW):
        page = visit(sample_page("en"), width=width)
        for table in page.get_by_role("table").all():
            assert table.get_by_role("columnheader").count() == table.locator("thead th").count()
            assert table.get_by_role("rowheader").count() == table.locator("tbody tr").count()
        headings = page.locator("th:not([scope])")
        assert headings.count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(visit: Visitor, scheme: Literal["light", "dark"]) -> None:
    page = visit(sample_page("en"), scheme=scheme)
    page.locator(".holders thead button").first.click()
    found = page.evaluate(COLOURS)
    assert len(found) > 12
    poor = [each for each in found if contrast(each["colour"], each["below"]) < 4.5]
    assert poor == []
    edges = {name: contrast(parsed(colour), parsed(sheet)) for name, colour, sheet in page.evaluate(EDGES)}
    edges["pattern"] = max(edges.pop("--authorisation"), edges.pop("--stripe"))
    assert [name for name, ratio in edges.items() if ratio < 3] == []


def test_each_status_has_a_shape_and_words_of_its_own(visit: Visitor) -> None:
    page = visit(sample_page("en"))
    marks = page.evaluate(
        "Array.from(document.querySelectorAll('.tile[data-filter=status] .mark'), "
        "(mark) => [mark.textContent, getComputedStyle(mark, '::before').clipPath])"
    )
    assert len(marks) == len({row.status for row in HOLDERS})
    assert all(words and shape.startswith("path(") for words, shape in marks)
    assert len({shape for _words, shape in marks}) == len({words for words, _shape in marks}) == len(marks)


def test_language_and_motion(visit: Visitor) -> None:
    for language in ("en", "fr"):
        page = visit(sample_page(language))
        assert page.evaluate("document.documentElement.lang") == language
        assert page.evaluate(MOVING) == [], "nothing moves by itself, whatever somebody prefers"
