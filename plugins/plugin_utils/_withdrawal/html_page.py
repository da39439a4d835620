# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""An HTML page as a person sees it: its text, its links, and its forms with fields, labels and buttons. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from .._io.html_elements import FIELDS, Element, ElementReader, joined, read_elements

TEXT_KINDS = ("text", "password", "number", "tel", "search", "email")
BUTTON_KINDS = ("submit", "image")
CHECKED_KINDS = ("checkbox", "radio")
NOT_SENT = ("button", "reset", "file")

ASCII = bytes(range(0x20, 0x7F))
"""What each encoding of a page has in common, but for UTF-16."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_TYPE_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_READ_AS_WINDOWS = {"iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"}
"""As browsers do (WHATWG Encoding, section 4.2)."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form. ``labels``: all texts that tell a person what it is for. ``sent``: whether it is sent when nobody touches it."""

    name: str
    kind: str
    value: str = field(repr=False)
    labels: tuple[str, ...]
    sent: bool

    @property
    def is_text(self) -> bool:
        """Whether a person types into it."""
        return self.kind in TEXT_KINDS


@dataclass(frozen=True, slots=True)
class Button:
    """A button that sends its form. ``action`` and ``method`` are its own ones, None for those of the form."""

    name: str
    value: str = field(repr=False)
    label: str
    action: str | None
    method: str | None


@dataclass(frozen=True, slots=True)
class PageForm:
    """A form. ``action`` may be relative; ``method`` is ``get`` or ``post``."""

    action: str
    method: str
    encoding: str
    fields: tuple[Field, ...]
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A link and its text. ``target`` may be relative."""

    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """``base`` is the target of the ``base`` element, ``charset`` the encoding. ``names``: classes, identifiers, addresses of elements."""

    text: str
    forms: tuple[PageForm, ...]
    links: tuple[Link, ...]
    base: str | None
    charset: str
    names: tuple[str, ...]


def read_page(data: bytes, content_type: str = "") -> Page:
    """The page in these bytes. Never raises for what they are."""
    charset = charset_of(data, content_type)
    reader = read_elements(data.decode(charset, errors="replace"))
    links = [
        Link(each.get("href"), _label(reader, each))
        for each in reader.elements
        if each.tag == "a" and "href" in each.attributes
    ]
    base = next((each.get("href") for each in reader.elements if each.tag == "base" and each.get("href")), None)
    return Page(joined(reader.texts), tuple(_forms(reader)), tuple(links), base, charset, tuple(reader.names))


def charset_of(data: bytes, content_type: str) -> str:
    """The encoding by the header, then by the page; else UTF-8 if the bytes are that, and Windows-1252 if not."""
    in_type, in_page = _TYPE_CHARSET.search(content_type), _META_CHARSET.search(data[:4096])
    name = in_type[1] if in_type else in_page[1].decode("ascii", errors="replace") if in_page else ""
    if name.lower() in _READ_AS_WINDOWS:
        return "windows-1252"
    try:
        if name:
            # Some codecs of Python are none of text, and idna and punycode are none of pages.
            bytes(range(256)).decode(name, errors="replace")
            if ASCII.decode(name, errors="replace") == ASCII.decode("ascii") or name.lower().startswith("utf-16"):
                "\u00e9".encode(name, errors="xmlcharrefreplace")
                return name
        data.decode("utf-8")
    except (LookupError, ValueError, TypeError):
        return "windows-1252"
    return "utf-8"


def comparable(text: str) -> str:
    """A text without case, accents, spaces and punctuation: ``Code de retrait n° 1`` is ``codederetraitno1``."""
    return "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if each.isalnum())


def _forms(reader: ElementReader) -> list[PageForm]:
    """Each form of the page. Fields outside a form are left out, because only a script could send them."""
    forms = [each for each in reader.elements if each.tag == "form"]
    by_id = {each.get("id"): each for each in forms if each.get("id")}
    members: dict[int, list[Element]] = {id(form): [] for form in forms}
    for each in reader.elements:
        form = by_id.get(each.get("form"), each.form)
        if each.tag in (*FIELDS, "button") and form is not None:
            members[id(form)].append(each)
    labels: dict[str, list[str]] = {}
    for each in reader.elements:
        if each.tag == "label" and each.get("for"):
            labels.setdefault(each.get("for"), []).append(reader.text_of(each))
    return [_form(reader, form, members[id(form)], labels) for form in forms]


def _form(reader: ElementReader, form: Element, members: list[Element], labels: dict[str, list[str]]) -> PageForm:
    buttons = [each for each in members if _is_button(each)]
    fields = [each for each in members if each.tag in FIELDS and not _is_button(each)]
    return PageForm(
        form.get("action"),
        "post" if form.get("method").strip().lower() == "post" else "get",
        form.get("enctype").strip().lower(),
        tuple(_field(reader, each, labels) for each in fields if _kind(each) not in NOT_SENT),
        tuple(_button(reader, each) for each in buttons if "disabled" not in each.attributes),
    )


def _is_button(element: Element) -> bool:
    if element.tag == "button":
        return element.get("type").lower() not in ("button", "reset")
    return element.tag == "input" and _kind(element) in BUTTON_KINDS


def _kind(element: Element) -> str:
    return (element.get("type").strip().lower() or "text") if element.tag == "input" else element.tag


def _field(reader: ElementReader, element: Element, labels: dict[str, list[str]]) -> Field:
    kind = _kind(element)
    known = kind in (*TEXT_KINDS, *CHECKED_KINDS, "hidden", "select", "textarea")
    label_texts = [
        *labels.get(element.get("id"), ()),
        *(element.get(name) for name in ("aria-label", "placeholder", "title")),
    ]
    if element.label is not None:
        label_texts.append(reader.text_of(element.label))
    label_texts.append(reader.text_before(element))
    sent = "disabled" not in element.attributes and (kind not in CHECKED_KINDS or "checked" in element.attributes)
    texts = tuple(text for text in label_texts if text)
    return Field(element.get("name"), kind if known else "text", _value(reader, element), texts, sent)


def _value(reader: ElementReader, element: Element) -> str:
    if element.tag == "textarea":
        return reader.text_of(element)
    if element.tag != "select":
        return element.attributes.get("value", "on" if _kind(element) in CHECKED_KINDS else "")
    options = [each for each in reader.elements if each.tag == "option" and each.select is element]
    chosen = [each for each in options if "selected" in each.attributes] or options
    return chosen[0].attributes.get("value", reader.text_of(chosen[0])) if chosen else ""


def _button(reader: ElementReader, element: Element) -> Button:
    action, method = (element.attributes.get(name) for name in ("formaction", "formmethod"))
    label = _label(reader, element) if element.tag == "button" else element.get("value") or element.get("alt")
    return Button(element.get("name"), element.get("value"), label, action, method.lower() if method else None)


def _label(reader: ElementReader, element: Element) -> str:
    return reader.text_of(element) or element.get("title") or element.get("aria-label")
