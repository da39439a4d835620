# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One number for two people: neither gets a certificate, and the report has both. Two people with one name stay two."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.plays import failed_hosts, row, summary
from integration.stores import contents
from lab.hospital import Hospital
from lab.people import ANNE, JEANNE, KARIM, PAUL, Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play

ONE, TWO = "ws-jeanne", "ws-paul"
NUMBER = JEANNE.authorisation
LAX = ("-e", json.dumps({"pkcs12_name_check": "off"}))
"""Nothing but the look for two people is left between Paul and Jeanne's certificate."""


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Paul's entry has Jeanne's number, and a copy of her bundle has his name."""
    desks = (Desk(ONE, (Seat(JEANNE), Seat(ANNE))), Desk(TWO, (Seat(PAUL), Seat(KARIM))))
    with Hospital(tmp_path_factory.mktemp("shared"), desks) as running:
        change(running, lambda hosts: of(hosts, TWO, PAUL).update(authorisation=NUMBER))
        (running.bundle_folder / f"{PAUL.name} - {NUMBER}.p12").write_bytes(running.bundles[NUMBER].data)
        yield running


def change(hospital: Hospital, made: Callable[[dict[str, Any]], Any]) -> None:
    """Changes the hosts of the inventory."""
    inventory = yaml.safe_load(hospital.inventory.read_text("utf-8"))
    made(inventory["all"]["children"]["workstations"]["hosts"])
    hospital.inventory.write_text(json.dumps(inventory), encoding="utf-8")


def of(hosts: dict[str, Any], host: str, person: Person) -> dict[str, Any]:
    return next(each for each in hosts[host]["pkcs12_holders"] if each["name"] == person.name)


def held(hospital: Hospital) -> dict[str, int]:
    """How many certificates are in each store."""
    stores = {seat.person: desk.name for desk in hospital.desks for seat in desk.seats}
    return {each.login: len(contents(hospital.emulated(host).store_of(each.sid)).held) for each, host in stores.items()}


def refused(run: Run) -> Mapping[str, dict[str, str]]:
    """The code of each holder who failed, by host and number."""
    return {
        found.host: {
            each["authorisation"]: each["error"]["code"] for each in found.result["holders"] if each.get("error")
        }
        for action in ("holder_bundles", "holder_certificates")
        for found in run.of(action)
    }


def is_told(run: Run) -> bool:
    """Whether a run names the number, both people and their workstations."""
    return all(text in run.stdout for text in (NUMBER, JEANNE.name, PAUL.name, ONE, TWO))


@pytest.fixture(scope="module", autouse=True)
def enrolled(hospital: Hospital) -> tuple[Run, dict[str, int]]:
    run = play(hospital, "hospital_it.pkcs12.enrol", *LAX, "-e", "pkcs12_serial=1", environment=FACT_CACHE)
    return run, held(hospital)


def test_nobody_gets_the_certificate_of_a_shared_number_and_the_others_get_theirs(
    enrolled: tuple[Run, dict[str, int]],
) -> None:
    run, stores = enrolled
    assert stores == {"jdupont": 0, "pmartin": 0, "asroux": 1, "kbenali": 1}
    assert refused(run) == {ONE: {NUMBER: "shared_number"}, TWO: {NUMBER: "shared_number"}}
    assert failed_hosts(run) == {ONE, TWO}
    assert is_told(run)
    assert summary(run)["totals"] == {"failed": 2, "installed": 2}


@pytest.mark.parametrize("book", ["check_bundles", "renew", "enrol"])
def test_a_limit_does_not_hide_the_other_person(hospital: Hospital, book: str) -> None:
    run = play(hospital, f"hospital_it.pkcs12.{book}", *LAX, "--limit", TWO)
    assert refused(run) == {TWO: {NUMBER: "shared_number"}}
    assert is_told(run)
    assert held(hospital)["pmartin"] == 0


def test_the_audit_refuses_both_and_keeps_the_facts_of_all_for_the_report(hospital: Hospital, tmp_path: Path) -> None:
    audit = play(hospital, "hospital_it.pkcs12.audit", environment=FACT_CACHE)
    assert failed_hosts(audit) == {ONE, TWO}
    assert is_told(audit)
    assert summary(audit)["totals"] == {"failed": 2, "valid": 2}
    report = play(
        hospital,
        "hospital_it.pkcs12.report",
        "-e",
        f"pkcs12_report_folder={tmp_path}",
        environment=FACT_CACHE,
    )
    found = row(report, "compliance_report", "localhost").result
    rows = {each["name"]: each for each in found["rows"]}
    for person in (JEANNE, PAUL):
        each = rows[person.name]
        assert (each["authorisation"], each["status"]) == (NUMBER, "unknown")
        assert (each["next_step"], each["actor"]) == ("give_own_number", "it")
    assert {rows[each.name]["status"] for each in (ANNE, KARIM)} == {"valid"}
    assert found["failing"] == {"shared_numbers": 1}
    assert "One number for two people: T100001: Jeanne Dupont (ws-jeanne), Paul Martin (ws-paul)" in found["markdown"]
    assert "One number for two people" in (tmp_path / "pkcs12-compliance.html").read_text("utf-8")
    assert report.exit_code == 2
    assert is_told(report)
