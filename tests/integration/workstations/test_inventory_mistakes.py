# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory has in an unexpected place: leavers in the variables of a group, and a workstation whose holders are misspelt."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from integration.plays import NONCE, Told, all_told, messages, summary, told_codes, warned
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, KARIM, PAUL, Desk, Seat
from lab.playbook import Run, fact_cache, play

ONE, TWO, GONE, BARE = "ws-one", "ws-two", "ws-gone", "ws-bare"
DESKS = (
    Desk(ONE, (Seat(JEANNE), Seat(ELODIE))),
    Desk(TWO, (Seat(KARIM),)),
    Desk(GONE, (Seat(ELODIE),)),
    Desk(BARE, (Seat(PAUL),)),
)
LEFT = [ELODIE.authorisation.lower(), KARIM.authorisation]
"""Elodie has no certificate, Karim still has one."""
AS_TEXT = "check_bundles with leavers as text"
PLAYBOOKS = ("check_bundles", "check", "enrol", "renew", "renew_due", "audit", "report", "retire")
RETIRED = {"pkcs12_retire_authorisations": [JEANNE.authorisation], "pkcs12_issuer": "nobody"}


@dataclass(frozen=True, slots=True)
class Played:
    """Each playbook, and the JSON report in the end."""

    runs: Mapping[str, Run]
    report: Mapping[str, Any]
    page: str


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("mistakes")
    with Hospital(folder, DESKS) as hospital:
        issued = hospital.bundles[KARIM.authorisation]
        hospital.emulated(TWO).store_of(KARIM.sid).plant(issued.certificate, issued.private_key)
        misspell(hospital)
        extra = (
            "-e",
            json.dumps(
                {"pkcs12_report_folder": str(folder), "pkcs12_report_formats": ["json", "markdown", "html"], **RETIRED}
            ),
        )
        text = ("-e", json.dumps({"pkcs12_leavers": ", ".join(LEFT)}))
        runs = {AS_TEXT: play(hospital, "hospital_it.pkcs12.check_bundles", *extra, *text, environment=NONCE)} | {
            name: play(hospital, f"hospital_it.pkcs12.{name}", *extra, environment={**fact_cache(hospital), **NONCE})
            for name in PLAYBOOKS
        }
        report = json.loads((folder / "pkcs12-compliance.json").read_text(encoding="utf-8"))
        yield Played(runs, report, (folder / "pkcs12-compliance.html").read_text(encoding="utf-8"))


def misspell(hospital: Hospital) -> None:
    """The leavers are a variable of the group of workstations, which does not reach localhost."""
    inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    group = inventory["all"]["children"]["workstations"]
    group.setdefault("vars", {})["pkcs12_leavers"] = LEFT
    bare = group["hosts"][BARE]
    bare["pkcs12_holder"] = bare.pop("pkcs12_holders")
    bare |= {"ansible_connection": "psrp", "ansible_psrp_protocol": "http", "ansible_psrp_auth": "ntlm"}
    hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")


def lines(run: Run) -> list[str]:
    return list(summary(run)["lines"])


@pytest.mark.parametrize("playbook", ["check_bundles", AS_TEXT, "enrol", "renew"])
def test_who_has_left_is_named_and_gets_nothing(played: Played, playbook: str) -> None:
    run = played.runs[playbook]
    assert summary(run)["totals"]["left"] == 3, run.stdout
    assert any(all(person.name in line for person in (ELODIE, KARIM)) for line in lines(run))
    assert run.exit_code == 0
    assert not any(
        each.result["authorisation"] in (ELODIE.authorisation, KARIM.authorisation) for each in run.holders()
    )


def test_audit_tells_a_leaver_without_a_certificate_from_one_who_still_has_one(played: Played) -> None:
    told = summary(played.runs["audit"])
    assert told["totals"] == {"left": 2, "left_with_a_certificate": 1, "valid": 1, "without_holders": 1}
    assert TWO in told["needs_somebody"]
    assert GONE not in told["needs_somebody"]


def test_report_takes_the_leavers_from_the_workstations(played: Played) -> None:
    assert [row["authorisation"] for row in played.report["holders"]] == [JEANNE.authorisation]
    assert [row["holder"] for row in played.report["without_holder"]] == [KARIM.authorisation]


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_misspelt_variable_of_one_workstation_is_told_with_its_host(played: Played, playbook: str) -> None:
    said = warned(played.runs[playbook])
    meant = (Told("unused_variable.meant", {"near": "pkcs12_holders"}),)
    assert Told("unused_variable.unknown", {"name": "pkcs12_holder", "hosts": BARE}, meant) in all_told(" ".join(said))


@pytest.mark.parametrize("playbook", ["check_bundles", "check", "enrol", "audit", "renew"])
def test_workstation_without_holders_is_named_in_every_summary(played: Played, playbook: str) -> None:
    told = summary(played.runs[playbook])
    assert told["totals"]["without_holders"] == 1, played.runs[playbook].stdout
    assert any(BARE in line for line in told["lines"])
    assert "workstation_without_holders" in told_codes(" ".join(told["lines"]))


def test_renew_due_names_it_too(played: Played) -> None:
    assert Told("play.without_holders", {"hosts": BARE}) in all_told(str(summary(played.runs["renew_due"])["lines"]))


def test_check_warns(played: Played) -> None:
    (said,) = (text for host, text in messages(played.runs["check"], "Say what was found").items() if host == BARE)
    assert Told("finding.no_holders", {"host": BARE}) in all_told(" ".join(said))


def test_report_names_it(played: Played) -> None:
    run = played.runs["report"]
    assert [row["workstation"] for row in played.report["workstations"] if not row["holders"]] == [BARE, GONE, TWO]
    said = " ".join(map(str, messages(run, "Say what matters")["localhost"]))
    assert f"{BARE}, {GONE}, {TWO}" in said.replace(",", ", ").replace(
        "  ", " "
    )  # all who worked at the other two have left
    assert played.page.count(f">{BARE}, {GONE}, {TWO}<") == 2  # on the screen and on paper


def test_removal_says_nothing_of_people_whom_it_is_not_about(played: Played) -> None:
    assert not {"left", "without_holders"} & set(summary(played.runs["retire"])["totals"])
