# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation whose ``pkcs12_holders`` has another shape: each playbook says the same of it, and serves the others."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from integration.plays import NONCE, Told, all_told, failed_hosts, messages, outcomes, row, summary
from lab.hospital import Hospital
from lab.people import JEANNE, PAUL, Desk, Seat
from lab.playbook import Run, fact_cache, play

GOOD, NULL = "ws-good", "ws-null"
"""On the second the variable is null, which is as good as none."""
PAULS = {"user": PAUL.account, "name": PAUL.name, "authorisation": PAUL.authorisation}
WRONG: Mapping[str, tuple[Any, str]] = {
    "ws-mapping": (PAULS, "holders_no_list"),
    "ws-text": (PAUL.account, "holders_no_list"),
    "ws-number": (7, "holders_no_list"),
    "ws-texts": ([PAUL.account], "holder_no_mapping"),
    "ws-key": ([PAULS | {"absent_untill": "2026-12-01"}], "holder_unknown_keys"),
    "ws-empty": ([PAULS | {"user": ""}], "holder_without_user"),
    "ws-missing": ([{"name": PAUL.name}], "holder_without_user"),
}
CODES = {name: f"bad_arguments.{code}" for name, (_given, code) in WRONG.items()}
SUMMED_UP = ("check", "check_bundles", "enrol", "renew", "audit", "renew_due", "retire")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    desks = [Desk(GOOD, (Seat(JEANNE),)), *(Desk(name, (Seat(PAUL),)) for name in (*WRONG, NULL))]
    with Hospital(tmp_path_factory.mktemp("shapes"), desks) as running:
        inventory = yaml.safe_load(running.inventory.read_text(encoding="utf-8"))
        hosts = inventory["all"]["children"]["workstations"]["hosts"]
        for name, (given, _code) in WRONG.items():
            hosts[name]["pkcs12_holders"] = given
        hosts[NULL]["pkcs12_holders"] = None
        running.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")
        yield running


@pytest.fixture(scope="module")
def runs(hospital: Hospital) -> Mapping[str, Run]:
    extra = {"pkcs12_retire_authorisations": [JEANNE.authorisation], "pkcs12_issuer": "CN="}
    told = {name: run(hospital, name, **extra) for name in SUMMED_UP}
    everyone = {
        "pkcs12_retire_everyone": True,
        "pkcs12_workstation_count": len(hospital.desks),
        "pkcs12_issuer": "nobody",
    }
    (hospital.bundle_folder / f"{JEANNE.authorisation}.retired.json").unlink()  # she has not left for the report
    return told | {"retire everyone": run(hospital, "retire", **everyone)}


def run(hospital: Hospital, book: str, *options: str, **variables: Any) -> Run:
    given = ("-e", json.dumps(variables))
    return play(hospital, f"hospital_it.pkcs12.{book}", *given, *options, environment={**fact_cache(hospital), **NONCE})


def refused_hosts(text: str) -> dict[str, str]:
    """The code that a summary tells of each host, after its name."""
    told = all_told(text)
    return {
        place.values["place"]: each.code
        for place, each in itertools.pairwise(told)
        if place.code == "summary.place" and each.code.startswith("bad_arguments.holder")
    }


@pytest.mark.parametrize("book", SUMMED_UP)
def test_the_summary_survives_and_names_each_host_that_needs_help(runs: Mapping[str, Run], book: str) -> None:
    told = summary(runs[book])
    assert refused_hosts(" ".join(told["lines"])) == CODES
    assert told["needs_somebody"] == sorted(CODES), told["lines"]
    assert told["totals"]["failed"] == len(CODES)


@pytest.mark.parametrize("book", SUMMED_UP)
def test_only_those_hosts_end_red(runs: Mapping[str, Run], book: str) -> None:
    assert runs[book].exit_code == 2
    assert failed_hosts(runs[book]) == set(CODES)
    assert "A defect in" not in runs[book].stdout
    assert "Error while resolving" not in runs[book].stdout + runs[book].stderr


