# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published schema describes what the report's JSON really is, and is not so wide that everything fits."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import SCHEMA, document
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import (
    ChangeKind,
    NextStep,
    Reachability,
    Report,
)
from consistency.schemas import published
from unit.plugins.plugin_utils._report.reports import PARAMETERS, hospital, sample

SCHEMA_FILE = published("compliance_report.schema.json")
PUBLISHED = SCHEMA_FILE.content
EMPTY = Report(PARAMETERS, (), (), (), (), (), None, None)


def test_it_is_a_schema_written_in_one_way() -> None:
    assert SCHEMA_FILE.canonical() == SCHEMA_FILE.text
    assert PUBLISHED["properties"]["schema"]["const"] == SCHEMA


@pytest.mark.parametrize(
    "report",
    [EMPTY, replace(EMPTY, changes=()), sample(), sample("fr"), hospital(60)],
    ids=["empty", "no_changes", "en", "fr", "sixty"],
)
def test_reports_fit(report: Report) -> None:
    assert SCHEMA_FILE.complaints(document(report)) == []


def test_no_map_takes_more_than_is_described_and_everything_is_described() -> None:
    every = SCHEMA_FILE.objects()
    assert all(each["additionalProperties"] is False and each["description"] for each in every)
    assert [each.get("required", list(each["properties"])) for each in every] == [
        list(each["properties"]) for each in every
    ]
    assert [key for each in every for key, value in each["properties"].items() if not value.get("description")] == [
        key for each in every if "required" not in each for key in each["properties"]
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("next_step", NextStep), ("actor", Actor), ("answer", Reachability)],
    ids=["next_step", "actor", "answer"],
)
def test_enumerations_are_those_of_the_code(name: str, kind: type[Enum]) -> None:
    assert PUBLISHED["$defs"][name]["enum"] == [member.value for member in kind]


def test_other_enumerations_are_those_of_the_code() -> None:
    counted = PUBLISHED["properties"]["summary"]["properties"]
    assert PUBLISHED["$defs"]["change"]["properties"]["kind"]["enum"] == [kind.value for kind in ChangeKind]
    assert list(counted["workstations"]["properties"]) == [answer.value for answer in Reachability]
