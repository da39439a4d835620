# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation whose variables cannot be used: each playbook says why, does nothing there, and serves the others.

Its ``pkcs12_holders`` has another shape or is misspelt, Ansible cannot render a variable, or a leaver would not be recognised.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from integration.plays import NONCE, Told, all_told, failed_hosts, messages, outcomes, row, summary, told_codes, warned
from integration.saved_state import SavedState
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, PAUL, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play

GOOD, ACCOUNT, BARE = "ws-good", "ws-account", "ws-bare"
"""The account of the second is a template that Ansible cannot render; the third has its holders under a misspelt name."""
WRONG: Mapping[str, tuple[Any, str]] = {
    "ws-mapping": ({"user": PAUL.account}, "holders_no_list"),
    "ws-texts": ([PAUL.account], "holder_no_mapping"),
    "ws-key": ([{"user": PAUL.account, "absent_untill": "2026-12-01"}], "holder_unknown_keys"),
    "ws-missing": ([{"name": PAUL.name}], "holder_without_user"),
}
CODES = {name: f"bad_arguments.{code}" for name, (_given, code) in WRONG.items()}
TEMPLATE, LEAVER = "ws-template", "ws-leaver"
OTHERS: Mapping[str, Mapping[str, Any]] = {
    ACCOUNT: {"ansible_user": "{{ no_such_variable }}"},
    TEMPLATE: {"pkcs12_holders": "{{ no_such_variable }}"},
    LEAVER: {"pkcs12_leavers": [42798]},  # 0123456 without quotes
}
BOOKS = {"check_bundles": "holder_bundles", "enrol": "holder_certificates", "audit": "certificate_facts"}
"""With the module of each that works at a workstation."""
ALL = {*WRONG, ACCOUNT, TEMPLATE, LEAVER}
RED = {"check_bundles": ALL, "enrol": ALL | {BARE}, "audit": ALL - {LEAVER}}
"""An audit does not ask who has left. What writes refuses a name that is nearly a setting's."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mapping[str, Run], SavedState]]:
    """What each playbook came to, and what the hospital was like after them."""
    desks = [Desk(GOOD, (Seat(JEANNE), Seat(ELODIE))), *(Desk(name, (Seat(PAUL),)) for name in (*WRONG, *OTHERS, BARE))]
    with Hospital(tmp_path_factory.mktemp("shapes"), desks) as running:
        inventory = yaml.safe_load(running.inventory.read_text(encoding="utf-8"))
        group = inventory["all"]["children"]["workstations"]
        group["vars"] = {"pkcs12_leavers": [ELODIE.authorisation.lower()]}
        for name, (given, _code) in WRONG.items():
            group["hosts"][name]["pkcs12_holders"] = given
        for name, variables in OTHERS.items():
            group["hosts"][name].update(variables)
        group["hosts"][BARE]["pkcs12_holder"] = group["hosts"][BARE].pop("pkcs12_holders")
        running.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")
        yield {book: run(running, book) for book in BOOKS}, SavedState.of(running)


@pytest.fixture
def runs(played: tuple[Mapping[str, Run], SavedState]) -> Mapping[str, Run]:
    return played[0]


@pytest.fixture
def hospital(played: tuple[Mapping[str, Run], SavedState]) -> Hospital:
    played[1].restore()
    return played[1].hospital


def run(hospital: Hospital, book: str, *options: str, **variables: Any) -> Run:
    given = ("-e", json.dumps({"pkcs12_report_folder": str(hospital.folder), **variables}))
    return play(hospital, f"hospital_it.pkcs12.{book}", *given, *options, environment={**FACT_CACHE, **NONCE})


def said(told: Run) -> list[Told]:
    """What the summary of a run tells."""
    return all_told(" ".join(summary(told)["lines"]))


@pytest.mark.parametrize("book", BOOKS)
def test_the_summary_names_each_host_that_needs_help_and_nothing_is_sent_there(
    runs: Mapping[str, Run], book: str
) -> None:
    told = runs[book]
    assert {host: row(told, BOOKS[book], host).result["error"]["problem"]["code"] for host in CODES} == CODES
    assert CODES.keys() - {host for host in CODES if any(host in line for line in summary(told)["lines"])} == set()
    assert failed_hosts(told) == RED[book]
    assert RED[book] <= set(summary(told)["needs_somebody"])
    assert not {entry.workstation.lower() for entry in told.requests} & RED[book]
    assert "A defect in" not in told.stdout
    assert "Error while resolving" not in told.stdout + told.stderr


def test_others_are_served_and_who_has_left_is_named_and_gets_nothing(runs: Mapping[str, Run]) -> None:
    told = runs["enrol"]
    assert outcomes(told)[GOOD] == {JEANNE.authorisation: "installed"}
    assert any(ELODIE.name in line for line in summary(told)["lines"])
    assert Told("bad_arguments.number_in_list", {"number": "42798", "setting": "pkcs12_leavers"}) in said(told)


@pytest.mark.parametrize("book", BOOKS)
def test_a_workstation_whose_holders_are_misspelt_is_named_and_so_is_the_variable(
    runs: Mapping[str, Run], book: str
) -> None:
    told = runs[book]
    meant = (Told("unused_variable.meant", {"near": "pkcs12_holders"}),)
    unknown = Told("unused_variable.unknown", {"name": "pkcs12_holder", "hosts": BARE}, meant)
    assert unknown in all_told(" ".join(warned(told)))
    assert any(BARE in line for line in summary(told)["lines"])
    if book == "enrol":
        meant = (Told("bad_arguments.meant", {"given": "pkcs12_holder", "near": "pkcs12_holders"}),)
        assert Told("bad_arguments.nearly_a_setting", {}, meant) in said(told)
    else:
        assert summary(told)["totals"]["without_holders"] == 1
        assert "workstation_without_holders" in told_codes(" ".join(summary(told)["lines"]))


def test_daily_says_it_in_the_summary_and_in_the_report_and_renews_the_others(
    hospital: Hospital, runs: Mapping[str, Run]
) -> None:
    assert runs["audit"].exit_code == 2
    told = run(hospital, "daily")
    assert told.exit_code == 2
    assert outcomes(told).keys() & ALL <= {LEAVER}
    written = json.loads((hospital.folder / "pkcs12-compliance.json").read_text(encoding="utf-8"))
    problems = {each["workstation"]: each["problem"] for each in written["workstations"]}
    for name, code in CODES.items():
        assert [each["code"] for each in problems[name]["causes"]] == [code]
    assert {each["authorisation"] for each in written["holders"]} == {JEANNE.authorisation, PAUL.authorisation}


def test_a_leaver_who_still_has_a_certificate_is_told_apart_by_an_audit(hospital: Hospital) -> None:
    issued = hospital.bundles[ELODIE.authorisation]
    hospital.emulated(GOOD).store_of(ELODIE.sid).plant(issued.certificate, issued.private_key)
    told = run(hospital, "audit", "--limit", GOOD)
    assert summary(told)["totals"].get("left_with_a_certificate") == 1
    assert summary(told)["needs_somebody"] == [GOOD]


def test_the_summary_is_there_also_where_no_task_could_start(hospital: Hospital) -> None:
    told = run(hospital, "enrol", pkcs12_passphrases="{{ no_template( }}")
    assert failed_hosts(told) >= {GOOD, *ALL}
    assert Told("bad_arguments.secrets_no_template", {"variable": "pkcs12_passphrases"}) in said(told)


@pytest.mark.parametrize("book", ["audit", "check", "check_bundles", "enrol", "renew", "renew_due", "retire"])
def test_the_summary_is_there_also_where_ansible_ends_every_host(hospital: Hospital, book: str) -> None:
    ended = run(hospital, book, "--limit", f"{ACCOUNT},localhost")
    assert (ended.exit_code, ACCOUNT in failed_hosts(ended)) == (2, True)
    (shown,) = messages(ended, "Say what became of each holder").values()
    assert shown == summary(ended)["lines"]