def test_a_removal_for_everybody_says_the_same(runs: Mapping[str, Run]) -> None:
    assert refused_hosts(" ".join(summary(runs["retire everyone"])["lines"])) == CODES


@pytest.mark.parametrize("book", SUMMED_UP)
def test_nothing_is_sent_there(runs: Mapping[str, Run], book: str) -> None:
    called = {entry.workstation.lower() for entry in runs[book].requests}
    assert not called & set(CODES)
    assert (GOOD in called) is (
        book not in ("check_bundles", "renew_due")
    )  # the one calls nobody, and nobody is due there


def test_others_are_served(runs: Mapping[str, Run]) -> None:
    assert outcomes(runs["enrol"])[GOOD] == {JEANNE.authorisation: "installed"}
    assert summary(runs["check"])["totals"]["ready"] == 1


@pytest.mark.parametrize("book", ["check", "audit"])
def test_an_empty_variable_is_told_as_one_that_is_not_there(runs: Mapping[str, Run], book: str) -> None:
    assert summary(runs[book])["totals"]["without_holders"] == 1
    if book == "check":
        said = " ".join(messages(runs[book], "Say what was found")[NULL])
        assert Told("finding.no_holders", {"host": NULL}) in all_told(said)


def test_renew_due_tells_it_so_too(runs: Mapping[str, Run]) -> None:
    assert Told("play.without_holders", {"hosts": NULL}) in all_told(str(summary(runs["renew_due"])["lines"]))


@pytest.fixture(scope="module")
def report(hospital: Hospital, runs: Mapping[str, Run]) -> Run:
    assert runs["audit"].exit_code == 2  # it has left facts of the good workstation
    return run(hospital, "report", pkcs12_report_folder=str(hospital.folder))


def test_report_has_the_others_and_says_of_each_host_why_it_is_unknown(hospital: Hospital, report: Run) -> None:
    """A holder's key may be called as a variable of the report is; it keeps its name."""
    assert report.exit_code == 2
    written = json.loads((hospital.folder / "pkcs12-compliance.json").read_text(encoding="utf-8"))
    problems = {each["workstation"]: each["problem"] for each in written["workstations"]}
    assert set(problems) == {GOOD, NULL, *WRONG}
    assert problems[GOOD] is None
    for name, code in CODES.items():
        assert [each["code"] for each in problems[name]["causes"]] == [code]
        assert "_authorisation_anniversary" not in str(problems[name])
    assert [each["authorisation"] for each in written["holders"]] == [JEANNE.authorisation]


def test_report_ends_red_and_names_the_hosts(report: Run) -> None:
    assert row(report, "compliance_report", "localhost").result["failing"] == {"variables": len(WRONG)}
    assert all(name in report.stdout for name in WRONG)


def test_reminders_go_to_the_others_and_end_red(hospital: Hospital, report: Run) -> None:
    assert report.exit_code == 2
    mails = {"pkcs12_state_path": str(hospital.folder / "sent.jsonl"), "pkcs12_it_to": ["it@chu.example"]}
    told = run(hospital, "remind", pkcs12_dry_run=True, pkcs12_allow_ephemeral=True, **mails)
    result = row(told, "reminder_mails", "localhost").result
    assert told.exit_code == 2
    assert result["error"]["code"] == "unusable_variables"
    assert CODES["ws-empty"] in str(result["error"]["problem"])
    assert [each["holders"] for each in result["mails"]] == [[JEANNE.name]]
    assert "Show what would be sent" in told.stdout


def test_daily_says_it_of_the_host_and_renews_the_others(hospital: Hospital) -> None:
    told = run(hospital, "daily", "--limit", f"{GOOD},ws-mapping,localhost", pkcs12_report_folder=str(hospital.folder))
    assert told.exit_code == 2
    assert refused_hosts(" ".join(summary(told)["lines"])) == {"ws-mapping": CODES["ws-mapping"]}
