# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium at work: a browser for as long as somebody looks, and pictures of a report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from browser.program import chromium

ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # in a container as root there is no other way; it opens files of this tree alone
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)


@contextmanager
def browsing() -> Iterator[Browser]:
    """A Chromium with a new, empty folder of its own. Raises ``FileNotFoundError`` where there is none."""
    program = chromium()
    if program is None:
        raise FileNotFoundError("There is no Chromium here; `make browser` installs one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def screenshot(report: Path, picture: Path, width: int = 1280, height: int = 1600) -> bool:
    """Writes the top of a report's page as a PNG. Returns whether it did: without a Chromium it does not."""
    if chromium() is None:
        return False
    with browsing() as browser:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(report.resolve().as_uri())
        page.screenshot(path=picture)
    return True


def print_out(page: Page) -> bytes:
    """The page as the PDF that its print dialog makes."""
    return page.pdf(prefer_css_page_size=True, print_background=False)
