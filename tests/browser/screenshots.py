# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the documentation, taken of two hospitals: the same report gives the same pictures.

python -m browser.screenshots FOLDER
"""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page as page_of
from browser.chromium import browsing, print_out
from browser.fleet import report
from browser.pages import sample_page

SCREENS = {"report.png": (1280, 1330, 1.0), "report-phone.png": (390, 1180, 1.5)}
"""Of the small hospital: width and height of the window in pixels of the style sheet, and pixels of the picture for each of them."""

FORTY = (1280, 3600, 1.0)
"""The same of the hospital of 40 holders: so high that everybody who needs something is on it."""

PRINTED = "report-print.png"
DOTS_PER_INCH = 110
LIMIT = 250_000


def main(folder: Path) -> int:
    """Takes all pictures and says how large they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in taken().items():
        path = folder / name
        picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(path, optimize=True)
        size = path.stat().st_size
        print(f"{path}: {picture.width} x {picture.height}, {size} bytes")
        if size > LIMIT:
            print(f"{path} is larger than {LIMIT} bytes.", file=sys.stderr)
            return 1
    return 0


def taken() -> dict[str, Image.Image]:
    """The pictures by their names."""
    pictures: dict[str, Image.Image] = {}
    with browsing() as browser:
        for name, window in SCREENS.items():
            pictures[name], printed = pictured(browser, sample_page("en"), window)
        pictures[PRINTED] = sheets(printed)
        for language in LANGUAGES:
            screen, paper = names_of_forty(language)
            pictures[screen], printed = pictured(browser, page_of(report(language)), FORTY)
            pictures[paper] = sheets(printed)
    return pictures


def names_of_forty(language: str) -> tuple[str, str]:
    """The names of the pictures of the hospital of 40 holders: on a screen, and printed."""
    return f"forty-holders-{language}.png", f"forty-holders-print-{language}.png"


def pictured(browser: Browser, html: str, window: tuple[int, int, float]) -> tuple[Image.Image, bytes]:
    """The top of a page as a window shows it, and the page as a PDF."""
    width, height, scale = window
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        path.write_text(html, encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
        page.goto(path.as_uri())
        picture = Image.open(BytesIO(page.screenshot()))
        printed = print_out(page)
        page.close()
    return picture, printed


def sheets(printed: bytes) -> Image.Image:
    """The first two sheets of a PDF, one above the other."""
    document = pypdfium2.PdfDocument(printed)
    pages = [document[number].render(scale=DOTS_PER_INCH / 72).to_pil() for number in range(2)]
    gap = 12
    picture = Image.new("RGB", (pages[0].width + 2 * gap, 2 * pages[0].height + 3 * gap), "#8793a0")
    for number, page in enumerate(pages):
        picture.paste(page, (gap, gap + number * (page.height + gap)))
    return picture


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
