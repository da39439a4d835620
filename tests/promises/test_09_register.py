# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 9, with a register beside another source: Ansible itself would only warn of both, and end green.

A file that cannot be read stops every playbook. A wrong row stops its person, everybody else is served, and the run ends red with what is
wrong. Nothing that a cell says is run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook

from integration.plays import NONCE, all_told, outcomes
from integration.saved_state import SavedState
from integration.stores import contents
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, PAUL, Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play

PLAYBOOKS = ("check_bundles", "check", "enrol", "renew_due", "audit", "retire", "daily", "report", "remind", "collect")
HERE, THERE = "ws-here", "ws-there"
DESKS = (Desk(HERE, (Seat(JEANNE), Seat(PAUL))), Desk(THERE, (Seat(ELODIE),)))
HEADINGS = ("Nom et prénom", "N° d'autorisation", "Compte", "Poste(s)", "Fonction", "Divers")


@pytest.fixture(scope="module")
def saved_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SavedState]:
    """Its inventory has the connections, and no people."""
    with Hospital(tmp_path_factory.mktemp("register"), DESKS) as running:
        known = yaml.safe_load(running.inventory.read_text(encoding="utf-8"))
        for host in known["all"]["children"]["workstations"]["hosts"].values():
            del host["pkcs12_holders"]
        running.inventory.write_text(yaml.safe_dump(known), encoding="utf-8")
        (running.folder / "people.pkcs12_register.yml").write_text(
            "plugin: hospital_it.pkcs12.register\npath: register/people.xlsx\n", encoding="utf-8"
        )
        (running.folder / "register").mkdir()
        (running.folder / "mails").mkdir()
        yield SavedState.of(running)


@pytest.fixture
def hospital(saved_state: SavedState) -> Hospital:
    saved_state.restore()
    return saved_state.hospital


