# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quick start, as a newcomer types it: its files and its commands lead to two enrolled workstations and a report."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding

from lab.hospital import CONNECTION_ACCOUNT, ISSUER, Hospital
from lab.kdc import HOST, Kdc
from lab.people import Desk, Person, Seat
from lab.playbook import ROOT
from lab.spreadsheet import save, write_register
from lab.winrm import Access, Listener
from lab.workstation_interface import AuthMethod

GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_quick_start.rst").read_text(encoding="utf-8")
SITE, GUIDE_ISSUER = "/srv/pkcs12", "CN=Registry Users CA"
JEANNE, ANDRE = Person("Jeanne Dupont", "T123456", "jdupont", 1204), Person("André Martin", "T234567", "amartin", 1205)
CELL = re.compile(r"``([^`]*)``")
ENVIRONMENT = {
    **os.environ,
    "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"),
    "ANSIBLE_NOCOLOR": "1",
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
}


def desks(*, andre_is_here: bool) -> Sequence[Desk]:
    return (
        Desk("ws-rad-01.chu.example", (Seat(JEANNE),)),
        Desk("ws-rad-02.chu.example", (Seat(ANDRE, logged_on=andre_is_here),)),
    )


def blocks(language: str) -> list[str]:
    """The examples in one language, without the indent."""
    found = re.findall(rf"^\.\. code-block:: {language}\n\n((?:   .*\n|\n)+)", GUIDE, re.MULTILINE)
    return [textwrap.dedent(block).strip() + "\n" for block in found]


def files() -> dict[str, str]:
    """The examples that begin with the name of their file."""
    named = [block for language in ("yaml", "ini") for block in blocks(language) if block.startswith("# ")]
    return {block.splitlines()[0].removeprefix("# "): block for block in named}


def sheet() -> list[list[str]]:
    """The rows of the spreadsheet that the guide shows."""
    (table,) = re.findall(r"^\.\. csv-table::\n   :header-rows: 1\n\n((?:   .*\n)+)", GUIDE, re.MULTILINE)
    return [[CELL.sub(r"\1", cell).strip() for cell in line.split(",")] for line in table.splitlines()]


def commands() -> list[str]:
    """What the guide runs with Ansible, without the question for the vault's password: the test has no vault."""
    lines = [
        line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ansible-playbook ")
    ]
    return [line.replace(" --ask-vault-pass", "") for line in lines]


def lay_out(folder: Path, hospital: Hospital) -> None:
    """The guide's files, with the folders of this test, and host variables that lead to the lab."""
    own = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))["all"]
    shared = {key: value for key, value in own["vars"].items() if key.startswith("ansible_")}
    hosts = own["children"]["workstations"]["hosts"].items()
    lab = {"ansible_user": CONNECTION_ACCOUNT, **shared}
    lay_out_files(folder, hospital, {name: {**lab, "ansible_port": host["ansible_port"]} for name, host in hosts})


