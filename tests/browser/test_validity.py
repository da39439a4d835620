# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page is HTML as the standard has it: a strict parser finds nothing to mend."""

from __future__ import annotations

from collections.abc import Callable

import html5lib
import pytest

from browser.pages import hostile_page, sample_page


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("made", [sample_page, hostile_page], ids=["sample", "hostile"])
def test_it_is_valid(made: Callable[[str], str], language: str) -> None:
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(made(language))
    identifiers = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(identifiers) == len(set(identifiers))
    referred = {
        name
        for each in tree.iter()
        for key in ("aria-labelledby", "aria-describedby")
        for name in (each.get(key) or "").split()
    } | {each.get("href", "")[1:] for each in tree.iter("a")}
    assert referred <= set(identifiers)
    assert len(referred) > 10
