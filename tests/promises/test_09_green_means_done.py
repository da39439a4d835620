# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook retire for people who never log on again: their certificates and keys go without a session, or stay and are named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from integration.plays import failed_hosts, holder, modules, outcomes, summary
from integration.stores import Contents, contents
from lab.emulated import LoggingPolicy, PlacedFile
from lab.hospital import Hospital
from lab.key_files import cng_key_file
from lab.people import ELODIE, JEANNE, KARIM, PAUL, Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play

ONE, TWO, HERE = "ws-one", "ws-two", "ws-here"
DESKS = (
    Desk(ONE, (Seat(JEANNE, logged_on=False), Seat(ELODIE, logged_on=False))),
    Desk(TWO, (Seat(KARIM, logged_on=False),)),
    Desk(HERE, (Seat(PAUL),)),
)
LEAVERS = [JEANNE, KARIM, PAUL]
OFFLINE = {"pkcs12_offline": True}
STEPS: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "logged": ({"pkcs12_retire_authorisations": [KARIM.authorisation]}, ("--limit", f"{TWO},localhost")),
    "waiting": ({}, ()),
    "checked": (OFFLINE, ("--check", "--diff")),
    "removed": (OFFLINE, ()),
    "again": (OFFLINE, ()),
}


@dataclass(frozen=True, slots=True)
class Played:
    """Every step, what each store held after it, the drivers that ran in it; the evidence and the report in the end."""

    runs: Mapping[str, Run]
    stores: Mapping[str, Mapping[str, Contents]]
    drivers: Mapping[str, list[str]]
    evidence: list[dict[str, Any]]
    report: dict[str, Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("leavers")
    runs, stores, drivers = {}, {}, {}
    with Hospital(folder, DESKS, days={KARIM: 20}) as hospital:
        prepare(hospital)
        numbers = {"pkcs12_retire_authorisations": [each.authorisation for each in LEAVERS]}
        evidence = {"pkcs12_evidence_path": str(folder / "evidence.jsonl")}
        for name, (variables, options) in STEPS.items():
            before = len(hospital.ledger.entries)
            if name == "logged":  # the site has his password, and PowerShell would log it
                variables |= {"pkcs12_holder_passwords": {KARIM.authorisation: hospital.passwords[KARIM.sid]}}
            hospital.emulated(TWO).logging = LoggingPolicy(module=name == "logged")
            extra = ("-e", json.dumps(numbers | evidence | variables))
            runs[name] = play(hospital, "hospital_it.pkcs12.retire", *extra, *options, environment=FACT_CACHE)
            stores[name] = {seat.person.login: store(hospital, desk, seat.person) for desk, seat in seats()}
            drivers[name] = modules(hospital.ledger.entries[before:])
        reported = ("-e", json.dumps({"pkcs12_report_folder": str(folder / "report")}))
        play(hospital, "hospital_it.pkcs12.report", *reported, environment=FACT_CACHE)
    report = json.loads((folder / "report" / "pkcs12-compliance.json").read_text(encoding="utf-8"))
    return Played(runs, stores, drivers, lines(folder / "evidence.jsonl"), report)


def seats() -> list[tuple[Desk, Seat]]:
    return [(desk, seat) for desk in DESKS for seat in desk.seats]


def store(hospital: Hospital, desk: Desk, person: Person) -> Contents:
    return contents(hospital.emulated(desk.name).store_of(person.sid))


def prepare(hospital: Hospital) -> None:
    """All have a certificate with its key. A second file names Karim's container, as a copy from another computer would."""
    for desk, seat in seats():
        issued = hospital.bundles[seat.person.authorisation]
        hospital.emulated(desk.name).store_of(seat.person.sid).plant(issued.certificate, issued.private_key)
    workstation = hospital.emulated(TWO)
    (container,) = workstation.store_of(KARIM.sid).containers
    path = rf"{workstation.profiles[KARIM.sid].path}\AppData\Roaming\Microsoft\Crypto\Keys\copy"
    workstation.files.put(PlacedFile(path, cng_key_file(container)))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_password_that_would_be_logged_leads_to_a_removal_without_a_logon(played: Played) -> None:
    found = holder(played.runs["logged"], TWO).result
    assert found["error"]["code"] == "logged_password"
    assert found["error"]["problem"]["code"] == "logged_password.leaver"
    assert played.drivers["logged"] == ["store_inventory"]


def test_without_the_option_the_removal_waits(played: Played) -> None:
    assert outcomes(played.runs["waiting"])[ONE] == {JEANNE.authorisation: "deferred"}
    assert len(played.stores["waiting"][JEANNE.login].held) == 1
    assert "profile_exchange" not in played.drivers["waiting"]


def test_check_mode_says_what_would_go_and_sends_nothing(played: Played) -> None:
    found = holder(played.runs["checked"], ONE).result
    assert (found["planned"], found["deferred"], found["removed"][0]["key"]) == (True, False, "planned")
    assert played.stores["checked"] == played.stores["waiting"]
    assert set(played.drivers["checked"]) == {"store_inventory"}
    assert found["offline"]
    assert summary(played.runs["checked"])["totals"]["would_be_removed_without_a_logon"] == 2


def test_leavers_certificate_and_key_go_and_nothing_of_others(played: Played) -> None:
    assert played.stores["removed"][JEANNE.login] == Contents((), 0)
    assert played.stores["removed"][ELODIE.login] == played.stores["waiting"][ELODIE.login]
    found = holder(played.runs["removed"], ONE).result
    assert (found["outcome"], found["removed"][0]["key"]) == ("removed", "deleted")
    assert found["offline"]
    told = summary(played.runs["removed"])
    assert told["totals"]["removed_without_a_logon"] == 1
    assert JEANNE.authorisation in told["lines"][-1]  # what is left to do


def test_who_is_logged_on_is_retired_in_the_session(played: Played) -> None:
    assert outcomes(played.runs["waiting"])[HERE] == {PAUL.authorisation: "removed"}
    assert not holder(played.runs["waiting"], HERE).result["offline"]
    assert summary(played.runs["waiting"])["totals"]["removed"] == 1
    assert played.drivers["waiting"].count("store_exchange") == 1
    assert played.drivers["removed"].count("store_exchange") == 0


def test_what_is_not_certain_stays_and_the_host_is_red(played: Played) -> None:
    for step in ("removed", "again"):
        assert failed_hosts(played.runs[step]) == {TWO}
        found = holder(played.runs[step], TWO).result
        assert found["error"]["code"] == "ambiguous_key"
        assert r"Crypto\Keys\copy" in found["error"]["problem"]["values"]["file"]
        assert played.stores[step][KARIM.login] == played.stores["waiting"][KARIM.login]


def test_the_report_says_that_the_removal_failed_and_why_and_not_that_a_leaver_is_to_be_renewed(played: Played) -> None:
    (row,) = played.report["without_holder"]
    assert (row["holder"], row["problem"]["code"]) == (KARIM.authorisation, "ambiguous_key")
    assert (row["status"], row["next_step"], row["actor"]) == ("valid", "mend_failure", "it")


def test_second_run_changes_nothing_and_costs_one_command(played: Played) -> None:
    assert outcomes(played.runs["again"])[ONE] == {JEANNE.authorisation: "unchanged"}
    assert played.drivers["again"].count("profile_exchange") == 1  # Karim's, which is refused again
    assert played.drivers["again"].count("store_inventory") == len(DESKS)


def test_evidence_says_that_it_was_offline_and_what_became_of_the_key(played: Played) -> None:
    found = {line["owner_sid"]: (line.get("offline"), line["keys"][0]["key"]) for line in played.evidence}
    assert found == {PAUL.sid: (None, "deleted"), JEANNE.sid: (True, "deleted")}
