# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quick start, as a newcomer types it: its files and its commands lead to two enrolled workstations and a report."""

from __future__ import annotations

import os
import re
import shlex
import textwrap
from pathlib import Path
from typing import Any

import yaml

from lab.ansible_playbook import ansible_playbook
from lab.hospital import CONNECTION_ACCOUNT, Hospital
from lab.people import Desk, Person, Seat
from lab.playbook import ROOT

GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_quick_start.rst").read_text(encoding="utf-8")
SITE = "/srv/pkcs12"
DESKS = (
    Desk("ws-rad-01.chu.example", (Seat(Person("Jeanne Dupont", "T123456", "jdupont", 1204)),)),
    Desk("ws-rad-02.chu.example", (Seat(Person("André Martin", "T234567", "amartin", 1205)),)),
)


def blocks(language: str) -> list[str]:
    """The examples in one language, without the indent."""
    found = re.findall(rf"^\.\. code-block:: {language}\n\n((?:   .*\n|\n)+)", GUIDE, re.MULTILINE)
    return [textwrap.dedent(block).strip() + "\n" for block in found]


def commands() -> list[list[str]]:
    """What the guide runs with Ansible, without the question for the vault's password: the test has no vault."""
    lines = [
        line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ansible-playbook ")
    ]
    return [[word for word in shlex.split(line)[1:] if word != "--ask-vault-pass"] for line in lines]


def lay_out(folder: Path, hospital: Hospital) -> None:
    """The guide's files, with the folders of this test, and host variables that lead to the lab."""
    for name in ("bundles", "evidence", "facts", "reports"):
        (folder / "site" / name).mkdir(parents=True)
    for bundle in hospital.bundle_folder.iterdir():
        (folder / "site" / "bundles" / bundle.name).write_bytes(bundle.read_bytes())
    group = folder / "inventory" / "group_vars" / "workstations"
    group.mkdir(parents=True)
    (folder / "inventory" / "host_vars").mkdir()
    (folder / "inventory" / "hosts.yml").write_text(moved(blocks("yaml")[0], folder), encoding="utf-8")
    (folder / "ansible.cfg").write_text(moved(blocks("ini")[0], folder), encoding="utf-8")
    (group / "vault.yml").write_bytes(hospital.passphrases.read_bytes())
    own = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))["all"]
    for name, host in own["children"]["workstations"]["hosts"].items():
        lab = {key: value for key, value in own["vars"].items() if key.startswith("ansible_")}
        lab |= {"ansible_port": host["ansible_port"], "ansible_user": CONNECTION_ACCOUNT}
        (folder / "inventory" / "host_vars" / f"{name}.yml").write_text(yaml.safe_dump(lab), encoding="utf-8")


def moved(text: str, folder: Path) -> str:
    return text.replace(SITE, str(folder / "site"))


def test_the_guides_files_and_commands_enrol_two_workstations_and_write_a_report(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"),
        "ANSIBLE_NOCOLOR": "1",
        "LC_ALL": "C.UTF-8",
    }
    said: dict[str, str] = {}
    with Hospital(tmp_path / "hospital", DESKS) as hospital:
        lay_out(tmp_path, hospital)
        for words in commands():
            ended = ansible_playbook([moved(word, tmp_path) for word in words], environment, tmp_path)
            assert ended.returncode == 0, f"{words}\n{ended.stdout}{ended.stderr}"
            said[" ".join(words)] = ended.stdout
        stores = {name: hospital.emulated(name) for name in hospital.workstations}
        installed = {name: len(evidence(tmp_path, workstation.name)) for name, workstation in stores.items()}
    assert [words.split()[0].rpartition(".")[2] for words in said] == [
        "check_bundles",
        "check",
        "enrol",
        "enrol",
        "audit",
        "renew_due",
    ]
    assert set(installed.values()) == {1}
    assert "unchanged" not in said["hospital_it.pkcs12.enrol"]
    page = next((tmp_path / "site" / "reports").glob("*.html")).read_text(encoding="utf-8")
    assert all(name in page for name in ("Jeanne Dupont", "André Martin"))


def evidence(folder: Path, computer: str) -> list[dict[str, Any]]:
    """The lines of one workstation in the evidence file."""
    lines = (folder / "site" / "evidence" / "evidence.jsonl").read_text(encoding="utf-8").splitlines()
    return [line for line in map(yaml.safe_load, lines) if line["workstation"] == computer]
