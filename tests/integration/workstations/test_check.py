# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook check in a hospital with a fault at most desks: each is said with its cure, and ends its workstation failed."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.plays import (
    NONCE,
    Json,
    Told,
    all_told,
    failed_hosts,
    messages,
    modules,
    row,
    summary,
)
from lab import cmd
from lab.emulated import EmulatedWorkstation, LoggingPolicy, PlacedFile
from lab.emulated.process import EmulatedProcess
from lab.hospital import Hospital
from lab.people import JEANNE, PAUL, Desk, Seat
from lab.playbook import Run, play
from lab.workstation_interface import Logon, Process

CHECK = "hospital_it.pkcs12.check"
UNTRUSTED = "Cannot run untrusted PowerShell script 'x' in ConstrainedLanguage mode with module util imports."
BECOME = {
    "ansible_become_method": "runas",
    "ansible_become_user": "Administrator",
    "ansible_become_password": "the site's",
}
SITE_WIDE_BECOME = ("--become", "--extra-vars", json.dumps(BECOME))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a desk, and the subjects of the findings that are then not ok, with their severities."""

    prepare: Callable[[EmulatedWorkstation], None]
    found: Mapping[str, str] = field(default_factory=dict)


def set_to(name: str, value: object) -> Callable[[object], None]:
    return lambda thing: setattr(thing, name, value)


def jeannes(name: str, value: object) -> Callable[[EmulatedWorkstation], None]:
    return lambda workstation: setattr(workstation.profiles[JEANNE.sid], name, value)


def lock_down(workstation: EmulatedWorkstation) -> None:
    """Ansible's wrapper is signed and starts; it does not let the driver start."""

    def answer(_stdin: bytes, _killed: threading.Event) -> tuple[bytes, bytes, int]:
        return json.dumps({"failed": True, "msg": f"failure during exec_wrapper: {UNTRUSTED}"}).encode(), b"", 1

    def start(_logon: Logon, command_line: str, console: bool) -> Process:
        return cmd.refusal(command_line, {"powershell"}) or EmulatedProcess(answer, console)

    set_to("start", start)(workstation)


def forget_jeanne(workstation: EmulatedWorkstation) -> None:
    """Her account was deleted in the domain; her profile stays."""
    workstation.accounts._users.pop(JEANNE.sid)


FAULTS = {
    "ws-ready": Fault(lambda _workstation: None),
    "ws-away": Fault(jeannes("logged_on", False)),
    "ws-service": Fault(set_to("secondary_logon", 4), {"secondary_logon": "error"}),
    "ws-password": Fault(set_to("logging", LoggingPolicy(module=True)), {"holder": "error"}),  # hers cannot be sealed
    "ws-temporary": Fault(jeannes("temporary", True), {"holder": "error"}),
    "ws-unknown": Fault(forget_jeanne, {"holder": "error"}),
    "ws-locked": Fault(lock_down, {"language_mode": "error"}),
    "ws-colleague": Fault(
        lambda workstation: setattr(workstation.profiles[PAUL.sid], "denied", True), {"profile": "warning"}
    ),
}
FAILING = {name for name, fault in FAULTS.items() if "error" in fault.found.values()}


@dataclass(frozen=True, slots=True)
class Checked:
    hospital: Hospital
    run: Run

    def findings(self, name: str) -> list[Json]:
        found: list[Json] = row(self.run, "workstation_info", name).result["findings"]
        return found


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    seats = {name: (Seat(JEANNE), Seat(PAUL)) if name == "ws-colleague" else (Seat(JEANNE),) for name in FAULTS}
    with Hospital(tmp_path_factory.mktemp("checked"), [Desk(name, seats[name]) for name in FAULTS]) as hospital:
        for name, fault in FAULTS.items():
            fault.prepare(hospital.emulated(name))
        rewrite(hospital.inventory, add_a_host_that_is_off)
        known = {"pkcs12_holder_passwords": {JEANNE.account.upper(): hospital.passwords[JEANNE.sid]}}
        rewrite(hospital.inventory, lambda hosts: hosts["ws-password"].update(known))
        yield Checked(hospital, play(hospital, CHECK, "--forks", "4", *SITE_WIDE_BECOME))


