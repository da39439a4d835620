# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the summary says of workstations that did not answer: which of them end red, and that none of several answered."""

from __future__ import annotations

from typing import Any

import pytest

from unit.plugins.plugin_utils._lifecycle.test_summary import Json, of, told

OFF: Json = {"unreachable": True, "msg": "x", "failed_holders": []}


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ({"a": OFF, "b": OFF}, "None of 2 workstations answered."),
        ({"a": OFF, "b": {"answered": False, "ansible_facts": {}}, "c": OFF}, "None of 3 workstations answered."),
        ({"a": OFF}, ""),
        ({"a": OFF, "b": of()}, ""),
        ({"a": OFF, "b": {"failed": True, "msg": "No."}}, ""),
        ({"a": OFF, "b": {"no_workstation": True}}, ""),
        ({"a": OFF, "b": None}, ""),
        ({"a": OFF, "b": OFF, "c": {"no_workstation": True}, "d": None}, "None of 2 workstations answered."),
        ({}, ""),
    ],
)
def test_where_no_workstation_of_several_answers_it_is_not_they_who_are_off(results: dict[str, Any], said: str) -> None:
    found = told(results)["none_answered"]
    assert found.startswith(said) and bool(found) is bool(said)


@pytest.mark.parametrize(
    ("result", "ends"),
    [(OFF, []), ({**OFF, "failed_holders": ["X"]}, ["a"]), ({"unreachable": True, "msg": "x"}, ["a"])],
)
def test_a_silent_workstation_ends_failed_for_those_who_cannot_wait(result: Json, ends: list[str]) -> None:
    found = told({"a": result})
    assert (found["hosts_ending_failed"], found["unreachable_hosts"]) == (ends, ["a"])
