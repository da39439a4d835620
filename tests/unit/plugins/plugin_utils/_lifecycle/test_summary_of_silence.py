# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the summary says of workstations that did not answer: which of them end red, and that none of several answered."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from unit.plugins.plugin_utils._lifecycle.test_summary import Json, of, told

OFF: Json = {"unreachable": True, "msg": "x", "failed_holders": []}


@pytest.mark.parametrize(
    ("results", "called"),
    [
        ({"a": OFF, "b": OFF}, 2),
        ({"a": OFF, "b": {"answered": False, "ansible_facts": {}}, "c": OFF}, 3),
        ({"a": OFF}, 0),
        ({"a": OFF, "b": of()}, 0),
        ({"a": OFF, "b": {"failed": True, "msg": "No."}}, 0),
        ({"a": OFF, "b": {"no_workstation": True}}, 0),
        ({"a": OFF, "b": None}, 0),
        ({"a": OFF, "b": OFF, "c": {"no_workstation": True}, "d": None}, 2),
        ({}, 0),
    ],
)
def test_where_no_workstation_of_several_answers_it_is_not_they_who_are_off(
    results: dict[str, Any], called: int
) -> None:
    assert told(results)["none_answered"] == (Problem("none_answered", {"count": called}) if called else "")


@pytest.mark.parametrize(
    ("result", "ends"),
    [(OFF, []), ({**OFF, "failed_holders": ["X"]}, ["a"]), ({"unreachable": True, "msg": "x"}, ["a"])],
)
def test_a_silent_workstation_ends_failed_for_those_who_cannot_wait(result: Json, ends: list[str]) -> None:
    found = told({"a": result})
    assert (found["hosts_ending_failed"], found["unreachable_hosts"]) == (ends, ["a"])
