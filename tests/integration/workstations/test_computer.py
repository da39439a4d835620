# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is it the right machine? An old DNS record leads Ansible to another one, before the reading or after it, in whole playbooks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from integration.plays import Json, cached, failed_hosts, holder, messages, row, summary
from integration.workstations.test_check import rewrite
from lab.emulated import EmulatedWorkstation
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import Run, fact_cache, play

CHECK, ENROL, AUDIT, REPORT, RETIRE = (
    f"hospital_it.pkcs12.{name}" for name in ("check", "enrol", "audit", "report", "retire")
)
OTHER = "PC-COMPTA"
EXPECTED = {"ws-right": "Ws-Right", "ws-full": "ws-full.chu.example", "ws-other": "ws-other", "ws-moved": "ws-moved"}
"""The inventory variable pkcs12_computer by host. ws-other is PC-COMPTA; ws-moved becomes it when it was read."""
DESKS = [*EXPECTED, "ws-unsaid", "ws-plain"]
REFUSED = {"ws-other", "ws-moved"}
PROVING = json.dumps({"pkcs12_prove_keys": True})
EVERYONE = json.dumps({"pkcs12_retire_everyone": True, "pkcs12_workstation_count": len(DESKS)})


def is_other(workstation: EmulatedWorkstation) -> None:
    workstation.computer_name = workstation.dns_host = OTHER


def moves_after_reading(workstation: EmulatedWorkstation) -> None:
    """The name leads to the right computer once, and then to another one with the same people and stores."""
    drive = workstation._drive

    def driven(driver: str, *rest: Any) -> Json:
        answer = drive(driver, *rest)
        if driver == "store_inventory":
            is_other(workstation)
        return answer

    workstation._drive = driven  # type: ignore[method-assign]


def stay(workstation: EmulatedWorkstation, name: str) -> None:
    del workstation._drive
    workstation.computer_name, workstation.dns_host = name.upper(), name


@dataclass(frozen=True, slots=True)
class Played:
    hospital: Hospital
    runs: Mapping[str, Run]
    stores: Mapping[str, Mapping[str, int]]
    """How many certificates Jeanne has at each desk after a run."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("computers")
    with Hospital(folder, [Desk(name, (Seat(JEANNE),)) for name in DESKS]) as hospital:
        rewrite(
            hospital.inventory, lambda hosts: [hosts[name].update(pkcs12_computer=EXPECTED[name]) for name in EXPECTED]
        )
        hospital.emulated("ws-full").dns_domain = "chu.example"
        for name in ("ws-other", "ws-unsaid"):
            is_other(hospital.emulated(name))
        runs, stores = {}, {}

        def run(name: str, playbook: str, *options: str) -> None:
            runs[name] = play(hospital, playbook, "--forks", "3", *options, environment=fact_cache(hospital))
            stores[name] = {desk: len(hospital.emulated(desk).store_of(JEANNE.sid).elements) for desk in DESKS}

        run("check", CHECK)
        moves_after_reading(hospital.emulated("ws-moved"))
        run("enrol", ENROL)
        stay(hospital.emulated("ws-moved"), "ws-moved")
        run("enrol again", ENROL, "--limit", "ws-moved,localhost")
        run("audit", AUDIT, "--extra-vars", PROVING)
        run("report", REPORT, "--extra-vars", f"pkcs12_report_folder={folder}/report")
        moves_after_reading(hospital.emulated("ws-moved"))
        run("retire", RETIRE, "--extra-vars", EVERYONE)
        yield Played(hospital, runs, stores)


def warnings(run: Run, action: str) -> set[str]:
    return {found.host for found in run.of(action) if found.result.get("warnings")}


def test_check_says_which_computer_answered(played: Played) -> None:
    findings = {
        name: [
            found["severity"]
            for found in row(played.runs["check"], "workstation_info", name).result["findings"]
            if found["subject"] == "computer"
        ]
        for name in DESKS
    }
    assert findings == {**{name: ["ok"] for name in DESKS}, "ws-other": ["error"], "ws-unsaid": ["warning"]}
    assert failed_hosts(played.runs["check"]) == {"ws-other"}
    said = messages(played.runs["check"], "Say what was found")
    assert any(OTHER in line for line in said["ws-other"])
    assert any(OTHER in line for line in said["ws-unsaid"])


def test_nothing_is_installed_on_another_computer(played: Played) -> None:
    run = played.runs["enrol"]
    assert played.stores["enrol"] == {name: 0 if name in REFUSED else 1 for name in DESKS}
    assert failed_hosts(run) == REFUSED
    assert row(run, "holder_certificates", "ws-other").result["error"]["code"] == "wrong_computer"
    assert holder(run, "ws-moved").result["error"]["code"] == "wrong_computer"
    assert "ansible_facts" not in row(run, "holder_certificates", "ws-other").result


@pytest.mark.parametrize(("run", "action"), [("enrol", "holder_certificates"), ("audit", "certificate_facts")])
def test_results_warn_only_where_nothing_shows_that_it_is_right(played: Played, run: str, action: str) -> None:
    assert warnings(played.runs[run], action) == {"ws-unsaid"}
    assert OTHER in str(row(played.runs[run], action, "ws-unsaid").result["warnings"])
    assert OTHER in played.runs[run].stdout + played.runs[run].stderr


def test_an_audit_takes_no_facts_from_another_computer(played: Played) -> None:
    assert row(played.runs["audit"], "certificate_facts", "ws-other").result["error"]["code"] == "wrong_computer"
    assert cached(played.hospital, "ws-other") is None
    found = {each.host: each.result for each in played.runs["audit"].of("certificate_facts") if each.host != "ws-other"}
    proofs = {host: result["ansible_facts"]["pkcs12"]["holders"][0]["proof"] for host, result in found.items()}
    assert proofs == {name: "proven" for name in DESKS if name != "ws-other"}


def test_an_audit_of_another_computer_is_red_and_keeps_and_tells_the_others(played: Played) -> None:
    run = played.runs["audit"]
    assert failed_hosts(run) == {"ws-other"}
    assert run.exit_code != 0
    assert row(run, "certificate_facts", "ws-other").result["sentence"] in run.stdout
    others = [name for name in DESKS if name != "ws-other"]
    assert summary(run)["totals"] == {"failed": 1, "valid": len(others)}
    told = json.loads((played.hospital.folder / "report" / "pkcs12-compliance.json").read_text(encoding="utf-8"))
    rows = {each["workstation"]: each for each in told["workstations"]}
    assert {name for name, each in rows.items() if each["problem"]} == {"ws-other"}
    assert OTHER in json.dumps(rows["ws-other"]["problem"])
    assert sorted(each["workstation"] for each in told["certificates"]) == sorted(others)


def test_nothing_is_removed_on_another_computer(played: Played) -> None:
    assert played.stores["audit"] == {name: 0 if name == "ws-other" else 1 for name in DESKS}
    assert played.stores["retire"] == {name: 1 if name == "ws-moved" else 0 for name in DESKS}
    assert failed_hosts(played.runs["retire"]) == REFUSED
    assert holder(played.runs["retire"], "ws-moved").result["error"]["code"] == "wrong_computer"


def test_evidence_has_no_line_of_a_computer_that_refused(played: Played) -> None:
    lines = [json.loads(line) for line in played.hospital.evidence.read_text(encoding="utf-8").splitlines()]
    assert lines
    assert [line for line in lines if line["host"] == "ws-other" or line["error"]] == []
