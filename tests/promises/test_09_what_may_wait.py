# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes a run red, and what may wait: who is away, waits for the issuer, or works at a workstation that is off, while there is access.

Everybody has ten days of access left.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from integration.plays import NONCE, failed_hosts, outcomes, summary, told_codes
from integration.saved_state import SavedState
from lab.hospital import Hospital
from lab.people import ANNE, ELODIE, JEANNE, KARIM, PAUL, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play

WRONG, AWAY, WAITS, OFF, OTHER = "ws-wrong", "ws-away", "ws-waits", "ws-off", "ws-other"
DESKS = (
    Desk(WRONG, (Seat(JEANNE),)),
    Desk(AWAY, (Seat(ANNE, logged_on=False),)),
    Desk(WAITS, (Seat(KARIM),)),
    Desk(OFF, (Seat(PAUL),)),
    Desk(OTHER, (Seat(ELODIE),)),
)
PEOPLE = (JEANNE, ANNE, KARIM, PAUL, ELODIE)
Json = dict[str, Any]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SavedState]:
    """All were audited. Then two were switched off, Anne's new bundle came, and Jeanne's, for which the vault has a wrong passphrase."""
    with Hospital(tmp_path_factory.mktemp("waits"), DESKS, days=dict.fromkeys(PEOPLE, 10)) as running:
        for desk in DESKS:
            (person,) = [seat.person for seat in desk.seats]
            issued = running.bundles[person.authorisation]
            running.emulated(desk.name).store_of(person.sid).plant(issued.certificate, issued.private_key)
        assert run(running, "audit").exit_code == 0
        running.switch_off(OFF, OTHER)
        (running.bundle_folder / running.bundles[KARIM.authorisation].file_name).unlink()
        running.deliver(ANNE, 900, " new")
        running.deliver(JEANNE, 900, " new")
        vault = yaml.safe_load(running.passphrases.read_text(encoding="utf-8"))
        vault["pkcs12_passphrases"][JEANNE.authorisation] = "not this one"
        running.passphrases.write_text(yaml.safe_dump(vault), encoding="utf-8")
        yield SavedState.of(running)


@pytest.fixture
def hospital(saved: SavedState) -> Hospital:
    saved.restore()
    return saved.hospital


def run(hospital: Hospital, book: str, *hosts: str, **variables: Any) -> Run:
    limit = ("--limit", ",".join(["localhost", *hosts])) if hosts else ()
    given = {"pkcs12_report_folder": str(hospital.folder), "pkcs12_report_formats": ["json"], **variables}
    environment = {**FACT_CACHE, **NONCE}
    return play(hospital, f"hospital_it.pkcs12.{book}", "-e", json.dumps(given), *limit, environment=environment)


def red(ended: Run) -> set[str]:
    """Who ended it red; the exit code says the same."""
    hosts = failed_hosts(ended)
    assert ended.exit_code == (2 if hosts else 0), ended.stdout
    return hosts


def test_a_bundle_that_does_not_open_is_red_and_who_waits_is_not(hospital: Hospital) -> None:
    ended = run(hospital, "renew_due")
    assert outcomes(ended) == {
        WRONG: {JEANNE.authorisation: "failed"},
        AWAY: {ANNE.authorisation: "deferred"},
        WAITS: {KARIM.authorisation: "waiting_for_issuer"},
        OFF: {},
        OTHER: {},
    }
    assert red(ended) == {WRONG}
    report = run(hospital, "report", pkcs12_fail_on=["expired", "missing", "failed"])
    assert red(report) == {"localhost"}
    assert "not served by the last run 1 (pkcs12_fail_on)" in report.stdout + report.stderr


@pytest.mark.parametrize(("days", "who"), [(9, set()), (10, {AWAY, WAITS, OFF})])
def test_it_becomes_red_on_the_day_that_the_site_says(hospital: Hospital, days: int, who: set[str]) -> None:
    ended = run(hospital, "renew", AWAY, WAITS, OFF, pkcs12_deferred_fails_within_days=days)
    assert red(ended) == who


def test_the_report_is_green_where_all_may_wait(hospital: Hospital) -> None:
    ended = run(hospital, "daily", AWAY, WAITS, OFF, pkcs12_fail_on=["expired", "missing", "failed"])
    assert red(ended) == set()


@pytest.mark.parametrize("book", ["renew_due", "audit"])
def test_a_wrong_password_is_no_workstation_that_is_off(hospital: Hospital, book: str) -> None:
    assert red(run(hospital, book, AWAY, OFF, ansible_password="wrong")) == {AWAY}


@pytest.mark.parametrize("book", ["renew", "enrol", "audit"])
def test_where_none_of_several_answers_they_are_not_all_off(hospital: Hospital, book: str) -> None:
    ended = run(hospital, book, OFF, OTHER)
    assert ended.exit_code == 2, ended.stdout
    assert "none_answered.other_cause" in told_codes(" ".join(summary(ended)["lines"]))


def test_one_alone_may_be_off(hospital: Hospital) -> None:
    assert red(run(hospital, "renew", OFF)) == set()


def test_the_hourly_run_may_find_only_workstations_that_are_off(hospital: Hospital) -> None:
    assert red(run(hospital, "renew_due", OFF, OTHER)) == set()


def test_without_facts_nothing_is_known_and_a_silent_workstation_is_red(hospital: Hospital) -> None:
    for file in (hospital.folder / "facts").glob(f"*{OFF}"):
        file.unlink()
    assert red(run(hospital, "renew", AWAY, OFF)) == {OFF}


def test_a_leaver_waits_for_nothing(hospital: Hospital) -> None:
    ended = run(hospital, "retire", AWAY, OFF, pkcs12_retire_authorisations=[PAUL.authorisation])
    assert OFF in red(ended)