def saved(hospital: Hospital, rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> Path:
    path = hospital.folder / "register" / "people.xlsx"
    made = Workbook()
    for row in (headings, *rows):
        made.active.append(row)
    made.save(path)
    return path


def right(person: Person, workstation: str) -> list[Any]:
    return [person.name, person.authorisation, person.account, workstation]


def run(hospital: Hospital, playbook: str) -> Run:
    given = {
        "pkcs12_report_folder": str(hospital.folder / "report"),
        "pkcs12_report_formats": ["json"],
        "pkcs12_retire_authorisations": [JEANNE.authorisation],
        "pkcs12_state_path": str(hospital.folder / "reminders.json"),
        "pkcs12_it_to": ["it@chu.example"],
        "pkcs12_dry_run": True,
        "pkcs12_mail_source": "eml",
        "pkcs12_mail_path": str(hospital.folder / "mails"),
        "pkcs12_issuer_senders": ["issuer@issuer.example"],
        "pkcs12_mail_subject_pattern": "certificate",
        "pkcs12_allowed_hosts": ["issuer.example"],
        "pkcs12_authenticate": "none",
        "pkcs12_allow_ephemeral": True,
    }
    register = str(hospital.folder / "people.pkcs12_register.yml")
    environment = {**FACT_CACHE, **NONCE}
    return play(
        hospital,
        f"hospital_it.pkcs12.{playbook}",
        *("-i", register, "-e", json.dumps(given)),
        environment=environment,
    )


def held(hospital: Hospital) -> dict[str, int]:
    seats = {seat.person: desk.name for desk in DESKS for seat in desk.seats}
    return {
        person.name: len(contents(hospital.emulated(desk).store_of(person.sid)).held) for person, desk in seats.items()
    }


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_register_that_cannot_be_read_stops_the_run_before_a_call(hospital: Hospital, playbook: str) -> None:
    saved(hospital, []).write_bytes(b"PK\x03\x04 half of it")
    ended = run(hospital, playbook)
    assert ended.exit_code == 2, ended.stdout
    assert "register_unread.damaged" in {each.code for each in all_told(ended.stdout)}
    assert not ended.requests
    assert not (hospital.folder / "report").exists()


def test_a_wrong_row_stops_its_person_alone_and_the_run_ends_red(hospital: Hospital) -> None:
    canary = hospital.folder / "canary"
    evil = f"{{{{ lookup('pipe', 'touch {canary}') }}}}"
    people = [right(JEANNE, HERE), right(PAUL, HERE), right(ELODIE, THERE)]
    saved(hospital, people)
    assert [run(hospital, playbook).exit_code for playbook in ("enrol", "remind", "collect")] == [0, 0, 0]
    assert held(hospital) == {JEANNE.name: 1, PAUL.name: 1, ELODIE.name: 1}

    people[1][1] = 100004  # as a spreadsheet program makes of T100004 what it likes
    people[2] += [evil, evil]
    newer = {person: hospital.deliver(person, 2000) for person in (JEANNE, PAUL, ELODIE)}
    saved(hospital, people)
    ended = run(hospital, "enrol")
    assert ended.exit_code == 2, ended.stdout
    told = [each for each in all_told(ended.stdout + ended.stderr) if each.code == "register_row"]
    assert {(each.values["line"], *(cause.code for cause in each.causes)) for each in told} == {
        ("3", "register_row.number_is_number"),
        ("4", "register_row.template"),
    }
    assert outcomes(ended)[HERE][JEANNE.authorisation] == "renewed"
    assert {each.result["error"]["code"] for each in ended.holders() if each.result["outcome"] == "failed"} == {
        "register_row"
    }
    for person, desk in ((JEANNE, HERE), (PAUL, HERE), (ELODIE, THERE)):
        now = {each.thumbprint for each in contents(hospital.emulated(desk).store_of(person.sid)).held}
        assert (newer[person].thumbprint in now) is (person is JEANNE)
    assert not canary.exists()

    for playbook in ("audit", "report", "remind", "collect"):
        ended = run(hospital, playbook)
        told = [each.values["line"] for each in all_told(ended.stdout) if each.code == "register_row"]
        assert (ended.exit_code, {*told}) == (2, {"3", "4"}), playbook
    report = json.loads((hospital.folder / "report" / "pkcs12-compliance.json").read_text(encoding="utf-8"))
    steps = [(row["workstation"], row["next_step"]) for row in report["certificates"]]
    assert sorted(steps) == [
        (HERE, "check_number"),
        (HERE, "nothing"),
        (THERE, "correct_row"),
    ]  # nobody is told to remove one
    assert not canary.exists()

    saved(hospital, [people[0], right(PAUL, HERE), right(ELODIE, THERE)])
    for playbook in ("report", "remind"):  # both read the register as it is now, and no workstation
        ended = run(hospital, playbook)
        assert (ended.exit_code, {each.code for each in all_told(ended.stdout)} & {"register_row"}) == (0, set())
    corrected = (hospital.folder / "report" / "pkcs12-compliance.json").read_text(encoding="utf-8")
    assert "register_row" not in corrected and "correct_row" not in corrected


def test_a_row_of_nobody_is_told_once_and_the_run_is_green(hospital: Hospital) -> None:
    """As a total below the people has no name and no account, whatever column has its word and its sum."""
    totals = [[None, None, None, None, "Total : 3"], ["Total général", 3]]
    saved(hospital, [right(JEANNE, HERE), right(PAUL, HERE), right(ELODIE, THERE), *totals])
    ended = run(hospital, "enrol")
    assert ended.exit_code == 0, ended.stdout
    told = [each for each in all_told(ended.stdout + ended.stderr) if each.code == "register_nobody"]
    assert [each.values["lines"] for each in told] == ["5,6"]
    assert held(hospital) == {JEANNE.name: 1, PAUL.name: 1, ELODIE.name: 1}


def test_the_rows_of_one_person_have_one_last_day(hospital: Hospital) -> None:
    """Nobody knows which one is right: the person is not served, and everybody else at the workstation is."""
    headings = (*HEADINGS, "Dernier jour", "Absent du", "De retour le")
    people = [right(JEANNE, HERE), right(ELODIE, THERE)]
    of_paul = [[*right(PAUL, HERE), None, None, day] for day in ("31/12/2035", "30/11/2035")]
    away = [*people[1], None, None, None, "01/02/2035", "01/02/2035"]
    saved(hospital, [people[0], away, *of_paul], headings)
    ended = run(hospital, "enrol")
    told = [each for each in all_told(ended.stdout + ended.stderr) if each.code == "register_row"]
    assert {(each.values["line"], *(cause.code for cause in each.causes)) for each in told} == {
        ("3", "register_row.absence"),
        ("4", "register_row.differs"),
        ("5", "register_row.differs"),
    }
    assert (ended.exit_code, held(hospital)) == (2, {JEANNE.name: 1, PAUL.name: 0, ELODIE.name: 0})
