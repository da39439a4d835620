# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page in French says what the English page says, in the words of the French report. ``make docs`` compares the files with the pages."""

from __future__ import annotations

import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.page_vocabulary import PAGE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import VOCABULARY
from consistency.tree import ROOT

SITE = ROOT / "docs" / "developers" / "site"
TRANSLATIONS = SITE / "locale" / "fr" / "LC_MESSAGES"
FILES = sorted(TRANSLATIONS.rglob("*.po"))
PAGES = ("guide_leavers", "guide_procedure", "guide_quick_start", "guide_reporting", "guide_when_wrong", "leaflet")


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SITE / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check_translation, languages = load("check_translation"), load("languages")


def test_what_people_without_english_read_is_there_in_french() -> None:
    assert [path.relative_to(TRANSLATIONS).as_posix() for path in FILES] == [f"docsite/{page}.po" for page in PAGES]


TEMPLATE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8"

msgid "Who acts"
msgstr ""

msgid "See :ref:`the page <label>`."
msgstr ""

msgid "``.json``"
msgstr ""
"""
RIGHT = """
msgid "Who acts"
msgstr "Qui agit"

msgid "See :ref:`the page <label>`."
msgstr "Voir :ref:`la page <label>`."

msgid "``.json``"
msgstr "``.json``"
"""


def catalog(text: str) -> Catalog:
    return read_po(io.BytesIO(text.encode()), abort_invalid=True)


@pytest.mark.parametrize(
    ("before", "after", "what", "text"),
    [
        pytest.param('msgid "Who acts"\nmsgstr "Qui agit"\n', "", "missing", "Who acts", id="missing"),
        pytest.param('"Qui agit"', '""', "not translated", "Who acts", id="empty"),
        pytest.param('msgid "Who acts"', '#, fuzzy\nmsgid "Who acts"', "fuzzy", "Who acts", id="fuzzy"),
        pytest.param('"Qui agit"', '"Who acts"', "still English", "Who acts", id="English"),
        pytest.param(
            'msgid "Who acts"',
            'msgid "Who acted"\nmsgstr "Qui a agi"\n\nmsgid "Who acts"',
            "out of date",
            "Who acted",
            id="old entry",
        ),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, what: str, text: str
) -> None:
    assert before in RIGHT
    for name, content in (("page.pot", TEMPLATE), ("page.po", RIGHT.replace(before, after))):
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert check_translation.main(tmp_path, tmp_path, []) == 1
    (said, count) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"{tmp_path / 'page.po'}: {what}")
    assert said.endswith(f": {text}")
    assert count.startswith("1 ")


def test_a_whole_translation_is_green_and_none_is_not(tmp_path: Path) -> None:
    (tmp_path / "page.pot").write_text(TEMPLATE, encoding="utf-8")
    assert check_translation.main(tmp_path, tmp_path, []) == 1
    (tmp_path / "page.po").write_text(RIGHT, encoding="utf-8")
    assert check_translation.main(tmp_path, tmp_path, []) == 0
    (tmp_path / "page.pot").unlink()
    assert check_translation.main(tmp_path, tmp_path, []) == 1


@pytest.mark.parametrize(
    ("page", "language", "address"),
    [("docsite/leaflet", "en", "../fr/docsite/leaflet.html"), ("docsite/leaflet", "fr", "../../docsite/leaflet.html")],
)
def test_a_page_links_to_the_other_language(page: str, language: str, address: str) -> None:
    assert f'href="{address}"' in languages.link(page, language)


def plain(text: str) -> str:
    """Without what a guide may write otherwise: a capital, a space that does not break."""
    return re.sub(r"\s", " ", text).casefold()


ON_THE_PAGE = re.compile(
    r"(status|auth|authorisation|acceptable|actor|next_step|delivery_state|exception_state|reachability|print|exportable)\.|column\.(?!change)"
)


def shown() -> dict[str, set[str]]:
    """What the English report shows as a status, step, actor or heading, and what the French one shows for it."""
    found: dict[str, set[str]] = {}
    for key, (english, french) in {**PAGE, **VOCABULARY}.items():
        if ON_THE_PAGE.match(key) and "{" not in english:
            found.setdefault(plain(english), set()).add(plain(french))
    return found


def other_words(english: str, french: str) -> list[str]:
    """What the French report calls otherwise: a message quotes it with emphasis, or is a list of such words."""
    words = shown()
    parts = english.split(", ")
    whole = all(plain(part) in words for part in parts)
    quoted = [plain(part) for part in (parts if whole else re.findall(r"(?<![*`])\*([^*]+)\*(?!\*)", english))]
    return [part for part in quoted if part in words and not any(word in plain(french) for word in words[part])]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_the_words_of_the_report_are_those_of_its_french_page(path: Path) -> None:
    messages = [message for message in catalog(path.read_text(encoding="utf-8")) if message.id and message.string]
    wrong = {str(each.id): other_words(str(each.id), str(each.string)) for each in messages}
    assert {text: [(part, shown()[part]) for part in parts] for text, parts in wrong.items() if parts} == {}


@pytest.mark.parametrize(
    ("english", "french", "wrong"),
    [
        ("unknown, never seen", "inconnu, jamais vu", []),
        ("unknown, never seen", "inconnu, pas vu", ["never seen"]),
        ("It is *awaited*.", "Il est *prévu*.", ["awaited"]),
        ("It is awaited.", "On l'attend.", []),
        ("Who acts", "Qui fait", ["who acts"]),
    ],
)
def test_another_word_is_found(english: str, french: str, wrong: list[str]) -> None:
    assert other_words(english, french) == wrong
