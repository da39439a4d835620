# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: from facts and options to files, a result and a verdict."""

from __future__ import annotations

import copy
from datetime import datetime, timezone
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.instants import format_instant
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import ACCEPTABLE, FAIL_ON
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import SCHEMA
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Reachability
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import (
    _sentence,
    not_compared,
    report_of,
    unmet_conditions,
)
from unit.plugins.plugin_utils._report.known import DAY, NOW
from unit.plugins.plugin_utils.problems import error_of
from unit.plugins.plugin_utils.report_inputs import ANNE, JEANNES_ENTRY, hospital_variables, made, options, run

FILES = {
    "pkcs12-compliance.html",
    "pkcs12-compliance.json",
    "pkcs12-compliance-holders.csv",
    "pkcs12-compliance-certificates.csv",
    "pkcs12-compliance.prom",
    "pkcs12-compliance.md",
}


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_workstations_are_whoever_has_holders_or_facts() -> None:
    found = made()
    assert [(row.workstation, row.answer) for row in found.workstations] == [
        ("ws-1", Reachability.ANSWERED),
        ("ws-2", Reachability.ANSWERED),
        ("ws-3", Reachability.NEVER_SEEN),
    ]
    assert [(row.name, len(row.places)) for row in found.holders] == [("Jeanne Dupont", 2), ("Paul Martin", 2)]
    assert [row.certificate.subject_cn for row in found.without_holder] == ["Somebody - T9"]


def test_files_are_written_once_and_the_result_names_them(tmp_path: Path) -> None:
    result = run(tmp_path / "out", register_holders=[ANNE])
    assert result["changed"]
    assert set(content(tmp_path / "out")) == FILES
    assert {Path(path).name for paths in result["files"].values() for path in paths} == FILES
    assert (result["summary"]["holders"], result["summary"]["without_workstation"]) == (3, 1)
    assert [row["name"] for row in result["rows"]] == ["Jeanne Dupont", "Paul Martin", "Anne Roux"]
    assert result["markdown"].encode() == (tmp_path / "out" / "pkcs12-compliance.md").read_bytes()
    assert result["msg"] == (
        "Personal certificates, the portal, 3 holders: missing 1, never seen 1, without a workstation 1."
    )


@pytest.mark.parametrize(
    ("fail_on", "counted"),
    [
        ([], {}),
        (["expired"], {"expired": 1}),  # at one workstation; at the other there is none at all, which is worse
        (["missing"], {"missing": 1}),
        (["weak", "never_seen", "missing"], {"never_seen": 1, "missing": 1}),
        (["authorisation_renewal_due"], {"authorisation_renewal_due": 1}),
        (["authorisation_expired", "unknown"], {}),
        (
            list(ACCEPTABLE),
            {"missing": 1, "expired": 1, "never_seen": 1, "authorisation_renewal_due": 1, "without_holder": 1},
        ),
    ],
)
def test_the_task_fails_for_what_fail_on_names(tmp_path: Path, fail_on: list[str], counted: dict[str, int]) -> None:
    result = run(tmp_path, fail_on=fail_on)
    assert (result["failed"], result["failing"]) == (bool(counted), counted)
    assert set(content(tmp_path)) == FILES
    if counted:
        words = {
            "never_seen": "never seen",
            "authorisation_renewal_due": "authorisation ends soon",
            "without_holder": "certificates of leavers or of nobody",
        }
        said = ", ".join(f"{words.get(each, each)} {count}" for each, count in counted.items())
        assert (
            result["msg"]
            == f"Personal certificates, the portal: {said} (pkcs12_fail_on). The report says who acts on each."
        )


def test_holders_without_a_workstation_count_for_fail_on() -> None:
    found = made((), register_holders=[ANNE])
    assert unmet_conditions(found, ["missing", "authorisation_expired", "expired"]) == {
        "missing": 1,
        "authorisation_expired": 1,
    }


def test_fail_on_asks_those_alone_whom_the_query_selects(tmp_path: Path) -> None:
    assert run(tmp_path, report_query="[?name=='Paul Martin']", fail_on=["never_seen"])["failing"] == {}
    assert run(tmp_path, report_query="[?name=='Jeanne Dupont']", fail_on=["never_seen"])["failing"] == {
        "never_seen": 1
    }


def test_a_query_narrows_every_form(tmp_path: Path) -> None:
    result = run(tmp_path, register_holders=[ANNE], report_query="[?contains(name, 'Roux')]")
    assert [row["name"] for row in result["rows"]] == ["Anne Roux"]
    assert result["summary"]["holders"] == 1
    for name, data in content(tmp_path).items():
        assert b"Dupont" not in data, name
        assert b"T2" not in data, name


def test_without_a_date_it_is_now_in_whole_seconds() -> None:
    moment = datetime(2026, 11, 25, 13, 0, 0, 999999, tzinfo=timezone.utc)
    found = report_of(options(report_date=None), hospital_variables(), moment)
    assert found.parameters.report_date == moment.replace(microsecond=0)


