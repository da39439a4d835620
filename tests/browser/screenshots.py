# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the documentation, taken of the small hospital: the same report gives the same pictures.

python -m browser.screenshots FOLDER
"""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image

from browser.chromium import browsing, print_out
from browser.pages import sample_page

SCREENS = {"report.png": (1280, 1330, 1.0), "report-phone.png": (390, 1180, 1.5)}
"""Width and height of the window in pixels of the style sheet, and how many pixels of the picture are one of them."""

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
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        report = Path(folder) / "report.html"
        report.write_text(sample_page("en"), encoding="utf-8")
        for name, (width, height, scale) in SCREENS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
            page.goto(report.as_uri())
            pictures[name] = Image.open(BytesIO(page.screenshot()))
            printed = print_out(page)
        pictures[PRINTED] = sheets(printed)
    return pictures


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
