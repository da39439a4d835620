# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which field of a page takes the code, which button sends it, and what starts the download. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from .html_page import Button, Field, Link, Page, PageForm, comparable

DOWNLOAD_LABELS = ("Télécharger", "Download")
FILE_NAMES = (".p12", ".pfx")


@dataclass(frozen=True, slots=True)
class Labels:
    """``code_field`` is how a label or a name of the field begins; ``submit`` and ``download`` of buttons, None for the usual ones."""

    code_field: str = "Code de retrait"
    submit: str | None = None
    download: str | None = None


@dataclass(frozen=True, slots=True)
class CodeField:
    """The field that takes the code, and its form."""

    form: PageForm
    field: Field


@dataclass(frozen=True, slots=True)
class FormDownload:
    """A button of a form that starts the download."""

    form: PageForm
    button: Button


Download = Link | FormDownload


def code_fields(page: Page, labels: Labels) -> list[CodeField]:
    """The fields that fit. If one of several has exactly the wanted label, it is the only one."""
    wanted = comparable(labels.code_field)
    fitting = [
        CodeField(form, field)
        for form in page.forms
        for field in form.fields
        if field.is_text
        and field.name
        and any(comparable(text).startswith(wanted) for text in (*field.labels, field.name))
    ]
    exact = [each for each in fitting if wanted in map(comparable, each.field.labels)]
    return exact if len(exact) == 1 else fitting


def submit_buttons(form: PageForm, labels: Labels) -> list[Button]:
    """The buttons that fit; without a wanted label all of them, of which a browser takes the first."""
    if labels.submit is None:
        return list(form.buttons)
    return [button for button in form.buttons if _begins(button.label, [labels.submit])]


def downloads(page: Page, labels: Labels) -> list[Download]:
    """What may start the download: one, if a file name or an exact label singles it out."""
    wanted = [labels.download] if labels.download else DOWNLOAD_LABELS
    links = [link for link in page.links if _begins(link.text, wanted)]
    buttons = [
        FormDownload(form, button) for form in page.forms for button in form.buttons if _begins(button.label, wanted)
    ]
    named = [link for link in page.links if urlsplit_path(link.target).endswith(FILE_NAMES)]
    if labels.download is None and len({link.target for link in named}) == 1:
        return [named[0]]
    fitting = _distinct([*links, *buttons])
    exact = [each for each in fitting if comparable(label_of(each)) in map(comparable, wanted)]
    return exact if len(exact) == 1 else fitting


def label_of(download: Download) -> str:
    """The text that a person sees."""
    return download.text if isinstance(download, Link) else download.button.label


def urlsplit_path(target: str) -> str:
    """The path of a link in lower case; empty for an address that is none."""
    try:
        return urlsplit(target).path.lower()
    except ValueError:
        return ""


def _begins(text: str, wanted: Iterable[str]) -> bool:
    return any(comparable(text).startswith(comparable(each)) for each in wanted)


def _distinct(found: Sequence[Download]) -> list[Download]:
    """Pages often have the same link twice."""
    kept: list[Download] = []
    targets = set()
    for each in found:
        if isinstance(each, Link) and each.target in targets:
            continue
        if isinstance(each, Link):
            targets.add(each.target)
        kept.append(each)
    return kept
