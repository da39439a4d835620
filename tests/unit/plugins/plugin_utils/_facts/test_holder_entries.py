# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ``pkcs12_holders`` of another shape is refused by the name of its host; what can be read of it is read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import (
    check_holders,
    date_findings,
    entries_in,
    of_inventory,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HOLDER_OPTIONS, parse_holder
from unit.plugins.plugin_utils.problems import error_of

KNOWN = tuple(HOLDER_OPTIONS)
CHLOE = {"user": "CHU\\cvasseur", "name": "Chloé Vasseur", "authorisation": "R20420"}


def wrong(code: str, **values: Any) -> Problem:
    return Problem(f"bad_arguments.{code}", values)


def entry_2(code: str, **values: Any) -> Problem:
    return wrong(code, entry=2, **values)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (None, wrong("holders_empty")),
        ("", wrong("holders_empty")),
        ({}, wrong("holders_no_list", found="a_mapping")),
        ("CHU\\cvasseur", wrong("holders_no_list", found="a_text")),
        (12, wrong("holders_no_list", found="a_number")),
        (False, wrong("holders_no_list", found="the_word_false")),
        ([CHLOE, None], entry_2("holder_no_mapping", found="empty")),
        ([CHLOE, [CHLOE]], entry_2("holder_no_mapping", found="a_list")),
        ([{"user": "  ", "name": "Zoé Roy"}], wrong("holder_without_user", whose="Zoé Roy")),
        ([{"user": None, "authorisation": "T1"}], wrong("holder_without_user", whose="T1")),
        ([CHLOE, {}], entry_2("holder_without_user_of_entry")),
        ([{"user": ["a"], "name": "Zoé Roy"}], wrong("holder_no_text", whose="Zoé Roy", key="user", found="a_list")),
        ([CHLOE, {"user": "b", "name": {}}], entry_2("holder_no_text_of_entry", key="name", found="a_mapping")),
        # A misspelt user is one that lacks, too.
        ([{"usr": "b", "autorisation": "T1"}], wrong("holder_unknown_keys", keys=("autorisation", "usr"), known=KNOWN)),
    ],
)
def test_what_is_no_list_of_holders_is_told_with_its_place_or_whose_it_is(given: Any, problem: Problem) -> None:
    assert error_of(lambda: check_holders(given)).problem == problem


def test_right_shape_passes() -> None:
    check_holders([])
    check_holders([CHLOE, {"user": "S-1-5-21-1"}])


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


@pytest.mark.parametrize(
    ("entry", "code", "values"),
    [
        ({"user": "B", "name": "B", "authorisation": 1234}, "number_of_holder", {"whose": "B", "number": "1234"}),
        ({"user": "CHU\\b", "authorisation": "T1"}, "holder_without_name", {"whose": "T1"}),
        ({"user": "CHU\\b", "authorisation": "T1", "name": " "}, "holder_without_name", {"whose": "T1"}),
        ("CHU\\b", "holder_no_mapping", {"entry": 2, "found": "a_text"}),
    ],
)
def test_a_host_that_cannot_be_read_has_no_holders_and_stops_no_other(entry: Any, code: str, values: Any) -> None:
    other = CHLOE | {"authorisation": "R2"}
    by_host = {"ws-1": [CHLOE, entry], "ws-other": [other], "ws-2": [CHLOE, entry]}
    told_once = Problem(
        "bad_arguments.at_workstations", {"workstations": ("ws-1", "ws-2")}, causes=(wrong(code, **values),)
    )
    assert of_inventory(by_host) == ([other], [told_once])


@pytest.mark.parametrize("given", [None, "", [], [{"user": "CHU\\b", "authorisation": ""}]])
def test_who_has_no_number_is_left_out_of_the_inventory(given: Any) -> None:
    assert of_inventory({"ws-1": given}) == ([], [])


def test_nothing_is_withdrawn_for_a_wrong_row_of_a_register() -> None:
    right = {"user": "a", "name": "Anne Roux", "authorisation": "T1"}
    wrong = {"user": "b", "name": "Luc Petit", "authorisation": "T2", "row_problem": "people.xlsx:17"}
    said = Problem("register_row.person", {"file": "people.xlsx", "line": "17"})
    told = Problem("bad_arguments.at_workstations", {"workstations": ("ws-1", "ws-2")}, causes=(said,))
    assert of_inventory({"ws-1": [wrong, right], "ws-2": [wrong]}) == ([right], [told])


def test_doubtful_days_are_told_in_their_order_with_all_whose_they_are() -> None:
    last = {"R1": "2032-01-01", "R2": "2026-10-01", "R3": "2032-01-01", "R4": "2026-09-01"}
    entries = [
        parse_holder({"user": number, "authorisation": number, "leaves_on": day}) for number, day in last.items()
    ]
    told = [each.problem.values["names"] for each in date_findings(entries, date(2026, 11, 25))]
    assert told == [("R4",), ("R2",), ("R1", "R3")]
