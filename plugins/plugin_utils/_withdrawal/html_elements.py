# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The elements of an HTML page that a withdrawal needs, in the order of the page, and the texts between them. Reads broken HTML too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

FIELDS = ("input", "select", "textarea")
UNSEEN = ("script", "style", "noscript", "template", "title")
BLOCKS = {
    *("p", "div", "br", "hr", "li", "dt", "dd", "table", "tr", "td", "th", "form", "fieldset", "legend", "section"),
    *("body", "h1", "h2", "h3", "h4", "h5", "h6"),
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
    """Collects elements and texts. ``names``: classes, identifiers and addresses of all elements. A new line stands for a block's edge."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.texts: list[str] = []
        self.names: list[str] = []
        self._open: dict[str, Element] = {}
        self._unseen: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in reversed(attrs)}  # the first of two counts
        if len(self.names) < MOST_ELEMENTS:
            self.names += [attributes[name] for name in ("class", "id", "src", "name") if name in attributes]
        if tag in UNSEEN:
            self._unseen = tag
        if tag in BLOCKS:
            self.texts.append("\n")
        if tag not in CONTAINERS + ALONE or len(self.elements) >= MOST_ELEMENTS or self._unseen:
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
        if tag == self._unseen:
            self._unseen = None
        if tag in BLOCKS:
            self.texts.append("\n")
        self._close(tag)

    def handle_data(self, data: str) -> None:
        if self._unseen is None:
            self.texts.append(data)

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
            if text == "\n" and joined(found):
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


def read_elements(text: str) -> ElementReader:
    """The elements and texts of a page. Never raises for what the page is."""
    reader = ElementReader()
    reader.feed(text)
    reader.close()
    return reader


def joined(texts: list[str]) -> str:
    """Texts as one line."""
    return " ".join("".join(texts).split())
