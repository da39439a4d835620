# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks renew and retire on several workstations: who is renewed, who waits, who has left, and what the summary says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from integration.plays import failed_hosts, outcomes, summary
from lab.hospital import Hospital
from lab.people import ANNE, DESKS, JEANNE, KARIM, LOUIS, PAUL, Person
from lab.playbook import play

RENEW, RETIRE = "hospital_it.pkcs12.renew", "hospital_it.pkcs12.retire"
EMULATED = tuple(desk for desk in DESKS if not desk.windows)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("roles"), EMULATED, days={PAUL: 30, KARIM: 200, ANNE: 5}) as running:
        assert play(running, "hospital_it.pkcs12.enrol").exit_code == 0
        away = running.emulated("ws-pharmacy").store_of(ANNE.sid)
        away.plant(running.bundles[ANNE.authorisation].certificate, running.bundles[ANNE.authorisation].private_key)
        for person in (PAUL, KARIM, ANNE):
            running.deliver(person, 1000, " new")
        _add_dead_host(running)
        yield running


def _add_dead_host(hospital: Hospital) -> None:
    inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    hosts = inventory["all"]["children"]["workstations"]["hosts"]
    hosts["ws-dead"] = hosts["ws-nuclear"] | {"ansible_port": 9}
    hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")


def held(hospital: Hospital, desk: str, person: Person) -> tuple[int, int]:
    """How many certificates and how many key containers are in a holder's store."""
    store = hospital.emulated(desk).store_of(person.sid)
    return len(store.elements), len(store.containers)


EXPECTED = {
    "ws-cardio": {"T100001": "unchanged", "T100002": "unchanged"},
    "ws-radio": {"T100001": "unchanged", "T100003": "not_due"},
    "ws-nuclear": {"T100004": "renewed"},
    "ws-pharmacy": {"T100005": "deferred"},
    "ws-dead": {},  # it does not answer
}


TOTALS = {"unchanged": 3, "not due": 1, "deferred": 1, "did not answer": 1}


def test_check_mode_says_what_the_run_then_does(hospital: Hospital) -> None:
    before = hospital.emulated("ws-nuclear").store_of(PAUL.sid).elements.copy()
    planned = play(hospital, RENEW, "--check", "--diff")
    assert outcomes(planned) == EXPECTED
    assert summary(planned)["totals"] == TOTALS | {"would be renewed": 1}
    assert hospital.emulated("ws-nuclear").store_of(PAUL.sid).elements == before
    done = play(hospital, RENEW, "--diff")
    assert outcomes(done) == EXPECTED
    assert summary(done)["totals"] == TOTALS | {"renewed": 1}
    assert done.exit_code == planned.exit_code == 2
    diffs = [
        [row.result["diff"] for row in run.of("holder_certificates") if row.result.get("changed")] for run in (planned, done)
    ]
    assert diffs[0] == diffs[1] != []
    assert held(hospital, "ws-nuclear", PAUL) == (1, 1)
    # A deferral five days before the end of access, and a workstation that does not answer, end their hosts failed; no other.
    assert failed_hosts(done) == {"ws-pharmacy", "ws-dead"}
    assert summary(done)["unreachable_hosts"] == ["ws-dead"]


def test_second_run_changes_nothing_and_serial_makes_no_difference(hospital: Hospital) -> None:
    play(hospital, RENEW)
    again = play(hospital, RENEW, "--forks=1")
    assert not any(row.result.get("changed") for row in again.rows)
    assert outcomes(again) == EXPECTED | {"ws-nuclear": {"T100004": "unchanged"}}


def test_renew_now_takes_what_is_not_due(hospital: Hospital) -> None:
    run = play(hospital, RENEW, "-e", "renew_now=true", "--limit", "ws-radio")
    assert summary(run)["totals"] == {"unchanged": 1, "renewed": 1}
    assert outcomes(run)["ws-radio"] == {"T100001": "unchanged", "T100003": "renewed"}
    assert held(hospital, "ws-radio", KARIM) == (1, 1)


def test_who_leaves_is_retired_and_nobody_else(hospital: Hospital) -> None:
    numbers = [JEANNE.authorisation, LOUIS.authorisation]
    leaving = json.dumps({"retire_authorisations": numbers})
    as_text = json.dumps({"retire_authorisations": ", ".join(numbers)})  # from a survey, or -e name=value
    checked = play(hospital, RETIRE, "-e", as_text, "--check")
    assert held(hospital, "ws-cardio", JEANNE) == (1, 1)
    run = play(hospital, RETIRE, "-e", leaving)
    expected = {"ws-cardio": {"T100001": "removed"}, "ws-radio": {"T100001": "removed"}}
    assert outcomes(run) == outcomes(checked) == expected | {"ws-nuclear": {}, "ws-pharmacy": {}, "ws-dead": {}}
    assert summary(run)["not_found"] == summary(checked)["not_found"] == [LOUIS.authorisation]
    assert held(hospital, "ws-cardio", JEANNE) == held(hospital, "ws-radio", JEANNE) == (0, 0)
    assert held(hospital, "ws-nuclear", PAUL)[0] == held(hospital, "ws-radio", KARIM)[0] == 1
    assert not any(row.result.get("changed") for row in play(hospital, RETIRE, "-e", leaving).rows)


def test_every_change_is_written_down(hospital: Hospital) -> None:
    lines = [json.loads(line) for line in Path(hospital.evidence).read_text(encoding="utf-8").splitlines()]
    # The three that were enrolled first, too.
    assert {line["workstation"] for line in lines} == {"WS-NUCLEAR", "WS-RADIO", "WS-CARDIO"}
    assert all(key["key"] == "deleted" for line in lines for key in line["keys"])
