# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``pkcs12_leavers`` is a list, or a text with commas as an extra variable of the command line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import (
    gone,
    leavers_in,
    many_leave,
    without_leavers,
)
from unit.plugins.plugin_utils.problems import error_of


@pytest.mark.parametrize("given", [["T1 ", "", "T2"], " T1 , T2,", ("T1", "T2")], ids=["list", "text", "tuple"])
def test_each_number_is_found_once(given: Any) -> None:
    assert leavers_in(given) == {"T1", "T2"}
    assert leavers_in(None) == leavers_in(" , ") == frozenset()


@pytest.mark.parametrize(
    ("given", "code", "values"),
    [
        (["T1", 42798], "number_in_list", {"number": "42798"}),
        ([["T1"]], "number_in_list", {"number": "['T1']"}),
        ({"T1": True}, "no_list_of_numbers", {}),
        (42798, "no_list_of_numbers", {}),
    ],
    ids=str,
)
def test_a_leaver_who_would_not_be_recognised_is_refused(given: Any, code: str, values: Any) -> None:
    """YAML reads 0123456 without quotes as the number 42798. The leaver would get a certificate."""
    refused = error_of(lambda: leavers_in(given))
    assert refused.problem == Problem(f"bad_arguments.{code}", values, "pkcs12_leavers")


HOLDERS = [{"user": "a", "authorisation": "T1"}, {"user": "b", "authorisation": "t2"}, {"user": "c"}]


@pytest.mark.parametrize(
    ("given", "stay"),
    [
        ("T2, t1", "c"),
        (["T 1 "], "bc"),
        (None, "abc"),
        (["T12"], "abc"),
        ([""], "abc"),
    ],
)
def test_who_has_left_is_left_out(given: Any, stay: str) -> None:
    assert "".join(each["user"] for each in without_leavers(HOLDERS, given)) == stay


@pytest.mark.parametrize("holders", [{"user": "a", "authorisation": "T1"}, ["T1"], None])
def test_what_is_no_list_of_holders_is_left_to_the_module(holders: Any) -> None:
    assert without_leavers(holders, ["T1"]) == holders


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        ({"leaves_on": "2026-11-24"}, True),
        ({"leaves_on": date(2026, 11, 24)}, True),  # YAML reads a day without quotes
        ({"leaves_on": "2026-11-25"}, False),  # the last day is a day of work
        ({"leaves_on": "24/11/2026"}, False),
        ({"leaves_on": "2026-11-24", "authorisation": " "}, False),
        ({"leaves_on": "2026-11-24", "authorisation": 42798}, False),
        ({"leaves_on": "2026-11-24", "row_problem": "people.xlsx:17"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_who_has_left_after_the_last_day(entry: dict[str, Any], left: bool) -> None:
    holders = [{"user": "a", "authorisation": "T1", **entry}]
    assert gone(holders, date(2026, 11, 25)) == ({"T1"} if left else frozenset())


DAY = date(2026, 11, 25)


def people(count: int, leaves_on: str, of: int) -> list[dict[str, Any]]:
    return [
        {"authorisation": f"T{number}", **({"leaves_on": leaves_on} if number < count else {})} for number in range(of)
    ]


@pytest.mark.parametrize(
    ("holders", "told"),
    [
        (people(5, "2026-11-24", 50), ["passed", "same_day"]),
        (people(5, "2027-01-31", 50), ["same_day"]),
        ([*people(10, "2027-02-28", 50)[5:], *people(5, "2027-01-31", 5)], ["same_day", "same_day"]),
        (people(4, "2026-11-24", 4), []),
        (people(5, "2026-11-24", 51), []),  # less than a tenth
        (3 * people(2, "2026-11-24", 20), []),  # at three workstations each
    ],
    ids=str,
)
def test_many_do_not_leave_at_once(holders: list[dict[str, Any]], told: list[str]) -> None:
    found = many_leave(holders, DAY)
    assert [each.code.removeprefix("register_many_leave.") for each in found] == told
    assert all((each.values["count"], each.values["all"]) == (5, 50) for each in found)
    days = [str(each.values["day"]) for each in found if "day" in each.values]
    assert days == sorted(days)
