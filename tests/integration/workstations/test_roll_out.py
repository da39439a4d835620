# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A campaign on many workstations: bundles are checked first, too many failures stop it, and the summary tells of all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from integration.plays import Json, failed_hosts, messages, outcomes, summary, warned
from lab.hospital import Hospital
from lab.people import ANNE, ELODIE, JEANNE, KARIM, LOUIS, PAUL, Desk, Seat
from lab.playbook import Run, play

PEOPLE = (JEANNE, ELODIE, KARIM, PAUL, ANNE, LOUIS)
DESKS = tuple(Desk(f"ws-{number}", (Seat(person),)) for number, person in enumerate(PEOPLE))
WRONG = {person.authorisation: "the code of another letter" for person in (ELODIE, KARIM)}
OFF = "ws-0"
NEWCOMER = {"user": "newcomer", "name": "Noé Lambert", "authorisation": "T100099", "awaiting": "bundle"}
STEPS: Mapping[str, tuple[str, Json, tuple[str, ...]]] = {
    "checked": ("check_bundles", {"pkcs12_passphrases": WRONG}, ()),
    "newcomer": ("check_bundles", {"pkcs12_holders": [NEWCOMER]}, ("--limit", "ws-5")),
    "stopped": ("enrol", {"pkcs12_serial": 2, "pkcs12_max_fail_percentage": 49, "pkcs12_passphrases": WRONG}, ()),
    "whole batch": (
        "enrol",
        {"pkcs12_serial": [1], "pkcs12_max_fail_percentage": 100, "pkcs12_passphrases": WRONG},
        ("--limit", "ws-1:ws-3"),
    ),
    "enough": (
        "enrol",
        {"pkcs12_serial": [1, 3], "pkcs12_max_fail_percentage": 50},
        ("--forks", "50"),
    ),
}


@dataclass(frozen=True, slots=True)
class Campaign:
    runs: Mapping[str, Run]


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """The first workstation is off. Karim's file holds somebody else's certificate, and Louis has none."""
    with Hospital(tmp_path_factory.mktemp("campaign"), DESKS) as hospital:
        hospital.switch_off(OFF)
        known = {number: bundle.passphrase for number, bundle in hospital.bundles.items()}
        runs = {}
        karims, louis = (hospital.bundle_folder / hospital.bundles[p.authorisation].file_name for p in (KARIM, LOUIS))
        right = karims.read_bytes(), louis.read_bytes()
        karims.write_bytes((hospital.bundle_folder / hospital.bundles[PAUL.authorisation].file_name).read_bytes())
        louis.unlink()
        for name, (book, variables, options) in STEPS.items():
            given = {**known, **variables.get("pkcs12_passphrases", {})}
            if name == "checked":
                given[KARIM.authorisation] = known[PAUL.authorisation]
            extra = {**variables, "pkcs12_passphrases": given}
            if name == "enough":  # the last step
                (hospital.folder / "group_vars").mkdir()
                (hospital.folder / "group_vars" / "all.yml").write_text("pkcs12_our_colour: 20", encoding="utf-8")
            runs[name] = play(hospital, f"hospital_it.pkcs12.{book}", "-e", json.dumps(extra), *options)
            if name == "checked":
                karims.write_bytes(right[0])
                louis.write_bytes(right[1])
        return Campaign(runs)


def test_bundles_are_checked_without_a_call(campaign: Campaign) -> None:
    run = campaign.runs["checked"]
    assert run.requests == ()
    rows = {row.host: row.result["holders"][0] for row in run.of("holder_bundles")}
    codes = {host: (row["error"] or {}).get("code") for host, row in rows.items()}
    assert codes == {
        "ws-0": None,
        "ws-1": "wrong_passphrase",
        "ws-2": "wrong_person",
        "ws-3": None,
        "ws-4": None,
        "ws-5": "no_bundle",
    }
    assert failed_hosts(run) == {"ws-1", "ws-2", "ws-5"}
    assert summary(run)["totals"] == {"failed": 3, "ready": 3}


def test_newcomer_without_a_bundle_is_no_failure(campaign: Campaign) -> None:
    run = campaign.runs["newcomer"]
    assert failed_hosts(run) == set()
    assert summary(run)["totals"] == {"awaited": 1}


def test_table_has_whose_bundle_it_is_and_until_when(campaign: Campaign) -> None:
    lines = summary(campaign.runs["checked"])["lines"]
    table = {line.split(",")[0]: line for line in lines[-len(PEOPLE) :]}
    assert set(table) == {person.name for person in PEOPLE}
    assert "Paul Martin - T100004  " in table[KARIM.name]
    assert table[LOUIS.name].split()[-4:] == ["-", "-", "-", "ws-5"]


def test_batch_with_too_many_failures_stops_the_rest(campaign: Campaign) -> None:
    """One of the first two is off, which is no failure of the work; the other one failed."""
    run = campaign.runs["stopped"]
    assert set(outcomes(run)) == {"ws-0", "ws-1"}
    told = summary(run)
    assert told["hosts_not_reached"] == ["ws-2", "ws-3", "ws-4", "ws-5"]
    assert told["totals"] == {"did_not_answer": 1, "failed": 1, "not_reached": 4}
    assert any("ws-2, ws-3, ws-4, ws-5" in line for line in told["lines"])
    said = told["lines"][1]
    assert {"50", "49", "4"} <= set(re.findall(r"\d+", said))
    assert failed_hosts(run) == {"ws-0", "ws-1"}


def test_batch_that_fails_as_a_whole_stops_nobody_where_that_is_allowed(campaign: Campaign) -> None:
    run = campaign.runs["whole batch"]
    assert outcomes(run) == {"ws-1": {"T100002": "failed"}, "ws-3": {"T100004": "installed"}}
    assert summary(run)["totals"] == {"failed": 1, "installed": 1}
    assert failed_hosts(run) == {"ws-1"}


def test_batches_go_on_while_few_enough_fail(campaign: Campaign) -> None:
    run = campaign.runs["enough"]
    assert summary(run)["totals"] == {"did_not_answer": 1, "installed": 4, "unchanged": 1}
    assert summary(run)["unreachable_hosts"] == [OFF]
    assert failed_hosts(run) == {OFF}
    assert sum("PLAY [Enrol" in line for line in run.stdout.splitlines()) == 3


def test_each_batch_tells_how_far_the_run_is(campaign: Campaign) -> None:
    run = campaign.runs["enough"]
    rows = [row.result["so_far"] for row in run.of("summary") if "so_far" in row.result]
    assert [(row["hosts"], row["of"], row["did_not_answer"]) for row in rows] == [(1, 6, 1), (4, 6, 1), (6, 6, 1)]
    assert sum(row.action == "holder_certificates" for row in run.rows) == len(PEOPLE)
    assert len(messages(run, "Say how far the run is")) == len(rows)


def test_a_misspelt_variable_is_told_once_and_stops_nothing(campaign: Campaign) -> None:
    run = campaign.runs["enough"]
    assert ["our_colour" in line for line in warned(run)] == [True]
    shown = (run.stdout + run.stderr).splitlines()
    assert len([line for line in shown if "[WARNING]" in line and "our_colour" in line]) == 1
    assert all(warned(run) == [] for name, run in campaign.runs.items() if name != "enough")


def test_a_run_without_batches_has_its_summary_only(campaign: Campaign) -> None:
    assert messages(campaign.runs["newcomer"], "Say how far the run is") == {}
