# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as JSON: nothing is lost on the way there and back, and nothing else is taken for a report."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import (
    SCHEMA,
    document,
    parse,
    to_json,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from unit.plugins.plugin_utils._report.drawn_reports import drawn_report
from unit.plugins.plugin_utils._report.reports import NOW, PARAMETERS, sample
from unit.plugins.plugin_utils.problems import error_of

EMPTY = Report(PARAMETERS, (), (), (), (), (), None, None)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_a_report_holds_comes_back(seed: int) -> None:
    report = drawn_report(seed)
    assert parse(to_json(report).encode().decode()) == report


@pytest.mark.parametrize("report", [EMPTY, sample(), sample("fr")], ids=["empty", "en", "fr"])
def test_a_report_comes_back_byte_by_byte(report: Report) -> None:
    text = to_json(report)
    assert parse(text) == report
    assert to_json(parse(text)) == text
    assert json.loads(text) == document(report)


def test_an_earlier_report_can_be_compared_line_by_line() -> None:
    """A row that changed is one line that changed."""
    report = sample()
    changed = replace(report, holders=(replace(report.holders[0], days_left=7), *report.holders[1:]))
    lines = zip(to_json(report).splitlines(), to_json(changed).splitlines(), strict=True)
    differing = [(before, after) for before, after in lines if before != after]
    assert len(differing) == 1
    assert sum(line.startswith('    {"name": ') for line in to_json(report).splitlines()) == len(report.holders) + 1
    assert differing[0][0].replace('"days_left": 400', '"days_left": 7', 1) == differing[0][1]


def test_values_are_plain() -> None:
    said = document(sample())
    assert said["schema"] == SCHEMA == 8
    assert said["report_date"] == "2026-11-25T04:34:43Z"
    assert said["holders"][1]["status"] == "renewal_due"
    assert said["summary"]["by_status"]["valid"] == sum(row["status"] == "valid" for row in said["holders"])
    assert list(said)[:2] == ["schema", "report_date"]
    assert to_json(sample()).endswith("}\n")
    assert "Zoé" in to_json(sample())


def test_fractions_of_a_second_are_left_out() -> None:
    assert (
        document(replace(EMPTY, compared_with=NOW.replace(microsecond=999999)))["compared_with"]
        == "2026-11-25T04:34:43Z"
    )


def change(*place: str | int, value: Any = None) -> Callable[[dict[str, Any]], None]:
    """Puts something else in one place of a document."""

    def apply(said: Any) -> None:
        for part in place[:-1]:
            said = said[part]
        said[place[-1]] = value

    return apply


@pytest.mark.parametrize(
    ("spoil", "variant", "place"),
    [
        (change("schema", value="1"), "schema_number", None),
        (change("schema", value=True), "schema_number", None),
        (change("schema", value=1), "older_schema", None),
        (change("holders", 3, "status", value="blue"), "form", "holders[3].status"),
        (change("holders", 0, "places", 1, "extra", value=1), "form", "holders[0].places[1].extra"),
        (change("holders", 0, "days_left", value="400"), "form", "holders[0].days_left"),
        (change("holders", 0, "days_left", value=True), "form", "holders[0].days_left"),
        (change("holders", 0, "name", value=None), "form", "holders[0].name"),
        (change("holders", 0, "valid_until", value="2026-11-25T04:34:43+01:00"), "form", "holders[0].valid_until"),
        (change("holders", 0, "authorisation_until", value="20261125"), "form", "holders[0].authorisation_until"),
        (change("report_date", value=None), "form", "report_date"),
        (change("language", value="de"), "form", "language"),
        (change("holders", value={}), "form", "holders"),
        (change("holders", 0, value="x"), "form", "holders[0]"),
        (change("certificates", 0, "gathered_status", value="x"), "form", "certificates[0].gathered_status"),
        (change("certificates", 0, "workstation", value="ws-x"), "form", "workstations"),
        (change("holders", 0, "places", 1, "workstation", value="ws-y"), "form", "workstations"),
        (lambda said: said.pop("summary"), "form", "summary"),
        (lambda said: said["workstations"][0].pop("unread"), "form", "workstations[0].unread"),
        (lambda said: said.pop("time_zone"), "form", "time_zone"),
        (change("certificates", 0, "certificate", value={}), "form", "certificates[0].certificate"),
    ],
)
def test_other_json_is_refused_with_the_place(spoil: Callable[[Any], Any], variant: str, place: str | None) -> None:
    said = document(sample())
    spoil(said)
    found = error_of(lambda: parse(json.dumps(said), "previous (/srv/r.json)")).problem
    assert (found.code, found.values["name"]) == (f"not_a_report.{variant}", "previous (/srv/r.json)")
    assert found.values.get("place") == place


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"x"', "{}", "[" * 100_000, '{"schema": NaN}', "<html>", to_json(EMPTY)[:-40]],
    ids=["nothing", "half", "list", "null", "text", "empty_map", "deep", "nan", "html", "cut_off"],
)  # fmt: skip
def test_other_text_is_refused(text: str) -> None:
    assert error_of(lambda: parse(text)).code == "not_a_report"


def test_a_report_of_a_newer_version_is_named_as_one() -> None:
    assert error_of(lambda: parse('{"schema": 9, "what": "not known yet"}', "r.json")).problem == Problem(
        "newer_report", {"name": "r.json", "schema": 9, "known": 8}
    )
