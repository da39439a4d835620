# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation whose variables cannot be used keeps nobody out of the report, and nobody overlooks it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor, Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import parse, to_json
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.counts import without_holders
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import Wording
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Reachability
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import days_of_other_hosts
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import hosts_of
from unit.plugins.plugin_utils._report.known import record
from unit.plugins.plugin_utils.problems import error_of
from unit.plugins.plugin_utils.records import OFF, problem
from unit.plugins.plugin_utils.report_inputs import Variables, facts, hospital_variables, made, run

WRONG = {"user": "CHU\\jdupont"}
"""A mapping where a list is due."""

UNREADABLE = Pkcs12Error(problem("bad_arguments.a_code_of_the_future"))


def with_wrong(*names: str, of: Variables | None = None, **variable: Any) -> Variables:
    """The hospital, where workstations have a variable that cannot be used."""
    return [
        (name, {**known, **(variable or {"pkcs12_holders": WRONG})} if name in names else known)
        for name, known in of or hospital_variables()
    ]


def test_holders_of_its_facts_are_unknown_and_it_acts() -> None:
    found = made(with_wrong("ws-1"))
    (paul,) = [row for row in found.holders if row.name == "Paul Martin"]
    (place,) = [place for place in paul.places if place.workstation == "ws-1"]
    assert (place.status, place.next_step, place.actor) == (Status.UNKNOWN, NextStep.CORRECT_VARIABLES, Actor.IT)
    assert place.valid_until is not None
    assert [row.workstation for row in found.workstations] == ["ws-1", "ws-2", "ws-3"]


@pytest.mark.parametrize(("audit", "answer"), [(None, "answered"), (OFF.to_map(), "unknown")])
def test_it_is_not_said_to_be_silent_when_it_answered(audit: Any, answer: str) -> None:
    said = {"problem": audit, "at": "2026-11-25T12:00:00Z"}
    known = {"ansible_facts": {"pkcs12": facts(record()), "pkcs12_fact_audit": said}, "pkcs12_holders": WRONG}
    found = made([*hospital_variables(), ("ws-9", known)])
    (row,) = [row for row in found.workstations if row.workstation == "ws-9"]
    assert row.answer.value == answer
    (place,) = [
        place
        for row in found.holders
        for place in row.places
        if (row.name, place.workstation) == ("Jeanne Dupont", "ws-9")
    ]
    assert (place.status, place.next_step) == (Status.UNKNOWN, NextStep.CORRECT_VARIABLES)
    text = markdown(found)
    assert "## Workstations whose variables cannot be used (1)" in text
    assert "| ws-9 | without a current audit" not in text
    assert "| ws-9 | its variables in the inventory cannot be used | " in text
    assert "ws-9: its variables in the inventory cannot be used" in next(
        line for line in text.splitlines() if line.startswith("| Jeanne Dupont |")
    )
    (counts,) = [line for line in text.splitlines() if line.startswith("- Workstations: ")]
    assert counts.endswith(", 1 workstation with unusable variables")
    assert sum(map(int, re.findall(r"\d+", counts))) == len(found.workstations)
    assert parse(to_json(found)) == found
    again = {row.name: row.reached for row in hosts_of(found)}
    assert (again["ws-9"], again["ws-1"]) == (answer == "answered", False)


def test_without_facts_the_workstation_alone_is_there() -> None:
    found = made(with_wrong("ws-3"))
    (row,) = [row for row in found.workstations if row.workstation == "ws-3"]
    assert (row.answer, row.holders) == (Reachability.NEVER_SEEN, 0)
    assert row.problem
    assert row.problem.code == "unusable_variables.workstation"
    assert [each.kind for each in row.problem.causes] == ["bad_arguments"]
    assert without_holders(found, Wording(found.parameters)) == ""  # nobody knows whether it has any


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The variables of ws-1, ws-3"), ("fr", "Variables inutilisables")]
)
def test_task_fails_and_names_them_but_no_people(tmp_path: Path, language: str, said: str) -> None:
    result = run(tmp_path, with_wrong("ws-1", "ws-3"), language=language)
    assert (result["failed"], result["failing"]) == (True, {"variables": 2})
    assert result["msg"].startswith(said)
    assert "ws-1, ws-3" in result["msg"]
    assert "jdupont" not in result["msg"]  # it is the subject of a mail
    assert len(list(tmp_path.iterdir())) == 6  # the report is there


def test_statuses_are_said_beside_them(tmp_path: Path) -> None:
    result = run(tmp_path, with_wrong("ws-1"), fail_on=["unknown"])
    assert result["failing"] == {"unknown": 2, "variables": 1}
    assert "unknown 2" in result["msg"]
    assert "variables 1" not in result["msg"]
    assert "The variables of ws-1 cannot be used." in result["msg"]


def test_of_many_workstations_the_first_are_named(tmp_path: Path) -> None:
    many = [(f"ws-{number}", {"pkcs12_holders": WRONG}) for number in range(21, 33)]
    result = run(tmp_path, [*hospital_variables(), *many])
    assert "ws-30" in result["msg"]
    assert "ws-31" not in result["msg"]


def test_where_no_variables_can_be_used_the_earlier_report_stays(tmp_path: Path) -> None:
    assert error_of(lambda: run(tmp_path, with_wrong("ws-1", "ws-2", "ws-3"))).code == "bad_arguments"
    assert list(tmp_path.iterdir()) == []


def test_query_does_not_hide_them(tmp_path: Path) -> None:
    result = run(tmp_path, with_wrong("ws-3"), report_query="[?authorisation=='T9']")
    assert result["failing"] == {"variables": 1}


@pytest.mark.parametrize(
    ("given", "hosts"),
    [
        ({}, ()),
        ({"ws-1": 40, "ws-2": "40", "ws-3": None, "ws-4": UNREADABLE}, ()),
        ({"ws-1": 60, "ws-2": 40}, ("ws-1 (60)",)),
        ({"ws-1": 60, "ws-2": 50}, ("ws-1 (60)", "ws-2 (50)")),
    ],
    ids=["none", "the same", "one", "many"],
)
def test_other_days_of_a_workstation_are_a_warning(given: dict[str, Any], hosts: tuple[str, ...]) -> None:
    found = days_of_other_hosts([(name, {"pkcs12_renew_before_days": days}) for name, days in given.items()], 40)
    assert found == ([Problem("other_days", {"days": 40, "hosts": hosts})] if hosts else [])
