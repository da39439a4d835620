# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No number is shown from facts that are not there: not without a cache, and not where nobody has looked for strangers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.plays import NONCE, all_told, messages, run_play, summary
from integration.saved_state import SavedState
from lab.hospital import Hospital
from lab.people import JEANNE, KARIM, PAUL, Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play

ONE, TWO = "ws-one", "ws-two"
DESKS = (Desk(ONE, (Seat(JEANNE), Seat(PAUL))), Desk(TWO, (Seat(KARIM),)))
MEMORY = {"ANSIBLE_CACHE_PLUGIN": "memory"}
NOT_LOOKED_FOR = "not looked for"
RED = ("-e", '{"pkcs12_fail_on": ["without_holder"]}')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SavedState]:
    """Everybody has a certificate, and Paul is not in the inventory any more."""
    with Hospital(tmp_path_factory.mktemp("facts"), DESKS) as running:
        for desk in DESKS:
            for seat in desk.seats:
                plant(running, desk.name, seat.person)
        inventory = yaml.safe_load(running.inventory.read_text(encoding="utf-8"))
        at_one = inventory["all"]["children"]["workstations"]["hosts"][ONE]
        at_one["pkcs12_holders"] = [each for each in at_one["pkcs12_holders"] if each["name"] == JEANNE.name]
        running.inventory.write_text(json.dumps(inventory), encoding="utf-8")
        yield SavedState.of(running)


@pytest.fixture
def hospital(site: SavedState) -> Hospital:
    """The same for every test, without facts."""
    site.restore()
    return site.hospital


def plant(hospital: Hospital, desk: str, person: Person) -> None:
    issued = hospital.bundles[person.authorisation]
    hospital.emulated(desk).store_of(person.sid).plant(issued.certificate, issued.private_key)


def run(hospital: Hospital, playbook: str, *options: str, environment: Mapping[str, str] | None = None) -> Run:
    reports = f"pkcs12_report_folder={hospital.folder / 'reports'}"
    kept = FACT_CACHE if environment is None else environment
    return play(hospital, f"hospital_it.pkcs12.{playbook}", *options, "-e", reports, environment={**kept, **NONCE})


def remind(hospital: Hospital, environment: Mapping[str, str]) -> Run:
    given = {
        "pkcs12_dry_run": True,
        "pkcs12_it_to": ["it@chu.example"],
        "pkcs12_state_path": str(hospital.folder / "sent.json"),
        "pkcs12_allow_ephemeral": True,
    }
    return run(hospital, "remind", "-e", json.dumps(given), environment=environment)


def counted(told: Run) -> tuple[Any, Any]:
    numbers = told.of("compliance_report")[-1].result["summary"]
    return numbers["without_holder"], numbers["not_searched"]


def refused(told: Run) -> Mapping[str, Any]:
    """Why a report or reminder was refused."""
    assert told.exit_code == 2
    (row,) = [*told.of("compliance_report"), *told.of("reminder_mails")]
    problem: Mapping[str, Any] = row.result["error"]["problem"]
    return problem


def said(told: Run) -> list[str]:
    """The codes of all that is on the screen."""
    return [each.code for each in all_told(text(told))]


def issuers_at(host: str, checked: Run, code: str) -> str:
    """Whose certificates are at a host, according to a finding."""
    lines = messages(checked, "Say what was found")[host]
    finding = next(each for line in lines for each in all_told(line) if each.code == code)
    (there,) = finding.causes
    return there.values["issuers"]


def text(told: Run) -> str:
    return " ".join((told.stdout + told.stderr).split())


def test_without_a_cache_an_audit_warns_once_and_a_report_and_a_reminder_refuse(hospital: Hospital) -> None:
    audited = run(hospital, "audit", environment=MEMORY)
    assert audited.exit_code == 0, audited.stdout
    assert said(audited).count("facts_not_kept.by_ansible") == 1
    for told in (run(hospital, "report", environment=MEMORY), remind(hospital, MEMORY)):
        assert refused(told)["code"] == "no_facts.not_kept"
    assert not (hospital.folder / "reports").exists()
    in_awx = run(hospital, "report", "-e", "awx_job_id=7", environment=MEMORY)
    assert refused(in_awx)["code"] == "no_facts.not_kept_in_awx"


