# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run replaces its own part of a page, and no word of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.page import BENCHMARKS, MARKS, part, replaced, table, write

MARKDOWN = MARKS[".md"]
PAGE = "# Title\n\n<!-- one: begin -->\nold\n<!-- one: end -->\nbetween\n<!-- two: begin -->\nkept\n<!-- two: end -->\n"


def test_a_part_is_replaced_and_everything_else_stays() -> None:
    new = replaced(PAGE, "one", "new\n", MARKDOWN)
    assert new == PAGE.replace("\nold\n", "\n\nnew\n\n")
    assert replaced(new, "one", "new", MARKDOWN) == new
    assert (part(new, "one", MARKDOWN), part(new, "two", MARKDOWN)) == ("new", "kept")


@pytest.mark.parametrize(
    "page",
    [
        PAGE.replace("<!-- one: end -->", ""),
        PAGE + PAGE,
        "<!-- one: end -->\n<!-- one: begin -->\n",
    ],
    ids=["no end", "twice", "end before begin"],
)
def test_a_page_without_this_part_is_left_as_it_is(tmp_path: Path, page: str) -> None:
    path = tmp_path / "page.md"
    path.write_text(page, encoding="utf-8")
    with pytest.raises(ValueError, match="one: begin"):
        write(path, "one", "new")
    assert path.read_text(encoding="utf-8") == page


def test_a_guide_has_comments_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "guide.rst"
    path.write_text(".. fleet: begin\n.. fleet: end\n", encoding="utf-8")
    write(path, "fleet", "new")
    assert path.read_text(encoding="utf-8") == ".. fleet: begin\n\nnew\n\n.. fleet: end\n"


def test_numbers_stand_to_the_right() -> None:
    assert table(("what", "bytes"), [("audit", 12), ("report", "-")]).splitlines() == [
        "| what | bytes |",
        "| --- | ---: |",
        "| audit | 12 |",
        "| report | - |",
    ]


def test_the_page_has_a_part_of_each_benchmark() -> None:
    page = BENCHMARKS.read_text(encoding="utf-8")
    assert all(part(page, name, MARKDOWN) for name in ("side-by-side", "fleet"))
