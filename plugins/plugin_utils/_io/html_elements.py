# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The links and forms of an HTML page or mail, in its order, and the texts between them as a person sees them. Reads broken HTML too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

FIELDS = ("input", "select", "textarea")
UNSEEN = ("script", "style", "noscript", "template", "title")
LINE, CELL = "\n", "\t"
"""What stands in the texts for the edge of a block, and of a cell. Other texts have neither."""
EDGES = {
    **dict.fromkeys(
        ("p", "div", "br", "hr", "ul", "ol", "li", "dt", "dd", "table", "tr", "form", "fieldset", "legend"), LINE
    ),
    **dict.fromkeys(("section", "blockquote", "pre", "body", "h1", "h2", "h3", "h4", "h5", "h6"), LINE),
    **dict.fromkeys(("td", "th"), CELL),
}
CONTAINERS = ("a", "button", "label", "form", "select", "option", "textarea")
CLOSED_WITH = {"select": ("option",), "form": ("option", "select", "label", "button", "textarea")}
"""What ends with an element at the latest."""
ALONE = ("input", "base", "meta", "iframe")
MOST_UNCLOSED = 50_000
"""Characters after a tag that has no end. html.parser reads them again for each such tag, in Pythons without the fix of CVE-2025-6069."""
MOST_ELEMENTS = 2000
"""A page for people has a few dozen. More are left out, so that a hostile page costs no time."""
MOST_TEXTS = 200
"""How many texts of one element are read."""


@dataclass(slots=True)
class Element:
    """An element. Its texts are those from ``start`` to ``end``. ``form``, ``label`` and ``select`` are what it stands in."""

    tag: str
    attributes: Mapping[str, str]
    start: int
    end: int
    form: Element | None = None
    label: Element | None = None
    select: Element | None = None

    def get(self, name: str) -> str:
        """An attribute; empty if there is none."""
        return self.attributes.get(name, "")


class ElementReader(HTMLParser):
    """Collects elements, no more than ``most``, and texts. ``names``: classes, identifiers and addresses of all elements."""

    def __init__(self, most: int) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.texts: list[str] = []
        self.names: list[str] = []
        self._open: dict[str, Element] = {}
        self._most = most
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in reversed(attrs)}  # the first of two counts
        if len(self.names) < MOST_ELEMENTS:
            self.names += [attributes[name] for name in ("class", "id", "src", "name") if name in attributes]
        if tag == "body":  # some mails never close what is in their head
            self._unseen = []
        elif tag in UNSEEN:
            self._unseen.append(tag)
        if tag in EDGES:
            self.texts.append(EDGES[tag])
        if tag not in CONTAINERS + ALONE or len(self.elements) >= self._most or self._unseen:
            return
        if tag == "form" and tag in self._open:
            return  # forms are not nested; the inner one is ignored, as browsers do
        self._close(tag)
        place = len(self.texts)
        opened = Element(tag, attributes, place, place, *(self._open.get(each) for each in ("form", "label", "select")))
        self.elements.append(opened)
        if tag in CONTAINERS:
            self._open[tag] = opened

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # in HTML, the slash of <a/> or <script/> closes nothing

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        if tag in EDGES:
            self.texts.append(EDGES[tag])
        self._close(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.texts.append(re.sub(r"\s+", " ", data))

    def close(self) -> None:
        self.rawdata = self.rawdata[:MOST_UNCLOSED]  # what the parser waits for the end of
        super().close()
        for tag in list(self._open):
            self._close(tag)

    def text_of(self, element: Element) -> str:
        """The visible text in an element."""
        return joined(self.texts[element.start : min(element.end, element.start + MOST_TEXTS)])

    def text_before(self, element: Element) -> str:
        """The line of text that stands before an element and after the field before it, in the same block or in the one before."""
        found: list[str] = []
        field = max((each.end for each in self._fields_before(element)), default=0)
        for text in reversed(self.texts[max(field, element.start - MOST_TEXTS) : element.start]):
            if text in (LINE, CELL) and joined(found):
                break
            found.insert(0, text)
        return joined(found)

    def _fields_before(self, element: Element) -> Iterator[Element]:
        for each in self.elements:
            if each is element:
                return
            if each.tag in FIELDS and each.attributes.get("type", "").lower() != "hidden":
                yield each

    def _close(self, tag: str) -> None:
        for each in (*CLOSED_WITH.get(tag, ()), tag):
            opened = self._open.pop(each, None)
            if opened is not None:
                opened.end = len(self.texts)


def read_elements(text: str, most: int = MOST_ELEMENTS) -> ElementReader:
    """The elements, no more than ``most``, and the texts of a page. Never raises for what the page is."""
    reader = ElementReader(most)
    reader.feed(text)
    reader.close()
    return reader


def joined(texts: list[str]) -> str:
    """Texts as one line."""
    return " ".join("".join(texts).split())
