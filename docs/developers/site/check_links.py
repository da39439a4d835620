# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the dead links of a built site: ``check_links.py FOLDER`` ends with 1 when a relative link leads nowhere.

A link to another site is not followed, because the site is built without a network.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass
class Page(HTMLParser):
    """``links``: what the page refers to. ``places``: the ids on it."""

    links: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src"}:
                self.links.add(value or "")
            elif name == "id" or (tag == "a" and name == "name"):
                self.places.add(value or "")


def read(path: Path) -> Page:
    """One page of the site."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page


def dead_links(folder: Path) -> list[str]:
    """The dead links, each as ``page: link``."""
    pages = {path.resolve(): read(path) for path in sorted(folder.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            there = target.is_file() and target.is_relative_to(folder.resolve())
            if not there or (place and target in pages and place not in pages[target].places):
                found.append(f"{path.relative_to(folder.resolve())}: {link}")
    return found


def main(folder: Path) -> int:
    """Says which links are dead; 1 when there are any, or no page."""
    dead = dead_links(folder)
    for link in dead:
        sys.stderr.write(f"dead link: {link}\n")
    count = len(list(folder.rglob("*.html")))
    if not count:
        sys.stderr.write(f"no page in {folder}\n")
    return int(bool(dead) or not count)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
