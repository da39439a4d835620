# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workbook of the report is a register again: Ansible makes the same inventory of it, whatever its language."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT
from unit.plugins.plugin_utils import report_inputs

REGISTER = """\
Prénom;Nom;Autorisation;Compte;Postes;Fonction;Courriel;Date anniversaire;Absent du;De retour le;Dernier jour;Service;Badge
Jeanne;DUPONT;="0012";CHU\\jdupont;ws-cardio;médecin du travail;j.dupont@chu.example;01/03/2027;;;;Cardio;17
Jeanne;DUPONT;T100017;LAB\\jdupont;"ws-labo
ws-cardio";;;;01/02/2031;15/02/2031;;;18
Zoé;L'Hénoret-Ångström;12E4X;CHU\\zoe; WS-LABO ;;;;;31/12/2030;31 décembre 2032;"bloc; urgences";
Zoé;L'Hénoret-Ångström;12E4X;CHU\\zoe.admin;ws-bloc;;;;;;;;
Paul;MARTIN;T3;paul@chu.example;ws-bloc, ws-labo;=1+1;;;;;24/11/2020;;
Anne;ROUX;T4;;;;anne@chu.example;;;;;;
Luc;PETIT;T5;CHU\\lpetit;ws-bloc;;;31/02/2027;;;;;
"""
"""Two homonyms, several workstations and accounts, somebody who has left, somebody without a workstation, and a wrong row."""

PLAYS = """\
- hosts: ws-cardio
  gather_facts: false
  connection: local
  tasks:
    - ansible.builtin.set_fact: {pkcs12: "{{ known }}", cacheable: true}
- hosts: localhost
  gather_facts: false
  connection: local
  tasks:
    - hospital_it.pkcs12.compliance_report:
        report_folder: "{{ folder }}"
        report_name: "{{ item }}"
        report_formats: [xlsx]
        register_holders: "{{ pkcs12_register_holders }}"
        report_date: "2026-11-25T12:00:00Z"
        authorisation_anniversary: "{{ pkcs12_authorisation_anniversary }}"
        language: "{{ item }}"
      loop: [en, fr]
      register: made
      failed_when: made.failing is not defined or made.failing.register != 1
"""

ENVIRONMENT = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"), "ANSIBLE_NOCOLOR": "1"}


def source(folder: Path, spreadsheet: str) -> Path:
    """A register as a source of Ansible's."""
    path = folder / f"{Path(spreadsheet).stem}.pkcs12_register.yml"
    path.write_text(json.dumps({"plugin": "hospital_it.pkcs12.register", "path": spreadsheet}), encoding="utf-8")
    return path


def inventory(path: Path) -> dict[str, Any]:
    command = [Path(sys.executable).parent / "ansible-inventory", "--list", "-i", path]
    ran = subprocess.run(command, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=True)
    return plain(json.loads(ran.stdout))


def plain(value: Any) -> Any:
    """Without the mark of newer Ansible for what it would not render, and lists in one order: that of rows means nothing."""
    if isinstance(value, Mapping):
        if "__ansible_unsafe" in value:
            return value["__ansible_unsafe"]
        return {key: plain(each) for key, each in value.items()}
    return sorted(map(plain, value), key=json.dumps) if isinstance(value, list) else value


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("way-back")
    (folder / "people.csv").write_text(REGISTER, encoding="utf-8-sig")
    (folder / "plays.yml").write_text(PLAYS, encoding="utf-8")
    given = {"known": report_inputs.facts(), "folder": str(folder), "pkcs12_authorisation_anniversary": "2027-06-30"}
    arguments = ["-i", str(source(folder, "people.csv")), "-e", json.dumps(given), str(folder / "plays.yml")]
    ran = ansible_playbook(arguments, {**os.environ, **ENVIRONMENT}, folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder


def variables(listed: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = listed["_meta"]["hostvars"]
    return found


def parted(listed: dict[str, Any]) -> tuple[dict[str, Any], list[Any], list[str]]:
    """The inventory, the problems of its register, and who has a wrong row, which is another one in another file."""
    problems, wrong = [], []
    for host in variables(listed).values():
        problems = host.pop("pkcs12_register_problems")
        wrong += [each["authorisation"] for each in host["pkcs12_holders"] if each.pop("row_problem", None)]
    return listed, problems, sorted(set(wrong))


@pytest.fixture(scope="module")
def first(folder: Path) -> tuple[dict[str, Any], list[Any], list[str]]:
    return parted(inventory(folder / "people.pkcs12_register.yml"))


def test_the_register_is_read(first: Any) -> None:
    listed, problems, wrong = first
    assert sorted(variables(listed)) == ["ws-bloc", "ws-cardio", "ws-labo"]
    assert [each["name"] for each in variables(listed)["ws-labo"]["pkcs12_register_holders"]] == ["Anne ROUX"]
    assert ({each["code"] for each in problems}, wrong) == ({"register_row", "register_columns"}, ["T5"])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_workbook_makes_the_same_inventory_and_has_no_unknown_column(
    folder: Path, first: Any, language: str
) -> None:
    listed, problems, wrong = parted(inventory(source(folder, f"{language}.xlsx")))
    assert listed == first[0]
    assert wrong == first[2]
    (row,) = problems
    assert (row["code"], [each["code"] for each in row["causes"]]) == ("register_row", ["register_row.to_correct"])
