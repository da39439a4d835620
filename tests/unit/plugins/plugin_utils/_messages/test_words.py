# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The renderer: one and many, lists, days, causes, names of options, and what it does not know."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import (
    Actor,
    ErrorRow,
    Outside,
    Problem,
    Sentences,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import actor_of, code
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words

WORDS = "ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words"
CODES = {
    "x.count": code(Actor.IT, count="int"),
    "x.list": code(Actor.IT, names="strs"),
    "x.choice": code(Actor.IT, names="choices"),
    "x.day": code(Actor.IT, day="date"),
    "x.instant": code(Actor.IT, when="instant"),
    "x.value": code(Actor.IT, name="str", other="str"),
    "x.outside": code(Actor.IT, said="outside"),
    "x.word": code(Actor.IT, kind="word", kinds="words"),
    "x.setting": code(Actor.ISSUER),
    "x.around": code(Actor.NOBODY),
    "x.before": code(Actor.HOLDER),
    "x.plain": code(Actor.NOBODY),
}
EN: dict[str, Any] = {
    "x.count": {"cause": {"by": "count", "one": "{count} file.", "many": "{count} files."}},
    "x.list": {"cause": "Found {names}."},
    "x.choice": {"cause": "Write one of {names}."},
    "x.day": {"cause": "Until {day}."},
    "x.instant": {"cause": "It was {when}."},
    "x.value": {"cause": "{name} is not {other}."},
    "x.outside": {"cause": "It said: {said}."},
    "x.word": {"cause": "It is {kind}, not {kinds}."},
    "x.setting": {"cause": "{setting} is wrong.", "next_step": "Set {@serial}."},
    "x.around": {"cause": "It failed ({causes})."},
    "x.before": {"cause": "It failed.", "next_step": "Look."},
    "x.plain": {"cause": "Also this."},
    "word.a_list": "a list",
    "word.a_text": "a text",
}
FR: dict[str, Any] = {
    **EN,
    "x.count": {"cause": {"by": "count", "one": "{count} fichier.", "many": "{count} fichiers."}},
    "word.a_list": "une liste",
}

pytestmark = [pytest.mark.any_problem]


@pytest.fixture(autouse=True)
def _small_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PKCS12_NONCE_LANGUAGE", raising=False)
    monkeypatch.setattr(f"{WORDS}.CODES", CODES)
    monkeypatch.setattr(f"{WORDS}.sentences", {"en": EN, "fr": FR}.__getitem__)
    monkeypatch.setattr("ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes.CODES", CODES)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ["0 files.", "1 file.", "2 files."]), ("fr", ["0 fichier.", "1 fichier.", "2 fichiers."])],
)
def test_french_takes_nought_for_one_and_english_for_many(language: str, said: list[str]) -> None:
    assert [Words(language).of(Problem("x.count", {"count": count})) for count in range(3)] == said


@pytest.mark.parametrize(("language", "more"), [("en", "and 2 more"), ("fr", "et 2 de plus")])
def test_ten_of_a_list_are_shown_and_how_many_are_not(language: str, more: str) -> None:
    names = tuple(f"n{number}" for number in range(12))

    def told(count: int) -> str:
        return Words(language).of(Problem("x.list", {"names": names[:count]}))

    assert told(10) == f"Found {', '.join(names[:10])}."
    assert told(12) == f"Found {', '.join(names[:10])}, {more}."
    assert Words(language).of(Problem("x.choice", {"names": names})) == f"Write one of {', '.join(names)}."


def test_ten_causes_are_told_and_how_many_are_not() -> None:
    causes = tuple(Problem("x.value", {"name": f"n{number}", "other": "x"}) for number in range(12))
    told = Words().cause(Problem("x.before", causes=causes))
    assert "n9 is not x." in told and "n10" not in told and told.endswith("and 2 more")


@pytest.mark.parametrize("day", [date(2026, 3, 1), "2026-03-01"])
def test_a_day_is_written_as_the_language_does_also_from_a_file(day: Any) -> None:
    problem = Problem("x.day", {"day": day})
    assert (Words("en").of(problem), Words("fr").of(problem)) == ("Until 2026-03-01.", "Until 01/03/2026.")


def test_what_stands_in_a_value_is_not_filled_again() -> None:
    problem = Problem("x.value", {"name": "{other} {setting} {@serial}", "other": "{name}"}, "folder")
    assert Words().of(problem) == "{other} {setting} {@serial} is not {name}."


