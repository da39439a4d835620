# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages show the results that were kept, and no number that somebody typed."""

from __future__ import annotations

from benchmarks import fleet_page, scaling_guide
from benchmarks.fleet import NAME
from benchmarks.page import BENCHMARKS, MARKS, kept, part


def test_the_page_shows_the_kept_result_of_large_hospitals() -> None:
    page = BENCHMARKS.read_text(encoding="utf-8")
    assert part(page, NAME, MARKS[".md"]) == fleet_page.part(kept(NAME))


def test_the_guide_on_scaling_shows_the_plans_that_follow_from_it() -> None:
    guide = scaling_guide.GUIDE.read_text(encoding="utf-8")
    assert part(guide, scaling_guide.NAME, MARKS[".rst"]) == scaling_guide.part(kept(NAME))
