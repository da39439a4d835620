# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a report: taken where there is a Chromium, and small enough for the documentation."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES
from browser import chromium
from browser.pages import sample_page
from browser.screenshots import DIGEST, LIMIT, NAMES, ROWS, digest
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
    assert {path.name for path in IMAGES.iterdir()} == {ROWS, *NAMES}
    for name in NAMES:
        assert (IMAGES / name).stat().st_size <= LIMIT
        with Image.open(IMAGES / name) as image:
            assert image.format == "PNG"


def test_each_picture_is_of_the_rows_that_are_kept() -> None:
    """What the report says now is compared with them in integration/report/test_forty.py."""
    kept = digest((IMAGES / ROWS).read_text(encoding="utf-8"))
    for path in IMAGES.glob("*.png"):
        with Image.open(path) as image:
            assert image.info.get(DIGEST) == kept, f"{path.name} is old: make screenshots"


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_needs_something_of_forty_holders_fits_on_two_sheets(language: str) -> None:
    with Image.open(IMAGES / f"forty-holders-print-{language}.png") as image:
        assert round(image.height * math.sqrt(2) / image.width) == 2
