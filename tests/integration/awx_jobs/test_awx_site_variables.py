# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the project and the register say reaches the jobs, through the inventory of AWX and every line of ansible-core that is here."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from awx.scenarios import NEWCOMER, another_person, half_of
from consistency.awx import PROJECT, load
from integration.awx_updates import OWN, SHEET, kept, listed, project, update
from lab.playbook import ROOT

LINES = [OWN, *sorted((ROOT / ".build" / "venvs").glob("core-*/bin/ansible-inventory"))]
"""The line of the tests, and those that the matrix has installed."""
WRONG = ("{{ lookup('pipe', 'id') }}", "Anne", "T9", "CHU\\aroux", "ws-rad-02.chu.example", "31/02/2027")


def test_what_belongs_to_the_site_reaches_localhost(tmp_path: Path) -> None:
    updates = [kept(tmp_path, f"update {at}", listed(each)) for at, each in enumerate(project(tmp_path))]
    job = kept(tmp_path, "job", listed(*updates))
    here, there = listed(job, host="localhost"), listed(job, host="ws-rad-01.chu.example")
    site = load(PROJECT / "inventory" / "group_vars" / "all.yml")
    assert {name: here.get(name) for name in site} == {name: there.get(name) for name in site} == site
    assert (here["ansible_connection"], there["ansible_connection"]) == ("local", "winrm")
    assert there["pkcs12_computer"] == "ws-rad-01"
    assert [each["name"] for each in there["pkcs12_holders"]] == ["Jeanne Dupont", "Élodie Lefèvre"]
    assert here["pkcs12_register_problems"] == there["pkcs12_register_problems"] == []
    groups = {group for group, each in listed(job).items() if "localhost" in each.get("hosts", ())}
    assert groups <= {"ungrouped"}


def register(folder: Path, *rows: Sequence[str | None]) -> Path:
    """A register in CSV, which needs no library."""
    with (folder / "people.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    source = folder / "people.pkcs12_register.yml"
    source.write_text("plugin: hospital_it.pkcs12.register\npath: people.csv\n", encoding="utf-8")
    return source


@pytest.mark.parametrize("program", LINES, ids=lambda path: path.parents[1].name)
def test_a_job_has_the_rows_of_the_register_and_what_is_wrong_in_it(tmp_path: Path, program: Path) -> None:
    source = register(tmp_path, *SHEET, WRONG)
    job = kept(tmp_path, "job", listed(source, program=program))
    there = listed(job, program=program, host="ws-rad-02.chu.example")
    assert there == listed(source, program=program, host="ws-rad-02.chu.example")
    elodie, wrong = there["pkcs12_holders"]
    assert elodie == {
        "user": "elefevre@chu.example",
        "name": "Élodie Lefèvre",
        "authorisation": "0234567",
        "leaves_on": "2026-12-31",
    }
    assert wrong["row_problem"] == "people.csv:4"
    (problem,) = there["pkcs12_register_problems"]
    assert {each["code"] for each in problem["causes"]} == {"register_row.template", "register_row.date"}
    assert "uid=" not in json.dumps(there)


@pytest.mark.parametrize("program", LINES, ids=lambda path: path.parents[1].name)
def test_the_update_fails_where_the_register_cannot_be_read(tmp_path: Path, program: Path) -> None:
    """AWX then keeps the hosts of the last update; otherwise ``overwrite`` would delete them with their facts."""
    assert update(register(tmp_path, *SHEET[:1]), program=program).returncode == 1
    (tmp_path / "people.csv").unlink()
    ended = update(tmp_path / "people.pkcs12_register.yml", program=program)
    assert ended.returncode == 1
    assert "people.csv" in " ".join(ended.stderr.split())


def test_a_register_that_a_test_of_awx_changes_is_as_before_afterwards(tmp_path: Path) -> None:
    _hosts, source = project(tmp_path)
    sheet = tmp_path / "people.xlsx"
    before = sheet.read_bytes()
    with another_person(sheet):
        (newcomer,) = listed(source, host="ws-rad-01.chu.example")["pkcs12_register_holders"]
    with half_of(sheet):
        assert update(source).returncode == 1
    assert (newcomer["authorisation"], sheet.read_bytes()) == (NEWCOMER, before)
