# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that Ansible cannot render, and leavers whom nobody would recognise: nothing is done there, and the others are served."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from integration.plays import NONCE, Told, all_told, failed_hosts, messages, outcomes, summary
from lab.hospital import Hospital
from lab.people import JEANNE, PAUL, Desk, Seat
from lab.playbook import Run, fact_cache, play

GOOD, ACCOUNT = "ws-good", "ws-user"
WRONG: dict[str, Mapping[str, Any]] = {
    "ws-holders": {"pkcs12_holders": "{{ no_such_variable }}"},
    "ws-leavers": {"pkcs12_leavers": "{{ no_such_variable }}"},
    "ws-number": {"pkcs12_leavers": [42798]},  # 0123456 without quotes
}
OF_ANSIBLE = {ACCOUNT: {"ansible_user": "{{ no_such_variable }}"}}
"""Ansible ends this host before a task of the collection sees it. It is the first one, on which Ansible runs what runs once."""

BOOKS = ("check_bundles", "enrol", "renew", "daily")
"""The playbooks that leave out leavers."""


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    desks = [*(Desk(name, (Seat(PAUL),)) for name in (ACCOUNT, *WRONG)), Desk(GOOD, (Seat(JEANNE),))]
    with Hospital(tmp_path_factory.mktemp("unreadable"), desks) as running:
        inventory = yaml.safe_load(running.inventory.read_text(encoding="utf-8"))
        hosts = inventory["all"]["children"]["workstations"]["hosts"]
        for name, variables in (WRONG | OF_ANSIBLE).items():
            hosts[name].update(variables)
        running.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")
        yield running


@pytest.fixture(scope="module")
def runs(hospital: Hospital) -> Mapping[str, Run]:
    return {name: run(hospital, name) for name in (*BOOKS, "check", "audit")}


def run(hospital: Hospital, book: str, *options: str, **variables: str) -> Run:
    given = json.dumps({"pkcs12_report_folder": str(hospital.folder), "pkcs12_report_formats": ["json"], **variables})
    environment = {**fact_cache(hospital), **NONCE}
    return play(hospital, f"hospital_it.pkcs12.{book}", "-e", given, *options, environment=environment)


def said(told: Run) -> list[Told]:
    """What the summary of a run tells."""
    return all_told(" ".join(summary(told)["lines"]))


@pytest.mark.parametrize("book", BOOKS)
def test_each_of_them_needs_help_and_is_not_called(runs: Mapping[str, Run], book: str) -> None:
    told = runs[book]
    assert summary(told)["needs_somebody"] == sorted((*WRONG, ACCOUNT)), told.stdout
    assert told.exit_code == 2
    assert not {entry.workstation.lower() for entry in told.requests} & {*WRONG, ACCOUNT}


@pytest.mark.parametrize("book", ["check", "audit"])
def test_holders_that_cannot_be_read_are_not_nobody(runs: Mapping[str, Run], book: str) -> None:
    told = runs[book]
    assert summary(told)["totals"]["failed"] == 2, told.stdout
    assert failed_hosts(told) == {"ws-holders", ACCOUNT}


def test_a_number_without_quotes_is_told_with_its_cure(runs: Mapping[str, Run]) -> None:
    assert Told("bad_arguments.number_in_list", {"number": "42798", "setting": "pkcs12_leavers"}) in said(runs["enrol"])


def test_the_others_are_served(runs: Mapping[str, Run]) -> None:
    assert outcomes(runs["enrol"])[GOOD] == {JEANNE.authorisation: "installed"}


def test_report_of_daily_names_each(runs: Mapping[str, Run], hospital: Hospital) -> None:
    *_settings, result = (each.result for each in runs["daily"].of("compliance_report") if each.host == "localhost")
    assert result.get("failing") == {"variables": len(WRONG)}, result["msg"]
    written = json.loads((hospital.folder / "pkcs12-compliance.json").read_text(encoding="utf-8"))
    problems = {each["workstation"]: each["problem"] or {} for each in written["workstations"]}
    unusable = {name for name, problem in problems.items() if problem.get("code") == "unusable_variables.workstation"}
    assert unusable == set(WRONG)


@pytest.mark.parametrize("book", ["enrol", "renew"])
def test_summary_is_there_also_when_no_task_could_start(hospital: Hospital, book: str) -> None:
    told = run(hospital, book, pkcs12_passphrases="{{ no_template( }}")
    assert told.exit_code == 2
    assert summary(told)["needs_somebody"] == sorted((GOOD, *WRONG, ACCOUNT))
    assert failed_hosts(told) == {GOOD, *WRONG, ACCOUNT}
    assert Told("bad_arguments.secrets_no_template", {"variable": "pkcs12_passphrases"}) in said(told)


@pytest.mark.parametrize("book", ["audit", "check", "check_bundles", "enrol", "renew", "retire", "daily"])
def test_summary_is_shown_also_where_ansible_ends_every_host(hospital: Hospital, book: str) -> None:
    told = run(hospital, book, "--limit", f"{ACCOUNT},localhost")
    assert (told.exit_code, ACCOUNT in failed_hosts(told)) == (2, True)
    (shown,) = messages(told, "Say what became of each holder").values()
    assert shown == summary(told)["lines"]