def lay_out_files(folder: Path, hospital: Hospital, host_variables: Mapping[str, Mapping[str, Any]]) -> None:
    """The guide's files, with the folders of this test, and these variables of the hosts."""
    for name in ("bundles", "passphrases", "evidence", "facts", "reports"):
        (folder / "site" / name).mkdir(parents=True)
    for bundle in hospital.bundle_folder.iterdir():
        (folder / "site" / "bundles" / bundle.name).write_bytes(bundle.read_bytes())
    for name, text in files().items():
        if not name.startswith("mine/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            here = text.replace(SITE, str(folder / "site")).replace(GUIDE_ISSUER, ISSUER)
            (folder / name).write_text(here, encoding="utf-8")
    (folder / "site" / "people.pem").write_bytes(hospital.authority.issuing.public_bytes(Encoding.PEM))
    for number, bundle in hospital.bundles.items():
        (folder / "site" / "passphrases" / f"{number}.txt").write_text(bundle.passphrase, encoding="utf-8")
    (folder / "register").mkdir()
    save(folder / "register" / "people.xlsx", sheet())
    (folder / "inventory" / "host_vars").mkdir()
    for name, variables in host_variables.items():
        file = folder / "inventory" / "host_vars" / f"{name}.yml"
        file.write_text(yaml.safe_dump(dict(variables)), encoding="utf-8")


def typed(line: str, folder: Path, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """One line of the guide, in a shell, and what is typed then."""
    return subprocess.run(
        ["bash", "-c", line.replace(SITE, str(folder / "site"))],
        cwd=folder,
        env={**ENVIRONMENT, **more},
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def pages(folder: Path) -> list[str]:
    return [page.read_text(encoding="utf-8") for page in (folder / "site" / "reports").glob("*.html")]


def test_the_guides_files_and_commands_enrol_two_workstations_and_write_a_report(tmp_path: Path) -> None:
    said: dict[str, str] = {}
    with Hospital(tmp_path / "hospital", desks(andre_is_here=True)) as hospital:
        lay_out(tmp_path, hospital)
        for line in commands():
            ended = typed(line, tmp_path)
            assert ended.returncode == 0, f"{line}\n{ended.stdout}{ended.stderr}"
            said[line] = ended.stdout
        stores = {name: hospital.emulated(name) for name in hospital.workstations}
        installed = {name: len(evidence(tmp_path, workstation.name)) for name, workstation in stores.items()}
    assert [re.findall(r"hospital_it\.pkcs12\.(\w+)", line) for line in said] == [
        ["check_bundles"],
        ["check"],
        ["enrol"],
        ["enrol"],
        ["audit", "report"],
        ["daily"],
    ]
    assert set(installed.values()) == {1}
    assert "unchanged" not in said["ansible-playbook hospital_it.pkcs12.enrol"]
    page = pages(tmp_path)[0]
    assert all(name in page for name in ("Jeanne Dupont", "André Martin"))


def test_the_command_of_every_day_writes_the_report_although_somebody_is_not_logged_on(tmp_path: Path) -> None:
    with Hospital(tmp_path / "hospital", desks(andre_is_here=False)) as hospital:
        lay_out(tmp_path, hospital)
        ended = typed(commands()[-1], tmp_path)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert all("André Martin" in page for page in pages(tmp_path)) and pages(tmp_path)


@pytest.mark.kerberos
def test_the_printed_connection_works_with_the_ticket_that_the_guide_gets(tmp_path: Path) -> None:
    """Host and port alone are those of the lab, and nothing has a password."""
    (ticket,) = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ kinit ")]
    account = CONNECTION_ACCOUNT.rpartition("\\")[2]
    with ExitStack() as running:
        hospital = running.enter_context(Hospital(tmp_path / "hospital", desks(andre_is_here=True)))
        password = hospital.connection_password
        kdc = running.enter_context(Kdc({account: password}))
        listeners = {
            name: running.enter_context(
                Listener(each, hospital.ledger, auth=(AuthMethod.KERBEROS,), access=Access(keys=kdc.keys))
            )
            for name, each in hospital.workstations.items()
        }
        here = {name: {"ansible_host": HOST, "ansible_port": each.port} for name, each in listeners.items()}
        lay_out_files(tmp_path, hospital, here)
        check = commands()[1]
        without = typed(check, tmp_path, **kdc.environment)
        got = typed(ticket, tmp_path, f"{password}\n", **kdc.environment)
        ended = typed(check, tmp_path, **kdc.environment)
    assert without.returncode != 0 and "kinit" in without.stdout
    assert got.returncode == 0, got.stderr
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_spreadsheet_of_the_lab_leads_to_three_certificates_and_a_report(tmp_path: Path) -> None:
    (block,) = (block for block in blocks("console") if "$ make lab\n" in block)
    mine = tmp_path / "mine"
    mine.mkdir()
    name = "mine/people.pkcs12_register.yml"
    (tmp_path / name).write_text(files()[name].replace(".build/lab", "hospital"), encoding="utf-8")
    with Hospital(tmp_path / "hospital", verified=True) as hospital:
        write_register(hospital.inventory)
        script = "\n".join(line[2:] for line in block.splitlines() if "make lab" not in line)
        for written, here in (
            (".build/lab", tmp_path / "hospital"),
            (".build/collections", ROOT / ".build" / "collections"),
            (".venv/bin/", Path(sys.executable).parent),
        ):
            script = script.replace(written, shlex.quote(f"{here}/" if written.endswith("/") else str(here)))
        ended = subprocess.run(
            ["bash", "-ec", script], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        lines = map(yaml.safe_load, hospital.evidence.read_text("utf-8").splitlines())
        assert sorted(line["workstation"] for line in lines) == ["WS-CARDIO", "WS-CARDIO", "WS-NUCLEAR"]
    shown = " ".join(ended.stdout.split())  # YAML folds long lines
    assert "Jeanne Dupont, T100001 (CHU\\jdupont) at ws-cardio, Paul Martin, T" in shown
    assert "\\\\" not in shown
    report = json.loads((mine / "reports" / "pkcs12-compliance.json").read_text(encoding="utf-8"))
    answers = [each["answer"] for each in report["workstations"]]
    assert (answers.count("answered"), answers.count("never_seen")) == (2, 3)


def evidence(folder: Path, computer: str) -> list[dict[str, Any]]:
    """The lines of one workstation in the evidence file."""
    lines = (folder / "site" / "evidence" / "evidence.jsonl").read_text(encoding="utf-8").splitlines()
    return [line for line in map(yaml.safe_load, lines) if line["workstation"] == computer]
