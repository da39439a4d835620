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
    "x.account": code(Actor.NOBODY, who="account", others="accounts"),
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
    "x.account": {"cause": "{who}, {others}."},
    "word.account_without_name": "nobody",
    "word.the_workstation": "itself",
    "word.a_list": "a list",
    "word.a_text": "a text",
}
FR: dict[str, Any] = {
    **EN,
    "x.count": {"cause": {"by": "count", "one": "{count} fichier.", "many": "{count} fichiers."}},
    "word.a_list": "une liste",
}

ACCOUNTS = {"who": "T1 (S-1-5-21-1-2-3-1104)", "others": ("S-1-5-18", "CHU\\s-1-x")}
NOON, WORD = "2026-11-25T12:00:07Z", {"kind": "a_list", "kinds": ("a_text", "a_number")}

pytestmark = [pytest.mark.any_problem]


@pytest.fixture(autouse=True)
def _small_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PKCS12_NONCE_LANGUAGE", raising=False)
    monkeypatch.setattr(f"{WORDS}.CODES", CODES)
    monkeypatch.setattr(f"{WORDS}.sentences", {"en": EN, "fr": FR}.__getitem__)
    monkeypatch.setattr("ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes.CODES", CODES)


def value(name: str, other: str) -> Problem:
    return Problem("x.value", {"name": name, "other": other}, "folder")


NAMES = tuple(f"n{number}" for number in range(12))
TEN = ", ".join(NAMES[:10])


@pytest.mark.parametrize(
    ("problem", "english", "french"),
    [
        # French takes nought for one, and English for many.
        (Problem("x.count", {"count": 0}), "0 files.", "0 fichier."),
        (Problem("x.count", {"count": 1}), "1 file.", "1 fichier."),
        (Problem("x.count", {"count": 2}), "2 files.", "2 fichiers."),
        # Ten of a list are shown, and how many are not; all of what can be chosen.
        (Problem("x.list", {"names": NAMES[:10]}), f"Found {TEN}.", f"Found {TEN}."),
        (Problem("x.list", {"names": NAMES}), f"Found {TEN}, and 2 more.", f"Found {TEN}, et 2 de plus."),
        (Problem("x.choice", {"names": NAMES}), f"Write one of {TEN}, n10, n11.", f"Write one of {TEN}, n10, n11."),
        # A day and an instant are written as the language does, also those of a file; what is none is shown.
        (Problem("x.day", {"day": date(2026, 3, 1)}), "Until 2026-03-01.", "Until 01/03/2026."),
        (Problem("x.day", {"day": "2026-03-01"}), "Until 2026-03-01.", "Until 01/03/2026."),
        (Problem("x.instant", {"when": NOON}), "It was 2026-11-25 12:00 UTC.", "It was 25/11/2026 12:00 UTC."),
        (Problem("x.instant", {"when": "a\nb"}), "It was a\\nb.", "It was a\\nb."),
        # What stands in a value is not filled again, and a control character is shown as its escape.
        (value("{other} {@serial}", "{name}"), "{other} {@serial} is not {name}.", "{other} {@serial} is not {name}."),
        (value("a\nb", "\x1b[0m"), "a\\nb is not \\x1b[0m.", "a\\nb is not \\x1b[0m."),
        # Text from outside is one line without its period.
        (Problem("x.outside", {"said": Outside("no\n \x1bway. ")}), "It said: no \\x1bway.", "It said: no \\x1bway."),
        # Nobody knows people by a SID.
        (Problem("x.account", ACCOUNTS), "T1 (nobody), itself, CHU\\s-1-x.", "T1 (nobody), itself, CHU\\s-1-x."),
        # Words of the catalogue are of the language, and an unknown one is shown.
        (Problem("x.word", WORD), "It is a list, not a text, a_number.", "It is une liste, not a text, a_number."),
    ],
)
def test_a_problem_is_told_in_the_language(problem: Problem, english: str, french: str) -> None:
    assert (Words("en").of(problem), Words("fr").of(problem)) == (english, french)


def test_ten_causes_are_told_and_how_many_are_not() -> None:
    causes = tuple(value(name, "x") for name in NAMES)
    told = Words().cause(Problem("x.before", causes=causes))
    assert "n9 is not x." in told and "n10" not in told and told.endswith("and 2 more")


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
