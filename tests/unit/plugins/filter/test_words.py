# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tells a code with values, a kept problem, and a list of them; a template's texts become values of the catalogue's types."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.filter import words as under_test
from ansible_collections.hospital_it.pkcs12.plugins.filter.words import words
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor, Outside, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import code
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words

WORDS = "ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words"
SMALL = {
    "x.full": code(Actor.IT, count="int", names="strs", said="outside", who="str", sure="bool"),
    "x.other": code(Actor.IT),
}
SENTENCES = {
    "en": {
        "x.full": {"cause": "{count} {names} {said} {who} {sure}", "next_step": "See {@serial} and {@results}."},
        "x.other": {"cause": "It broke."},
        "word.yes": "yes",
    },
    "fr": {
        "x.full": {"cause": "{who} : {causes}", "next_step": "Voir {setting}."},
        "x.other": {"cause": "Cassé."},
        "word.yes": "oui",
    },
}

pytestmark = [pytest.mark.any_problem]


@pytest.fixture(autouse=True)
def _small_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "CODES", SMALL)
    monkeypatch.setattr(f"{WORDS}.CODES", SMALL)
    monkeypatch.setattr(f"{WORDS}.sentences", SENTENCES.__getitem__)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    """The problems that were told."""
    problems: list[Problem] = []

    def of(_self: Words, problem: Problem) -> str:
        problems.append(problem)
        return problem.code

    monkeypatch.setattr(Words, "of", of)
    return problems


def test_values_get_the_types_of_the_catalogue(told: list[Problem]) -> None:
    words("x.full", count="3", names=["a", 1], said="broken.", who=7, sure=True, setting="serial")
    (problem,) = told
    assert problem == Problem(
        "x.full", {"count": 3, "names": ("a", "1"), "said": "broken.", "who": "7", "sure": True}, "serial"
    )
    assert isinstance(problem.values["said"], Outside)


def test_a_kept_problem_is_told_with_its_causes(told: list[Problem]) -> None:
    kept = Problem("x.full", {"who": "Louis"}, "serial", (Problem("x.other"),))
    assert words(kept.to_map()) == "x.full"
    assert told == [kept]


def test_each_of_a_list_is_told() -> None:
    assert len(words([Problem("x.other").to_map(), "x.other"], "fr")) == 2


def test_a_code_takes_kept_causes(told: list[Problem]) -> None:
    words("x.other", causes=[{"code": "x.full", "values": {"who": "Louis"}}])
    assert told == [Problem("x.other", causes=(Problem("x.full", {"who": "Louis"}),))]


def test_values_that_the_code_does_not_have_are_left_out(told: list[Problem]) -> None:
    words("x.full", who="Louis", other="value")
    assert told == [Problem("x.full", {"who": "Louis"})]


@pytest.mark.words(reason="it is about how options are called, and the language")
@pytest.mark.parametrize("language", ["", "en", "de", None])
def test_options_are_called_as_the_site_sets_them(language: Any) -> None:
    text = words("x.full", language, count=1, names=[], said="", who="", sure=True)
    assert text.endswith("See pkcs12_serial and results.")


@pytest.mark.words(reason="it is about the language")
def test_french_is_told() -> None:
    told_in_french = words("x.full", "fr", setting="serial", causes=[{"code": "x.other"}], who="Louis")
    assert told_in_french == "Louis : Cassé. Voir pkcs12_serial."


def test_causes_with_different_next_steps_are_told_each_with_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = {name: code(Actor.IT) for name in ("several", "one", "other")}
    written = {
        "several": {"cause": "Two things."},
        "one": {"cause": "A broke.", "next_step": "Mend A."},
        "other": {"cause": "B broke.", "next_step": "Mend B."},
    }
    monkeypatch.setattr(f"{WORDS}.CODES", codes)
    monkeypatch.setattr(f"{WORDS}.sentences", lambda _language: written)
    monkeypatch.delenv("PKCS12_NONCE_LANGUAGE", raising=False)
    one, other = Problem("one"), Problem("other")
    assert Words().of(Problem("several", causes=(one, other))) == "Two things. A broke. Mend A. B broke. Mend B."
    assert Words().of(Problem("several", causes=(one, one))) == "Two things. A broke. A broke. Mend A."
    assert Words().cause(Problem("several", causes=(one, other))) == "Two things. A broke. B broke."
