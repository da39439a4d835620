# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a report: taken where there is a Chromium, and small enough for the documentation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from browser import chromium
from browser.pages import sample_page
from browser.screenshots import LIMIT, PRINTED, SCREENS
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


def test_without_a_chromium_there_is_none_and_that_is_said(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(report.parent))
    assert not chromium.screenshot(report, report.with_suffix(".png"))
    assert not report.with_suffix(".png").exists()
    with pytest.raises(FileNotFoundError, match="make browser"), chromium.browsing():
        pass


def test_the_documentation_has_each_picture_and_they_are_small() -> None:
    assert {path.name for path in IMAGES.iterdir()} == {*SCREENS, PRINTED}
    for path in IMAGES.iterdir():
        assert path.stat().st_size <= LIMIT
        with Image.open(path) as image:
            assert image.format == "PNG"
