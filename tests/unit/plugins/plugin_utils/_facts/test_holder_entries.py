# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ``pkcs12_holders`` of another shape is refused by the name of its host; what can be read of it is read."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import (
    check_holders,
    entries_in,
    of_inventory,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HOLDER_OPTIONS
from unit.plugins.plugin_utils.problems import error_of

HOST = "ws-radio"
CHLOE = {"user": "CHU\\cvasseur", "name": "Chloé Vasseur", "authorisation": "R20420"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, "a_mapping"),
        ("CHU\\cvasseur", "a_text"),
        (12, "a_number"),
        (False, "the_word_false"),
    ],
    ids=str,
)
def test_what_is_no_list_is_called_what_it_is(given: Any, found: str) -> None:
    assert refusal(given) == wrong("holders_no_list", found=found)


@pytest.mark.parametrize("given", [None, ""])
def test_nothing_is_no_list(given: Any) -> None:
    assert refusal(given) == wrong("holders_empty")


@pytest.mark.parametrize(
    ("entry", "found"), [("CHU\\b", "a_text"), (None, "empty"), ([CHLOE], "a_list"), (True, "the_word_true")]
)
def test_what_is_no_holder_is_told_with_its_place(entry: Any, found: str) -> None:
    assert refusal([CHLOE, entry]) == wrong("holder_no_mapping", entry=2, found=found)


@pytest.mark.parametrize(
    ("entry", "code", "values"),
    [
        ({"user": "  ", "name": "Zoé Roy"}, "holder_without_user", {"whose": "Zoé Roy"}),
        ({"user": None, "authorisation": "T1"}, "holder_without_user", {"whose": "T1"}),
        ({}, "holder_without_user_of_entry", {"entry": 2}),
        (
            {"user": ["CHU\\b"], "name": "Zoé Roy"},
            "holder_no_text",
            {"whose": "Zoé Roy", "key": "user", "found": "a_list"},
        ),
        (
            {"user": "CHU\\b", "name": {"a": 1}, "authorisation": ["T1"]},
            "holder_no_text_of_entry",
            {"entry": 2, "key": "name", "found": "a_mapping"},
        ),
    ],
)
def test_an_account_that_is_not_there_is_told_with_its_holder(entry: Any, code: str, values: Any) -> None:
    assert refusal([CHLOE, entry]) == wrong(code, **values)


def test_keys_that_no_holder_has_are_told_before_what_lacks() -> None:
    """A misspelt ``user`` is one that lacks, too."""
    said = refusal([CHLOE, {"usr": "CHU\\b", "autorisation": "T1"}])
    assert said == wrong("holder_unknown_keys", keys=("autorisation", "usr"), known=tuple(HOLDER_OPTIONS))


def test_right_shape_passes() -> None:
    check_holders([], HOST)
    check_holders([CHLOE, {"user": "S-1-5-21-1"}], HOST)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ([CHLOE, "CHU\\b", None], [CHLOE]),
        (CHLOE, []),
        (None, []),
    ],
)
def test_only_entries_are_read(given: Any, read: Any) -> None:
    assert entries_in(given) == read


def refusal(given: Any) -> Problem:
    return error_of(lambda: check_holders(given, HOST)).problem


def wrong(code: str, **values: Any) -> Problem:
    return Problem(f"bad_arguments.{code}", {"host": HOST, **values})


@pytest.mark.parametrize(
    ("entry", "code", "values"),
    [
        ({"user": "B", "name": "B", "authorisation": 1234}, "number_in_inventory", {"whose": "B", "number": "1234"}),
        ({"user": "CHU\\b", "authorisation": "T1", "name": " "}, "holder_without_name", {"whose": "T1"}),
        ("CHU\\b", "holder_no_mapping", {"entry": 2, "found": "a_text"}),
    ],
)
def test_a_host_that_cannot_be_read_has_no_holders_and_stops_no_other(entry: Any, code: str, values: Any) -> None:
    other = CHLOE | {"authorisation": "R2"}
    assert of_inventory({HOST: [CHLOE, entry], "ws-other": [other]}) == ([other], [wrong(code, **values)])


@pytest.mark.parametrize("given", [None, "", [], [{"user": "CHU\\b", "authorisation": ""}]])
def test_who_has_no_number_is_left_out_of_the_inventory(given: Any) -> None:
    assert of_inventory({HOST: given}) == ([], [])
