# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages in two languages: those with a file in ``locale/fr`` link to each other at their top, and print without what is around them.

The French site lies in the folder ``fr`` of the English one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils.nodes import document
    from sphinx.application import Sphinx

TRANSLATIONS = Path(__file__).parent / "locale" / "fr" / "LC_MESSAGES"
PRINT = (
    "<style>@page { size: A4; margin: 15mm } "
    "@media print { .other-language, [role=navigation], footer { display: none } }</style>"
)


def link(page: str, language: str) -> str:
    """The link from a page to the same one in the other language, as HTML."""
    up = "../" * page.count("/")
    if language == "fr":
        address, other, text = f"{up}../{page}.html", "en", "This page in English"
    else:
        address, other, text = f"{up}fr/{page}.html", "fr", "Cette page en français"
    return f'<p class="other-language"><a href="{address}" hreflang="{other}" lang="{other}">{text}</a></p>\n'


def add_link(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: document | None) -> None:
    """Sphinx calls this for every page."""
    if (TRANSLATIONS / f"{page}.po").is_file():
        context["body"] = link(page, app.config.language) + context["body"]
        context["metatags"] += PRINT


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this once."""
    app.connect("html-page-context", add_link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
