# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One passphrase or a list of them, by number, in one or several variables."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import (
    NumberAsText,
    by_key,
    check_variables,
    merged,
    passphrases_in,
    texts_in,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.secret_kinds import PASSPHRASE
from unit.plugins.plugin_utils.problems import error_of


@pytest.mark.parametrize(
    ("given", "listed"),
    [(None, [None]), ([], [None]), ("a", ["a"]), (["a", 4711, None], ["a", "4711", None])],
)
def test_each_is_a_text(given: Any, listed: list[str | None]) -> None:
    assert passphrases_in(given) == listed


def test_what_was_a_number_is_known_as_that() -> None:
    twice = passphrases_in(passphrases_in(["a", 4711, 47.1, "4711"]))
    assert [isinstance(each, NumberAsText) for each in twice] == [False, True, True, False]


def no_text(whose: str, found: str, where: str = "passphrases") -> Problem:
    return Problem("bad_arguments.passphrase_is_no_text", {"whose": whose, "where": where, "found": found})


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (True, "yes_or_no"),
        (47.1, "a_decimal_number"),
        (date(2029, 1, 1), "a_date"),
        (datetime(2029, 1, 1, tzinfo=timezone.utc), "a_date_with_a_time"),
        ({"a": "b"}, "a_mapping"),
        (["a", date(2029, 1, 1)], "a_date"),
        ([["a"]], "a_list"),
        (b"a", "no_text"),
    ],
)
def test_a_value_that_yaml_changed_is_refused_in_its_place(value: Any, found: str) -> None:
    assert by_key({"T1": "a", " t2": value}, PASSPHRASE, "passphrases") == {"t1": "a", "t2": no_text("t2", found)}
    assert error_of(lambda: passphrases_in(no_text("t2", found))).problem == no_text("t2", found)


def test_a_refusal_passes_a_template_as_plain_values_and_is_no_secret() -> None:
    refusal = no_text("T2", "a_date")
    plain = refusal.to_map()
    assert by_key({"T2": plain}, PASSPHRASE, "elsewhere") == {"t2": refusal}
    assert texts_in({"T1": ["a", 1], "T2": plain, "T3": refusal}) == {"a", "1"}


def test_the_passphrases_of_a_number_in_several_variables_are_tried_one_after_the_other() -> None:
    known = {"one": {"T1": "a", "T2": "b"}, "two": {" t1 ": ["c", "a"], "T2": "d"}, "three": None}
    found, doubts = merged(known, PASSPHRASE)
    assert found == {"T1": ["a", "c"], "T2": ["b", "d"]}
    assert doubts == [Problem("passphrases_differ", {"whose": "T2", "others": ("one",), "last": "two"})]


@pytest.mark.parametrize(("value", "found"), [("a", "a_text"), (["a"], "a_list"), (date(2029, 1, 1), "a_date")])
def test_a_variable_that_is_no_mapping_is_refused_under_its_own_name(value: Any, found: str) -> None:
    refusal = Problem("bad_arguments.no_mapping_of_secrets", {"variable": "pkcs12_passphrases_mine", "found": found})
    merging, doubts = merged({"pkcs12_passphrases": {"T1": "a"}, "pkcs12_passphrases_mine": value}, PASSPHRASE)
    assert (merging, doubts) == ({"T1": "a", "pkcs12_passphrases_mine": refusal}, [])
    assert error_of(lambda: check_variables(merging)).problem == refusal


def test_a_refusal_of_one_variable_counts_for_the_person() -> None:
    found, doubts = merged({"one": {"T1": "a"}, "two": {"T1": True}}, PASSPHRASE)
    assert (found, doubts) == ({"T1": no_text("T1", "yes_or_no", "two")}, [])
