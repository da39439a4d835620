# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the documentation: of the pages, prints and mails that the playbooks made in the hospital of 40 holders.

python -m browser.screenshots FOLDER

Beside them it writes what the report said of each holder, and each picture carries the digest of that.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pypdfium2
from jinja2 import Environment
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Browser, FloatRect, Locator, Page

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep
from browser.chromium import browsing, print_out
from lab.forty import HEAD, IT, JEANNE, Told, mail_of, rows, told
from lab.mail_server import Mail

ROWS = "forty.json"
DIGEST = "rows"
"""The key of the digest in a picture."""

TOPS = {"report.png": ("en", 1280, 1330, 1.0), "report-phone.png": ("fr", 390, 1180, 1.5)}
"""The language, width and height of the window in pixels of the style sheet, and pixels of the picture for each of them."""
WIDTH = 1280
"""Of the pictures with everybody who needs something, in pixels of the style sheet."""
FORMS = {"print": "short", "register": "register"}
"""The forms of the print by the names of their pictures."""
READERS = {"en": (mail_of(JEANNE), HEAD), "fr": (mail_of(JEANNE), HEAD, IT)}
"""Whose mails are shown in a language: a holder's, the employer's and those of the IT department."""

PARTS = ("forty-holders", *(f"forty-holders-{form}" for form in FORMS), "reminders")
NAMES = {*TOPS, *(f"{part}-{language}.png" for part in PARTS for language in LANGUAGES)}
"""The names of all pictures."""
DOTS_PER_INCH = 110
LIMIT = 250_000

LETTERS = """<!doctype html><meta charset="utf-8"><style>
body { background: #8793a0; font: 15px/1.45 sans-serif; margin: 12px; width: 1080px }
article { background: #fff; margin-bottom: 12px; padding: 18px 24px }
header { border-bottom: 1px solid #8793a0; margin-bottom: 12px; overflow-wrap: anywhere; padding-bottom: 10px }
pre { font: inherit; margin: 0; white-space: pre-wrap }
</style>{% for head, body in letters %}<article>
<header>{% for name, value in head %}<div><b>{{ name }}:</b> {{ value }}</div>{% endfor %}</header>
<pre>{{ body }}</pre></article>{% endfor %}"""


def main(folder: Path) -> int:
    """Runs the chain, takes all pictures and says how large they are."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        made = told(Path(work))
        known = rows(made.report("en"))
        (folder / ROWS).write_text(known, encoding="utf-8")
        for name, picture in taken(made):
            path = folder / name
            written = PngInfo()
            written.add_text(DIGEST, digest(known))
            small = picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE)
            small.save(path, optimize=True, pnginfo=written)
            size = path.stat().st_size
            print(f"{path}: {picture.width} x {picture.height}, {size} bytes")
            if size > LIMIT:
                print(f"{path} is larger than {LIMIT} bytes.", file=sys.stderr)
                return 1
    return 0


def digest(known: str) -> str:
    """Of what a report says of each holder."""
    return hashlib.sha256(known.encode()).hexdigest()


def taken(made: Told) -> Iterator[tuple[str, Image.Image]]:
    """The pictures with their names."""
    with browsing() as browser:
        for name, (language, width, height, scale) in TOPS.items():
            page = opened(browser, made.page(language), width, height, scale)
            yield name, Image.open(BytesIO(page.screenshot()))
            page.close()
        for language in LANGUAGES:
            page = opened(browser, made.page(language), WIDTH)
            needing = sum(row.next_step is not NextStep.NOTHING for row in made.report(language).holders)
            yield f"forty-holders-{language}.png", above(page, page.locator("#holders tbody tr").nth(needing - 1))
            for name, form in FORMS.items():
                page.locator(f"#print-{form}").evaluate("radio => radio.checked = true")
                yield f"forty-holders-{name}-{language}.png", sheets(print_out(page))
            page.close()
            page = browser.new_page(viewport={"width": 1104, "height": 100})
            shown = [made.mail(language, address) for address in READERS[language]]
            page.set_content(letters(shown))
            yield f"reminders-{language}.png", Image.open(BytesIO(page.screenshot(full_page=True)))
            page.close()


def opened(browser: Browser, report: Path, width: int, height: int = 1000, scale: float = 1.0) -> Page:
    """A report in a window."""
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
    page.goto(report.as_uri())
    return page


def above(page: Page, row: Locator) -> Image.Image:
    """The page down to a row: everybody who needs something is on it."""
    bottom = row.evaluate("row => row.getBoundingClientRect().bottom + scrollY")
    clip: FloatRect = {"x": 0, "y": 0, "width": WIDTH, "height": bottom}
    return Image.open(BytesIO(page.screenshot(full_page=True, clip=clip)))


def sheets(printed: bytes) -> Image.Image:
    """The sheets of a PDF, one above the other."""
    pages = [sheet.render(scale=DOTS_PER_INCH / 72).to_pil() for sheet in pypdfium2.PdfDocument(printed)]
    gap, height = 12, pages[0].height
    picture = Image.new("RGB", (pages[0].width + 2 * gap, len(pages) * (height + gap) + gap), "#8793a0")
    for number, page in enumerate(pages):
        picture.paste(page, (gap, gap + number * (height + gap)))
    return picture


def letters(shown: list[Mail]) -> str:
    """Mails as a page, with the headers that their readers' programs get."""
    found = []
    for mail in shown:
        body = mail.message.get_body(("plain",))
        assert body is not None
        head = [each for each in mail.message.items() if not each[0].startswith(("Content-", "MIME-"))]
        found.append((head, body.get_content()))
    return Environment(autoescape=True).from_string(LETTERS).render(letters=found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
