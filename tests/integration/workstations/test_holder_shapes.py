# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation whose ``pkcs12_holders`` has another shape: each playbook says the same sentence of it, and serves the others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from integration.plays import failed_hosts, messages, outcomes, row, summary
from lab.hospital import Hospital
from lab.people import JEANNE, PAUL, Desk, Seat
from lab.playbook import Run, fact_cache, play

GOOD, NULL = "ws-good", "ws-null"
"""On the second the variable is null, which is as good as none."""
PAULS = {"user": PAUL.account, "name": PAUL.name, "authorisation": PAUL.authorisation}
BEGIN, USER = "not a list of holders. Begin each holder with '- '.", "Write DOMAIN\\name, a SID or a UPN."
WRONG: Mapping[str, tuple[Any, str]] = {
    "ws-mapping": (PAULS, f"pkcs12_holders of ws-mapping is a mapping, {BEGIN}"),
    "ws-text": (PAUL.account, f"pkcs12_holders of ws-text is a text, {BEGIN}"),
    "ws-number": (7, "pkcs12_holders of ws-number is a "),  # up to ansible-core 2.18 a text
    "ws-texts": ([PAUL.account], "Entry 1 of pkcs12_holders of ws-texts is a text, not a holder. Write it as '- user:"),
    "ws-key": (
        [PAULS | {"absent_untill": "2026-12-01"}],
        "pkcs12_holders of ws-key has absent_untill, which no holder has.",
    ),
    "ws-empty": ([PAULS | {"user": ""}], f"In pkcs12_holders of ws-empty, user of {PAUL.name} is empty. {USER}"),
    "ws-missing": ([{"name": PAUL.name}], f"In pkcs12_holders of ws-missing, user of {PAUL.name} is missing. {USER}"),
}
SENTENCES = {name: sentence for name, (_given, sentence) in WRONG.items()}
SUMMED_UP = ("check", "check_bundles", "enrol", "renew", "audit", "renew_due", "retire")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    desks = [Desk(GOOD, (Seat(JEANNE),)), *(Desk(name, (Seat(PAUL),)) for name in (*WRONG, NULL))]
    with Hospital(tmp_path_factory.mktemp("shapes"), desks) as running:
        inventory = yaml.safe_load(running.inventory.read_text(encoding="utf-8"))
        hosts = inventory["all"]["children"]["workstations"]["hosts"]
        for name, (given, _sentence) in WRONG.items():
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
    return play(hospital, f"hospital_it.pkcs12.{book}", *given, *options, environment=fact_cache(hospital))


@pytest.mark.parametrize("book", SUMMED_UP)
def test_the_summary_survives_and_names_each_host_that_needs_help(runs: Mapping[str, Run], book: str) -> None:
    told = summary(runs[book])
    for name, sentence in SENTENCES.items():
        (line,) = (each for each in told["lines"] if each.startswith(f"  {name}: "))
        assert sentence in line
    assert told["needs_somebody"] == sorted(SENTENCES), told["lines"]
    assert told["totals"]["failed"] == len(SENTENCES)


@pytest.mark.parametrize("book", SUMMED_UP)
def test_only_those_hosts_end_red(runs: Mapping[str, Run], book: str) -> None:
    assert runs[book].exit_code == 2
    assert failed_hosts(runs[book]) == set(SENTENCES)
    assert "A defect in" not in runs[book].stdout
    assert "Error while resolving" not in runs[book].stdout + runs[book].stderr


def test_a_removal_for_everybody_says_the_same(runs: Mapping[str, Run]) -> None:
    lines = summary(runs["retire everyone"])["lines"]
    assert all(any(line.startswith(f"  {name}: {sentence}") for line in lines) for name, sentence in SENTENCES.items())


@pytest.mark.parametrize("book", SUMMED_UP)
def test_nothing_is_sent_there(runs: Mapping[str, Run], book: str) -> None:
    called = {entry.workstation.lower() for entry in runs[book].requests}
    assert not called & set(SENTENCES)
    assert (GOOD in called) is (
        book not in ("check_bundles", "renew_due")
    )  # the one calls nobody, and nobody is due there


def test_others_are_served(runs: Mapping[str, Run]) -> None:
    assert outcomes(runs["enrol"])[GOOD] == {JEANNE.authorisation: "installed"}
    assert summary(runs["check"])["totals"]["ready"] == 1


@pytest.mark.parametrize("book", ["check", "audit"])
def test_an_empty_variable_is_told_as_one_that_is_not_there(runs: Mapping[str, Run], book: str) -> None:
    told = summary(runs[book])
    assert f"without holders (1): {NULL}" in told["lines"]
    if book == "check":
        said = messages(runs[book], "Say what was found")[NULL]
        assert NULL in said[-1]


def test_renew_due_tells_it_so_too(runs: Mapping[str, Run]) -> None:
    (said,) = messages(runs["renew_due"], "Say which workstations have no holders").values()
    assert NULL in str(said)


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
    for name, sentence in SENTENCES.items():
        assert problems[name].startswith(f"Its variables cannot be used: {sentence}")
        assert "_authorisation_anniversary" not in problems[name]
    assert [each["authorisation"] for each in written["holders"]] == [JEANNE.authorisation]


def test_report_ends_red_and_names_the_hosts(report: Run) -> None:
    assert row(report, "compliance_report", "localhost").result["failing"] == {"variables": len(WRONG)}
    named = ", ".join(sorted(WRONG))
    assert f"The variables of {named} cannot be used. The table of the workstations says why." in report.stdout


def test_reminders_go_to_the_others_and_end_red(hospital: Hospital, report: Run) -> None:
    assert report.exit_code == 2
    mails = {"pkcs12_state_path": str(hospital.folder / "sent.jsonl"), "pkcs12_it_to": ["it@chu.example"]}
    told = run(hospital, "remind", pkcs12_dry_run=True, pkcs12_allow_ephemeral=True, **mails)
    result = row(told, "reminder_mails", "localhost").result
    assert told.exit_code == 2
    assert result["error"]["code"] == "unusable_variables"
    assert f"ws-mapping: {SENTENCES['ws-mapping']}" in result["msg"]
    assert result["msg"] in told.stdout + told.stderr
    assert [each["holders"] for each in result["mails"]] == [[JEANNE.name]]
    assert "Show what would be sent" in told.stdout


def test_daily_says_it_of_the_host_and_renews_the_others(hospital: Hospital) -> None:
    told = run(hospital, "daily", "--limit", f"{GOOD},ws-mapping,localhost", pkcs12_report_folder=str(hospital.folder))
    assert told.exit_code == 2
    assert f"  ws-mapping: {SENTENCES['ws-mapping']}" in summary(told)["lines"]
    assert "The variables of ws-empty, ws-key, ws-mapping," in told.stdout