def add_a_host_that_is_off(hosts: dict[str, Any]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        hosts["ws-off"] = {"ansible_port": unused.getsockname()[1], "ansible_user": "svc-ansible"}
    # Paul's profile is a colleague's here: he is not among the holders.
    del hosts["ws-colleague"]["pkcs12_holders"][1]


def rewrite(inventory: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    change(content["all"]["children"]["workstations"]["hosts"])
    inventory.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found_and_nothing_else(checked: Checked, name: str) -> None:
    found = {finding["subject"]: finding["severity"] for finding in checked.findings(name) if not finding["ok"]}
    assert found == FAULTS[name].found


@pytest.mark.words  # what somebody reads on the screen is what the result has
@pytest.mark.parametrize("name", FAULTS)
def test_every_sentence_is_said_with_its_cure(checked: Checked, name: str) -> None:
    for finding in checked.findings(name):
        line = f"{finding['severity']}: {finding['sentence']} {finding['cure']}".rstrip()
        assert json.dumps(line, ensure_ascii=False) in checked.run.stdout


def test_hosts_with_an_error_end_failed_and_no_others(checked: Checked) -> None:
    assert failed_hosts(checked.run) == FAILING | {"ws-off"}
    assert checked.run.exit_code != 0


def test_summary_names_who_is_not_ready_and_what_to_do(checked: Checked) -> None:
    told = summary(checked.run)
    assert told["totals"] == {"ready": len(FAULTS) - len(FAILING), "not_ready": len(FAILING), "did_not_answer": 1}
    assert set(told["needs_somebody"]) == FAILING | {"ws-off"}
    assert any(line.startswith("  ") and "ws-service" in line for line in told["lines"])


def test_password_that_would_be_logged_is_said_beforehand_and_not_shown(checked: Checked) -> None:
    (found,) = [each for each in checked.findings("ws-password") if not each["ok"]]
    assert (found["account"], found["severity"]) == (JEANNE.account, "error")
    assert found["problem"]["code"] == "logged_password.check"
    hers = checked.hospital.passwords[JEANNE.sid]
    assert hers not in checked.run.stdout + checked.run.stderr + json.dumps([each.result for each in checked.run.rows])


def test_check_costs_one_command_without_become(checked: Checked) -> None:
    ran = {name: modules(checked.run.requests, name) for name in FAULTS}
    assert ran == {name: ["store_inventory"] for name in FAULTS}
    assert [entry.become_user for entry in checked.run.requests if entry.module] == [None] * len(FAULTS)


PORTAL = "https://portal.example"
POLICY = r"Policies\Microsoft\Edge\AutoSelectCertificateForUrls"
APP_PATHS = r"Microsoft\Windows\CurrentVersion\App Paths"
ASKING = json.dumps({"pkcs12_portal_url": PORTAL, "pkcs12_check_stray_bundles": True})


@dataclass(frozen=True, slots=True)
class Looked:
    hospital: Hospital
    first: Run
    second: Run


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    """Two workstations with certificates: one lacks everything and has a bundle in a folder, one is as it should be."""
    desks = [Desk(name, (Seat(JEANNE),)) for name in ("ws-lacking", "ws-right")]
    with Hospital(tmp_path_factory.mktemp("looked"), desks) as hospital:
        enrolled = play(hospital, "hospital_it.pkcs12.enrol")
        assert enrolled.exit_code == 0, enrolled.stdout
        lacking, right = hospital.emulated("ws-lacking"), hospital.emulated("ws-right")
        lacking.authorities.clear()
        for workstation in (lacking, right):
            workstation.registry.put(None, rf"{APP_PATHS}\msedge.exe", {"": r"C:\edge.exe"})
        rule = {"pattern": PORTAL, "filter": {"ISSUER": {"CN": "AC Personnes"}}}
        right.registry.put(None, POLICY, {"1": json.dumps(rule)})
        bundle = hospital.bundles[JEANNE.authorisation]
        lacking.files.put(PlacedFile(rf"{lacking.profiles[JEANNE.sid].path}\Downloads\{bundle.file_name}", bundle.data))
        first = play(hospital, CHECK, f"--extra-vars={ASKING}", environment=NONCE)
        year = {
            "not_before": bundle.certificate.not_valid_before_utc,
            "not_after": bundle.certificate.not_valid_after_utc,
        }
        for name, number in ((PAUL.name, "T900009"), (JEANNE.name, "T100010")):
            issued = hospital.authority.issue(name, number, passphrase="x", **year)
            right.store_of(JEANNE.sid).plant(issued.certificate, issued.private_key)
        forget_jeanne(lacking)
        yield Looked(
            hospital, first, play(hospital, CHECK, f"--extra-vars={json.dumps({'pkcs12_issuer': 'AC Personnes'})}")
        )


def test_browsers_are_checked_when_the_portal_is_set(looked: Looked) -> None:
    assert looked.first.exit_code == 0, looked.first.stdout
    found = {
        name: [
            each["subject"] for each in row(looked.first, "workstation_info", name).result["findings"] if not each["ok"]
        ]
        for name in ("ws-lacking", "ws-right")
    }
    assert found == {"ws-lacking": ["issuing_authority", "edge"], "ws-right": []}
    facts = row(looked.first, "workstation_info", "ws-lacking").result["ansible_facts"]["pkcs12_fact_browsers"]
    assert facts["problems"] == ["issuing_authority", "edge"]


def test_left_bundle_is_found_and_known_by_its_installation(looked: Looked) -> None:
    bundle = looked.hospital.bundles[JEANNE.authorisation]
    (told,) = (each for each in shown(looked, "ws-lacking") if each.code.startswith("play.bundle"))
    assert (told.code, told.values["sha256"]) == ("play.bundle_installed", hashlib.sha256(bundle.data).hexdigest())
    assert "Downloads" in str(told.values["path"])
    assert [each for each in shown(looked, "ws-right") if each.code.startswith("play.bundle")] == []


def shown(looked: Looked, name: str) -> list[Told]:
    """What the check of a workstation tells."""
    return list(all_told("\n".join(messages(looked.first, "Say what was found")[name])))


def test_where_the_workstations_contradict_the_inventory_is_one_table(looked: Looked) -> None:
    found = row(looked.second, "workstation_info", "ws-right").result["comparison"]
    assert [(each["kind"], each["account"], each["number"], each["found"]) for each in found] == [
        ("no_row", JEANNE.account, "", "Paul Martin - T900009"),
        ("other_number", JEANNE.account, JEANNE.authorisation, "Jeanne Dupont - T100010"),
    ]
    (unknown,) = row(looked.second, "workstation_info", "ws-lacking").result["comparison"]
    assert (unknown["kind"], unknown["account"], unknown["name"]) == ("unknown_account", JEANNE.account, JEANNE.name)
    assert failed_hosts(looked.second) == {"ws-lacking"}  # by its finding, not by the table
    *_before, headings, no_row, other, account = summary(looked.second)["lines"]
    assert len(headings.split("  ")) > 1
    assert ["T900009" in no_row, "T100010" in other, "ws-lacking" in account] == [True, True, True]


def test_each_question_costs_one_command_and_only_when_it_is_asked(looked: Looked) -> None:
    asked = ["store_inventory", "browser_info", "bundle_files"]
    assert modules(looked.first.requests, "ws-right") == asked
    assert modules(looked.second.requests, "ws-right") == asked[:1]
    assert "pkcs12_fact_browsers" not in row(looked.second, "workstation_info", "ws-right").result.get(
        "ansible_facts", {}
    )


@pytest.fixture(scope="module")
def enrolment(checked: Checked) -> Run:
    return play(checked.hospital, "hospital_it.pkcs12.enrol", "--forks", "4")


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_ready_can_be_enrolled_and_what_is_not_cannot(enrolment: Run, name: str) -> None:
    result = row(enrolment, "holder_certificates", name).result
    assert (result.get("failed_holders") != []) == (name in FAILING), result["msg"]
