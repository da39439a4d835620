# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what is wrong with a translation: ``check_translation.py TEMPLATES TRANSLATIONS [PAGE...]`` ends with 1 when anything is.

TEMPLATES: a folder of .pot files, which Sphinx made from the pages as they are now. TRANSLATIONS: the folder of .po files. PAGE: the name
of a file without its ending, for these alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

NOT_WORDS = re.compile(r"``.+?``|:[\w:]+:`[^`<]+`|\*\*|\W")
"""Literals, and references without a text of their own."""
SAME_IN_BOTH = {"Expression", "Dupont", "Jeanne", "Martin", "André", "ws-rad-01.chu.example", "ws-rad-02.chu.example"}
"""Whole messages that are written alike."""


def is_alike(text: str) -> bool:
    """Whether a translation may be equal to the English text: it has no words, or only abbreviations."""
    return text in SAME_IN_BOTH or not re.search(r"[a-z]", NOT_WORDS.sub("", text))


def findings(template: Catalog, translation: Catalog) -> Iterator[tuple[str, str]]:
    """What is wrong with each message, and the message."""
    for wanted in template:
        text = str(wanted.id)
        found = translation.get(text)
        if not text:
            continue
        if found is None:
            yield "missing, run `make translations`", text
        elif not found.string:
            yield "not translated", text
        elif found.fuzzy:
            yield "fuzzy: the English text has changed, mend the translation and take `fuzzy` away", text
        elif found.string == text and not is_alike(text):
            yield "still English", text
    for found in translation:
        if found.id and found.id not in template:
            yield "out of date: no page says this any more, run `make translations`", str(found.id)


def read(path: Path) -> Catalog:
    """The messages of a .pot or .po file. Raises ``PoFileError`` for a file that is none."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def main(templates: Path, translations: Path, pages: list[str]) -> int:
    """Says what is wrong in which file; 1 when anything is, or when there is no translation."""
    files = [path for path in sorted(translations.rglob("*.po")) if not pages or path.stem in pages]
    wrong = 0 if files else 1
    if not files:
        sys.stderr.write(f"no translation in {translations}\n")
    for path in files:
        template = templates / path.relative_to(translations).with_suffix(".pot")
        there = template.is_file()
        found = list(findings(read(template), read(path))) if there else [("there is no such page", path.stem)]
        for what, text in found:
            sys.stderr.write(f"{path}: {what}: {text}\n")
        wrong += len(found)
    if wrong:
        sys.stderr.write(f"{wrong} messages are not translated as they should be\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
