# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a reader sees of an HTML mail, as text, and where its links really lead. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

UNSEEN = frozenset({"head", "script", "style", "template", "title", "noscript"})
"""Elements whose content a reader does not see."""

LINES = frozenset(
    {
        "p",
        "div",
        "br",
        "tr",
        "li",
        "ul",
        "ol",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "blockquote",
        "pre",
        "body",
    }
)
"""Elements that begin and end a line."""

CELLS = frozenset({"td", "th"})
VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "col", "wbr"})

HOST_IN_TEXT = re.compile(
    r"(?i)^(?:https?://)?(?:[^\s/@]*@)?((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,63}|\d{1,3}(?:\.\d{1,3}){3})(?=[:/?#]|$)"
)
"""A text that is an address as people write them, with the host in its group."""


@dataclass(frozen=True, slots=True)
class Link:
    """``href`` is where a click leads, ``text`` what a reader sees of it."""

    href: str
    text: str

    @property
    def is_deceptive(self) -> bool:
        """Whether the text is an address with another host than that of ``href``."""
        shown = HOST_IN_TEXT.match(self.text)
        return shown is not None and shown[1].lower() != _host(self.href)


@dataclass(frozen=True, slots=True)
class PageText:
    """``text`` has each link as ``text <href>``, or as ``href`` alone where the text is an address too."""

    text: str
    links: tuple[Link, ...]


def page_text(html: str) -> PageText:
    """The visible text and the links of an HTML document. It never fails: HTML has no errors, only odd results."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_link()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return PageText("\n".join(line for line in lines if line), tuple(reader.links))


def _host(href: str) -> str | None:
    try:
        return urlsplit(href).hostname
    except ValueError:
        return None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.links: list[Link] = []
        self._unseen = 0
        self._href: str | None = None
        self._start = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "body":  # some mails never close their head
            self._unseen = 0
        if tag in LINES:
            self.pieces.append("\n")
        elif tag in CELLS:
            self.pieces.append(" ")
        if tag == "a":
            self.end_link()
            href = dict(attrs).get("href")
            # Browsers ignore line breaks and tabs in an address.
            self._href = re.sub(r"[\t\r\n]", "", href).strip() if href else None
            self._start = len(self.pieces)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        if tag in LINES:
            self.pieces.append("\n")
        if tag == "a":
            self.end_link()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))

    def end_link(self) -> None:
        """Puts the address behind the text of a link."""
        if self._href is None:
            return
        text = " ".join("".join(self.pieces[self._start :]).split())
        link = Link(self._href, text)
        self.links.append(link)
        if HOST_IN_TEXT.match(text) and not link.is_deceptive:
            self.pieces[self._start :] = [f" {link.href} "]
        elif link.href:
            self.pieces.append(f" <{link.href}> ")
        self._href = None