def test_a_date_may_be_written_as_yaml_has_it() -> None:
    assert made(report_date="2026-11-26 12:00:00+00:00") == made(report_date="2026-11-26T12:00:00Z")


@pytest.mark.parametrize(
    "said",
    ["2026-11-25", "yesterday", "2026-11-25 12:00:00+01:00", "2026-11-25T12:00:00+01:00", "2026-13-01T00:00:00Z"],
)
def test_a_date_that_is_none_is_refused(said: str) -> None:
    assert error_of(lambda: made(report_date=said)).problem == Problem(
        "bad_arguments.report_date", {"given": said}, "report_date"
    )


def test_what_the_inventory_knows_now_goes_before_what_a_slice_knew(tmp_path: Path) -> None:
    run(tmp_path, report_formats=["json"], register_holders=[{"name": "Léa Petit", "authorisation": "T4"}])
    only_jeanne = (("ws-1", {"pkcs12_holders": [JEANNES_ENTRY]}), ("ws-2", {}))
    found = made(
        only_jeanne,
        merge_reports=[str(tmp_path / "pkcs12-compliance.json")],
        register_holders=[ANNE | {"name": "A. Roux"}],
    )
    assert {row.name: [place.workstation for place in row.places] for row in found.holders} == {
        "Jeanne Dupont": ["ws-1", "ws-3"],
        "Paul Martin": ["ws-2"],
    }
    assert found.holders[0].places[0].status is Status.VALID
    assert {row.name for row in found.without_workstation} == {"A. Roux", "Léa Petit"}


@pytest.mark.parametrize("option", ["previous_report", "merge_reports"])
def test_what_a_query_has_left_is_no_whole(tmp_path: Path, option: str) -> None:
    run(tmp_path, report_query="[?name=='Paul Martin']", report_formats=["json"])
    path = str(tmp_path / "pkcs12-compliance.json")
    query = "[?name=='Paul Martin']"
    assert error_of(lambda: made(**{option: path if option == "previous_report" else [path]})).problem == Problem(
        "selected_report", {"path": path, "query": query}
    )


def test_an_older_report_is_named_and_is_no_basis_for_a_comparison(tmp_path: Path) -> None:
    path = tmp_path / "older.json"
    path.write_text(f'{{"schema": {SCHEMA - 1}}}', encoding="utf-8")
    options = {"previous_report": str(path)}
    found = made(**options)
    assert (found.compared_with, found.changes) == (None, None)
    assert not_compared(options, found) == [Problem("older_report", {"name": str(path)})]
    assert not_compared({"previous_report": None}, found) == []


@pytest.mark.parametrize("option", ["previous_report", "merge_reports"])
@pytest.mark.parametrize(("text", "code"), [("{}", "not_a_report"), (f'{{"schema": {SCHEMA + 1}}}', "newer_report")])
def test_other_files_are_no_reports(tmp_path: Path, option: str, text: str, code: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    refusal = error_of(lambda: made(**{option: str(path) if option == "previous_report" else [str(path)]}))
    assert (refusal.code, refusal.problem.values["name"]) == (code, str(path))


@pytest.mark.parametrize(
    ("outcome", "days", "counted"),
    [
        ("failed", 0, {"failed": 1}),
        ("failed", 3, {"failed": 1}),
        ("failed", 4, {}),  # nobody knows of today
        ("deferred", 0, {}),
        ("waiting_for_issuer", 0, {}),
        ("renewed", 0, {}),
        (None, 0, {}),
    ],
)
def test_whom_the_last_run_did_not_serve_can_be_failed_on(
    tmp_path: Path, outcome: str | None, days: int, counted: dict[str, int]
) -> None:
    """At one of two workstations, and with a status that is no reason by itself."""
    variables = copy.deepcopy(hospital_variables())
    (row,) = [each for each in variables[1][1]["ansible_facts"]["pkcs12"]["holders"] if each["authorisation"] == "T1"]
    row |= {"outcome": outcome, "outcome_at": format_instant(NOW - days * DAY)}
    result = run(tmp_path, variables, fail_on=["failed"])
    assert (result["failing"], result["failed"]) == (counted, bool(counted))
    assert ("not served by the last run 1 (pkcs12_fail_on)" in result["msg"]) is bool(counted)
    assert run(tmp_path, variables, fail_on=["weak"])["failing"] == {}


@pytest.mark.parametrize(("language", "words"), [("en", "authorisation ended 1"), ("fr", "autorisation échue 1")])
def test_every_value_of_fail_on_has_words(language: str, words: str) -> None:
    said = _sentence(made(language=language), dict.fromkeys(FAIL_ON, 1))
    assert words in said
    assert said.count(" 1") == len(FAIL_ON)
    assert "_" not in said.replace("pkcs12_fail_on", "")
