# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a report: taken where there is a Chromium, and small enough for the documentation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page as page_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep
from browser import chromium
from browser.chromium import print_out
from browser.fleet import PEOPLE, hosts
from browser.fleet import report as report_of_forty
from browser.pages import sample_page
from browser.screenshots import FORTY, LIMIT, PRINTED, SCREENS, names_of_forty
from browser.visit import Visitor
from consistency.tree import ROOT

IMAGES = ROOT / "docs" / "images"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "rapport de l'année.html"
    path.write_text(sample_page("fr"), encoding="utf-8")
    return path


@pytest.mark.browser
def test_a_report_is_pictured(report: Path) -> None:
    picture = report.with_suffix(".png")
    with ThreadPoolExecutor(1) as elsewhere:  # in this thread the browser of the other tests is at work
        assert elsewhere.submit(chromium.screenshot, report, picture, height=800).result()
    with Image.open(picture) as image:
        assert (image.format, image.size) == ("PNG", (1280, 800))
        assert len(image.convert("RGB").getcolors(1 << 20) or ()) > 50, "there is something on it"


def test_the_documentation_has_each_picture_and_they_are_small() -> None:
    forty = {name for language in LANGUAGES for name in names_of_forty(language)}
    assert {path.name for path in IMAGES.iterdir()} == {*SCREENS, PRINTED, *forty}
    for path in IMAGES.iterdir():
        assert path.stat().st_size <= LIMIT
        with Image.open(path) as image:
            assert image.format == "PNG"


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_of_forty_holders_shows_everybody_who_needs_something(visit: Visitor, language: str) -> None:
    """And on paper they, the figures and the line to sign fit on two sheets."""
    width, height, _scale = FORTY
    assert (len(PEOPLE), len(hosts())) == (40, 31)
    report = report_of_forty(language)
    page = visit(page_of(report), width=width)
    rows = page.locator("#holders tbody tr")
    needing = sum(row.next_step is not NextStep.NOTHING for row in report.holders)
    assert 15 <= needing <= 20
    bottoms = rows.evaluate_all("rows => rows.map(row => row.getBoundingClientRect().bottom)")
    assert len(bottoms) == 40
    assert bottoms[needing - 1] <= height
    assert len(pypdfium2.PdfDocument(print_out(page))) == 2
