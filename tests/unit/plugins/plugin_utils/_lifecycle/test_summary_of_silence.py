# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the summary says of workstations that did not answer: which of them end red, and that none of several answered."""

from __future__ import annotations

from typing import Any

import pytest

from unit.plugins.plugin_utils._lifecycle.test_summary import OFF, Json, of, told


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
    said = [line for line in told(results)["lines"] if line.startswith("<none_answered")]
    assert said == ([f"<none_answered {called}>"] if called else [])


@pytest.mark.parametrize(
    ("result", "ends"),
    [(OFF, []), ({**OFF, "failed_holders": ["X"]}, ["a"]), ({"unreachable": True, "msg": "x"}, ["a"])],
)
def test_a_silent_workstation_ends_failed_for_those_who_cannot_wait(result: Json, ends: list[str]) -> None:
    found = told({"a": result})
    assert (list(found["ends_failed"]), found["unreachable_hosts"]) == (ends, ["a"])
