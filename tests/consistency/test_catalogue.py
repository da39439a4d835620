# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue is whole: each code that is made has sentences in both languages, which name its values and no others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import (
    ACCOUNTS,
    CODES,
    INT,
    STRS,
    WORDS,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES, PLACE, sentences
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Source, Status, Subject
from consistency.error_texts import PAGE, page
from consistency.tree import ROOT

OF_WORDS = "word."


def texts(code: str, language: str) -> list[str]:
    """All that is written for a code."""
    entry: dict[str, Any] = sentences(language)[code]
    return [
        text
        for written in entry.values()
        for text in ([written] if isinstance(written, str) else [written["one"], written["many"]])
    ]


def places(code: str, language: str) -> set[str]:
    return {found[2] for text in texts(code, language) for found in PLACE.finditer(text) if not found[1]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_sentences_and_nothing_else_has(language: str) -> None:
    assert {code for code in sentences(language) if not code.startswith(OF_WORDS)} == CODES.keys()
    assert {each for each in sentences("en") if each.startswith(OF_WORDS)} == {
        each for each in sentences(language) if each.startswith(OF_WORDS)
    }


def wrong(is_right: Callable[[str, str], bool]) -> list[tuple[str, str]]:
    """The codes, each with a language, of which a rule does not hold."""
    return [(code, language) for language in LANGUAGES for code in CODES if not is_right(code, language)]


def counted(code: str, language: str) -> list[dict[str, str]]:
    """The sentences that count: ``by``, ``one``, ``many``."""
    return [written for written in sentences(language)[code].values() if not isinstance(written, str)]


def test_sentences_name_the_values_and_no_others() -> None:
    assert (
        wrong(lambda code, language: places(code, language) - {"setting", "causes"} <= CODES[code].values.keys()) == []
    )


def test_a_sentence_counts_by_a_number_or_a_list() -> None:
    def is_right(code: str, language: str) -> bool:
        return {CODES[code].values.get(each["by"]) for each in counted(code, language)} <= {INT, STRS, ACCOUNTS, WORDS}

    assert wrong(is_right) == []


def test_both_languages_count_by_the_same_number() -> None:
    """Of two numbers, only one says how many there are: French has the singular for 0, and would say that all is well where nothing is."""

    def parts(code: str, language: str) -> dict[str, str]:
        written = sentences(language)[code].items()
        return {part: entry["by"] for part, entry in written if not isinstance(entry, str)}

    def is_right(code: str, language: str) -> bool:
        english, here = parts(code, "en"), parts(code, language)
        return all(english[part] == here[part] for part in english.keys() & here.keys())

    assert wrong(is_right) == []


def test_both_languages_name_the_same_values_and_options() -> None:
    def named(code: str, language: str) -> set[tuple[str, str]]:
        return {(found[1], found[2]) for text in texts(code, language) for found in PLACE.finditer(text)}

    assert wrong(lambda code, language: named(code, language) == named(code, "en")) == []


def test_no_sentence_is_left_in_english() -> None:
    def is_right(code: str, language: str) -> bool:
        has_words = re.search("[a-z]{4}", PLACE.sub("", "".join(texts(code, "en"))))
        return language == "en" or not has_words or texts(code, language) != texts(code, "en")

    assert wrong(is_right) == []


def test_values_of_one_type_have_the_same_order_in_both_languages() -> None:
    """Two names, days or paths that changed places would be a sentence about the wrong one, and nothing else would show it."""

    def in_order(code: str, language: str, kind: str) -> list[str]:
        named = (found[2] for text in texts(code, language) for found in PLACE.finditer(text) if not found[1])
        return [value for value in dict.fromkeys(named) if CODES[code].values.get(value) == kind]

    def is_right(code: str, language: str) -> bool:
        kinds = set(CODES[code].values.values())
        return all(in_order(code, language, kind) == in_order(code, "en", kind) for kind in kinds)

    assert wrong(is_right) == []


def test_options_have_the_same_order_in_both_languages() -> None:
    """What to set and what to remove would change places."""

    def in_order(code: str, language: str) -> dict[str, list[str]]:
        parts = sentences(language)[code].items()
        return {part: [found[2] for found in PLACE.finditer(str(text)) if found[1]] for part, text in parts}

    assert wrong(lambda code, language: in_order(code, language) == in_order(code, "en")) == []


def test_one_and_many_name_the_same_values() -> None:
    """But for the number by which they are chosen, and how many more there are than the one that is named."""

    def named(written: dict[str, str], form: str) -> set[str]:
        return {found[0] for found in PLACE.finditer(written[form])} - {f"{{{written['by']}}}", "{more}"}

    def is_right(code: str, language: str) -> bool:
        return all(named(written, "one") == named(written, "many") for written in counted(code, language))

    assert wrong(is_right) == []


@cache
def sources() -> str:
    python = ROOT.glob("plugins/**/*.py")
    files = [*python, *(path for of in ("roles", "playbooks", "docs/awx") for path in ROOT.glob(f"{of}/**/*.yml"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(files) if path.name != "codes.py")


def made() -> Iterator[str]:
    """The codes that stand in the code as they are, and those that an f-string, or a template of YAML, puts together."""
    written = set(re.findall(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)?", sources()))
    joined = {
        re.sub(r"\\{[^{}]*\\}", "[a-z0-9_.]+", re.escape(text))
        for text in re.findall(r"""f["']([a-z0-9_.]*\{[^"']*?\}[a-z0-9_.]*(?:\{[^"']*?\})?)["']""", sources())
        if len(re.sub(r"\{[^{}]*\}", "", text)) > 3
    }
    patterns = [re.compile(each) for each in joined]
    beginnings = tuple(set(re.findall(r"""["']([a-z0-9_]+\.(?:[a-z0-9_]+_)?)["'{]""", sources())))
    for code in CODES:
        if code in written or any(each.fullmatch(code) for each in patterns) or code.startswith(beginnings):
            yield code


def test_every_code_is_made_somewhere() -> None:
    assert sorted(CODES.keys() - set(made())) == []


LEANING = {
    "fr": re.compile(
        r"(?:Ne pas )?(?:(?:les?|la|lui|leur|y|en) |[ln]'(?:(?:en|y) )?)[a-zéè]+(?:er|ir|re)\b(?! qu)"
        r"|(?:ils?|elles?|celui|celle|ceux|celles|cela|c'est|le numéro correspond|rien n)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?:do not )?[a-z]+ (?:it|them|there|(?:one|all) of (?:it|them))\b|(?:it|they|nothing|the number matches)\b",
        re.IGNORECASE,
    ),
}
"""How a next step begins that only its cause explains: with a pronoun or a comment. Reports and mails show it without the cause."""


def leaning(language: str) -> list[str]:
    """The codes whose next step begins so."""
    return [
        code
        for code in CODES
        if (written := sentences(language)[code].get("next_step"))
        for text in ([written] if isinstance(written, str) else [written["one"], written["many"]])
        if LEANING[language].match(text)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_next_step_stands_alone(language: str) -> None:
    assert leaning(language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_told_to_type_what_only_a_command_line_takes(language: str) -> None:
    """Whoever starts a job in AWX has no command line: what it takes is named, such as an extra variable."""
    told = {code: json.dumps(said, ensure_ascii=False) for code, said in sentences(language).items()}
    assert [code for code, said in told.items() if re.search(r"(?<![\w-])(-e\b|--extra-vars)", said)] == []


def test_the_page_is_that_of_the_catalogue() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m consistency.error_texts writes it again"


def test_an_audit_has_words_for_each_status_of_a_holder() -> None:
    statuses = {each.value for each in Status if Subject.HOLDER in each.of and each.source is Source.FACTS}
    assert {each for each in statuses if f"outcome.{each}" not in CODES} == set()