def test_a_control_character_is_shown_as_its_escape() -> None:
    assert Words().of(Problem("x.value", {"name": "a\nb", "other": "\x1b[0m"})) == "a\\nb is not \\x1b[0m."


def test_text_from_outside_is_one_line_without_its_period_and_without_control_characters() -> None:
    assert Words().of(Problem("x.outside", {"said": Outside("no\n \x1b[31mway. ")})) == "It said: no \\x1b[31mway."


def test_words_of_the_catalogue_are_of_the_language_and_an_unknown_one_is_shown() -> None:
    problem = Problem("x.word", {"kind": "a_list", "kinds": ("a_text", "a_number")})
    assert Words("en").of(problem) == "It is a list, not a text, a_number."
    assert Words("fr").of(problem) == "It is une liste, not a text, a_number."


def test_options_are_called_as_the_user_does_wherever_they_are() -> None:
    inner = Problem("x.setting", setting="folder")
    words = Words("en", lambda option: f"pkcs12_{option}")
    said = "pkcs12_folder is wrong."
    assert words.of(inner) == f"{said} Set pkcs12_serial."
    assert words.of(Problem("x.around", causes=(inner,))) == f"It failed ({said}). Set pkcs12_serial."
    assert words.of(Problem("x.before", causes=(inner,))) == f"It failed. {said} Look."


@pytest.mark.parametrize("code", ["x.around", "x.before"])
def test_a_cause_is_told_once_and_one_that_is_not_known_with_its_values(code: str) -> None:
    told = Words().of(Problem(code, causes=(Problem("y.new", {"path": "/a", "number": 3}),)))
    assert told.count("y.new path=/a number=3") == 1


def test_a_code_that_is_not_known_shows_itself_its_values_and_its_causes() -> None:
    causes = (Problem("x.plain"), Problem("x.before"))
    told = Words().of(Problem("y.new", {"names": ("a", "b\n")}, causes=causes))
    assert told == "y.new names=a,b\\n Also this. It failed. Look."


@pytest.mark.parametrize(
    ("given", "language"),
    [("de", "en"), ("", "en"), ("french", "fr"), ("Fr", "fr"), ("fr_FR.UTF-8", "fr")],
)
def test_a_language_is_what_is_meant_and_one_that_is_not_known_is_english(given: str, language: str) -> None:
    assert Words(given).language == language


@pytest.mark.parametrize(
    ("language", "given", "said"),
    [
        ("en", "2026-11-25T12:00:07Z", "It was 2026-11-25 12:00 UTC."),
        ("fr", "2026-11-25T12:00:07Z", "It was 25/11/2026 12:00 UTC."),
        ("fr", "yester\nday", "It was yester\\nday."),
    ],
)
def test_an_instant_is_written_as_the_language_does_and_what_is_none_is_shown(
    language: str, given: str, said: str
) -> None:
    assert Words(language).of(Problem("x.instant", {"when": given})) == said


def test_a_result_is_told_wherever_a_problem_stands_in_it() -> None:
    problem = Problem("x.setting", setting="folder")
    told = Words("en", str.upper).told(
        {"msg": Sentences((problem, Problem("x.plain"))), "rows": [{"error": ErrorRow(problem)}]}
    )
    row = {"code": "x", "next_step": "Set SERIAL.", "setting": "FOLDER", "problem": problem.to_map()}
    assert told == {"msg": "FOLDER is wrong. Set SERIAL. Also this.", "rows": [{"error": row}]}


def test_who_acts_is_what_the_code_itself_says() -> None:
    wrapped = Problem("x.before", causes=(Problem("x.setting", setting="folder"),))
    assert (actor_of(wrapped), actor_of(wrapped.causes[0])) == (Actor.HOLDER, Actor.ISSUER)
    assert actor_of(Problem("x.plain")) is actor_of(Problem("y.new")) is Actor.IT
    assert actor_of(Problem("x.around", causes=wrapped.causes)) is Actor.IT


def test_a_problem_comes_back_from_a_file() -> None:
    problem = Problem("x.list", {"names": ("a", "b")}, "folder", (Problem("x.count", {"count": 2}),))
    assert Problem.from_map(problem.to_map()) == problem
    assert Problem.from_map({"values": 3, "causes": "x"}) == Problem("unknown")