def test_audit_and_report_in_one_run_need_no_cache(hospital: Hospital) -> None:
    both = run(hospital, "audit", "hospital_it.pkcs12.report", environment=MEMORY)
    assert both.exit_code == 0, both.stdout
    assert "facts_not_kept.by_ansible" not in said(both)
    assert both.of("compliance_report")[-1].result["summary"]["by_status"] == {"valid": 2}


def test_facts_that_have_expired_are_none(hospital: Hospital) -> None:
    assert run(hospital, "audit").exit_code == 0
    assert run(hospital, "report").exit_code == 0
    for path in (hospital.folder / "facts").iterdir():
        os.utime(path, (0, 0))
    folder = str(hospital.folder / "facts")
    expiring = {**FACT_CACHE, "ANSIBLE_CACHE_PLUGIN_CONNECTION": folder, "ANSIBLE_CACHE_PLUGIN_TIMEOUT": "3600"}
    found = refused(run(hospital, "report", environment=expiring))
    assert (found["code"], found["values"]["connection"]) == ("no_facts.none_or_expired", folder)
    elsewhere = {**FACT_CACHE, "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(hospital.folder / "others")}
    # As in AWX, the controller is in the inventory; what collect has kept there says nothing of a workstation.
    listed = hospital.folder / "controller.json"
    listed.write_text(json.dumps({"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}), encoding="utf-8")
    collected = {"ansible.builtin.set_fact": {"cacheable": True, "pkcs12_fact_deliveries": {}}}
    run_play(hospital, "-i", str(listed), environment=elsewhere, hosts="localhost", tasks=[collected])
    assert refused(run(hospital, "report", "-i", str(listed), environment=elsewhere))["code"] == "no_facts.none"


def test_a_fleet_that_is_off_was_audited(tmp_path: Path) -> None:
    with Hospital(tmp_path, DESKS[1:]) as hospital:
        hospital.switch_off(TWO)
        run(hospital, "audit")
        told = run(hospital, "report")
    assert told.exit_code == 0, told.stdout
    assert told.of("compliance_report")[-1].result["summary"]["by_status"] == {"never_seen": 1}


def test_who_was_taken_out_of_the_inventory_is_found_with_the_site_s_issuer(hospital: Hospital) -> None:
    audited = run(hospital, "audit")
    assert summary(audited)["totals"] == {"valid": 2}
    assert "warnings" not in summary(audited)
    told = run(hospital, "report", *RED)
    assert (told.exit_code, counted(told)) == (2, (1, 0))
    # All roles take it: what renew leaves behind still has the stranger, and a role's own pattern makes nobody missing.
    for own in ("AC Personnes", "Misspelt"):
        run(hospital, "renew", "-e", json.dumps({"pkcs12_issuer": own}))
        told = run(hospital, "report")
        numbers = told.of("compliance_report")[-1].result["summary"]
        assert (numbers["without_holder"], numbers["by_status"]) == (1, {"valid": 2}), own


def test_without_an_issuer_nobody_has_looked(hospital: Hospital) -> None:
    none = ("-e", '{"pkcs12_issuer": ""}')
    assert issuers_at(ONE, run(hospital, "check", *none), "finding.no_issuer") == "CN=AC Personnes (2)"
    run(hospital, "audit", *none)
    told = run(hospital, "report", *none)
    assert (told.exit_code, counted(told)) == (0, (None, 2))
    assert "Certificates without a holder: not looked for. Set pkcs12" in text(told)
    red = run(hospital, "report", *none, *RED)
    assert (red.exit_code, NOT_LOOKED_FOR in text(red).rpartition("fatal:")[2]) == (2, True)


def test_a_misspelt_issuer_makes_nobody_missing_and_is_told_everywhere(hospital: Hospital) -> None:
    wrong = ("-e", "pkcs12_issuer=Misspelt")
    assert issuers_at(TWO, run(hospital, "check", *wrong), "finding.issuer_matches_none") == "CN=AC Personnes (1)"
    audited = run(hospital, "audit", *wrong)
    assert summary(audited)["totals"] == {"unknown_issuer": 2}
    (warning,) = all_told(summary(audited)["warnings"][0])[:1]
    assert (warning.code, [each.values for each in warning.causes]) == (
        "issuer_matches_nothing",
        [{"issuer": "CN=AC Personnes", "count": "2"}],
    )
    told = run(hospital, "report", *wrong)
    assert (told.exit_code, counted(told)) == (0, (None, 2))
    red = run(hospital, "report", *wrong, *RED)
    assert (red.exit_code, "CN=AC Personnes" in text(red).rpartition("fatal:")[2]) == (2, True)
