# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as JSON: nothing is lost on the way there and back, and nothing else is taken for a report."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import (
    SCHEMA,
    document,
    parse,
    to_json,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from unit.plugins.plugin_utils._report.drawn_reports import drawn_report
from unit.plugins.plugin_utils._report.reports import NOW, PARAMETERS, sample

EMPTY = Report(PARAMETERS, (), (), (), (), (), None, None)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_a_report_holds_comes_back(seed: int) -> None:
    report = drawn_report(seed)
    assert parse(to_json(report)) == report


@pytest.mark.parametrize("report", [EMPTY, sample(), sample("fr")], ids=["empty", "en", "fr"])
def test_a_report_comes_back_byte_by_byte(report: Report) -> None:
    text = to_json(report)
    assert parse(text) == report
    assert to_json(parse(text)) == text
    assert json.loads(text) == document(report)


def test_nothing_of_a_certificate_is_lost() -> None:
    row = document(sample())["certificates"][0]
    record = sample().certificates[0].certificate
    assert {each.name for each in fields(CertificateRecord)} <= set(row)
    assert (row["status"], row["gathered_status"]) == (sample().certificates[0].status.value, record.status.value)
    assert (row["days_left"], row["gathered_days_left"]) == (sample().certificates[0].days_left, record.days_left)


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
    assert said["schema"] == SCHEMA == 4
    assert said["report_date"] == "2026-11-25T04:34:43Z"
    assert said["holders"][1]["status"] == "renewal_due"
    assert said["summary"]["by_status"]["valid"] == sum(row["status"] == "valid" for row in said["holders"])
    assert list(said)[:2] == ["schema", "report_date"]
    assert to_json(sample()).endswith("}\n")
    assert "Zoé" in to_json(sample())


def test_a_name_with_half_a_character_can_be_written_to_a_file() -> None:
    report = replace(EMPTY, parameters=replace(PARAMETERS, title="\ud83d!"))
    assert parse(to_json(report).encode("utf-8").decode("utf-8")) == report


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
    ("spoil", "named"),
    [
        (change("schema", value="1"), "it has no schema number"),
        (change("schema", value=0), "it has no schema number"),
        (change("schema", value=True), "it has no schema number"),
        (change("schema", value=1), "it is of schema 1"),
        (change("holders", 3, "status", value="blue"), "holders[3].status: 'blue' is none of revoked, missing"),
        (change("holders", 0, "places", 1, "extra", value=1), "holders[0].places[1]: 'extra' is no key of it"),
        (change("holders", 0, "days_left", value="400"), "holders[0].days_left: '400' is no whole number"),
        (change("holders", 0, "days_left", value=True), "holders[0].days_left: True is no whole number"),
        (change("holders", 0, "days_left", value=4.0), "holders[0].days_left: 4.0 is no whole number"),
        (change("holders", 0, "name", value=None), "holders[0].name: None is no text"),
        (change("holders", 0, "status", value=[]), "holders[0].status: [] is none of"),
        (change("holders", 0, "valid_until", value="2026-11-25"), "'2026-11-25' is no instant"),
        (change("holders", 0, "valid_until", value="2026-11-25T04:34:43+01:00"), "is no instant"),
        (change("holders", 0, "authorisation_until", value="20261125"), "'20261125' is no date"),
        (change("report_date", value=1), "report_date: 1 is no instant"),
        (change("report_date", value=None), "report_date: None is no instant"),
        (change("language", value="de"), "language: 'de' is none of en, fr"),
        (change("holders", value={}), "holders: {} is no list"),
        (change("holders", 0, value="x"), "holders[0]: 'x' is no map"),
        (change("certificates", 0, "gathered_status", value="x"), "certificates[0].gathered_status: 'x' is none of"),
        (change("more", value=[]), "'more' is no key of it"),
        (change("certificates", 0, "workstation", value="ws-x"), "workstations: 'ws-x' is a workstation without a row"),
        (change("holders", 0, "places", 1, "workstation", value="ws-y"), "workstations: 'ws-y' is a workstation without"),
        (lambda said: said.pop("summary"), "summary: it is missing"),
        (lambda said: said["workstations"][0].pop("unread"), "workstations[0].unread: it is missing"),
        (lambda said: said.pop("time_zone"), ": time_zone: it is missing"),
        (lambda said: said["certificates"][1].pop("gathered_status"), "certificates[1].gathered_status: it is missing"),
        (change("certificates", 0, "certificate", value={}), "certificates[0]: 'certificate' is no key of it"),
        (change("parameters", value={}), ": 'parameters' is no key of it"),
    ],
    ids=[
        "schema_text", "schema_zero", "schema_true", "schema_older", "status", "unknown_key", "number_as_text", "number_as_truth",
        "number_as_fraction", "null_name", "list_for_status", "instant_without_time", "instant_elsewhere", "date_form",
        "instant_number", "instant_null", "language", "map_for_list", "text_for_map", "flat_key", "unknown_section",
        "certificate_nowhere", "place_nowhere",
        "no_summary", "no_unread", "no_parameter", "no_gathered_status", "nested_certificate", "nested_parameters",
    ],
)  # fmt: skip
def test_other_json_is_refused_with_the_place(spoil: Callable[[Any], Any], named: str) -> None:
    said = document(sample())
    spoil(said)
    with pytest.raises(Pkcs12Error) as refusal:
        parse(json.dumps(said), "previous (/srv/r.json)")
    assert refusal.value.code == "not_a_report"
    assert refusal.value.cause.startswith("previous (/srv/r.json) is no JSON report")
    assert named in refusal.value.cause


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"x"', "{}", "[" * 100_000, '{"schema": NaN}', "<html>", to_json(EMPTY)[:-40]],
    ids=["nothing", "half", "list", "null", "text", "empty_map", "deep", "nan", "html", "cut_off"],
)  # fmt: skip
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        parse(text)
    assert refusal.value.code == "not_a_report"


def test_a_report_of_a_newer_version_is_named_as_one() -> None:
    with pytest.raises(Pkcs12Error, match=r"schema 5.*up to schema 4") as refusal:
        parse('{"schema": 5, "what": "not known yet"}')
    assert refusal.value.code == "newer_report"


def test_the_order_of_keys_in_a_file_is_nothing() -> None:
    report = sample()
    assert to_json(parse(json.dumps(document(report), sort_keys=True))) == to_json(report)
