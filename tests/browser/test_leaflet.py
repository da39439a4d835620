# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The leaflet for holders, as the built site has it: one sheet of A4 in each language, and nothing of the site around it."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser

from browser.chromium import print_out
from browser.program import built_site

pytestmark = [pytest.mark.browser, pytest.mark.site]

A4 = (595, 842)
"""Points."""


def printed(browser: Browser, page: Path) -> tuple[str, pypdfium2.PdfDocument]:
    """The leaflet's words, and its print from a browser's dialog."""
    tab = browser.new_page()
    tab.goto(page.resolve().as_uri())
    text = tab.locator("h1").inner_text() + tab.locator(".leaflet").inner_text()
    paper = pypdfium2.PdfDocument(print_out(tab))
    tab.close()
    return text, paper


def letters(text: str) -> str:
    """Letters and numbers alone: no bullets, no spaces, no hyphens at the end of a line."""
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_leaflet_is_one_sheet(browser: Browser, language: str) -> None:
    site = built_site()
    assert site
    page = site / ("fr" if language == "fr" else "") / "docsite" / "leaflet.html"
    text, document = printed(browser, page)
    (sheet,) = document
    assert tuple(round(side) for side in sheet.get_size()) == A4
    assert letters(sheet.get_textpage().get_text_range()) == letters(text)
    assert f'lang="{language}"' in page.read_text(encoding="utf-8")
