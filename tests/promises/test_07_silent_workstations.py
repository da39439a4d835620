# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook audit: facts that last, of workstations that answer, and a sentence about those that do not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Reachability
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.no_answer import (
    NoAnswerReason,
    no_answer_reason,
)
from integration.plays import Json, cached, failed_hosts, messages, modules, run_play
from integration.saved_state import SavedState
from lab.hospital import Hospital
from lab.people import ANNE, ELODIE, JEANNE, KARIM, PAUL, Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play
from lab.winrm import tally

AUDIT = "hospital_it.pkcs12.audit"
CARDIO, NUCLEAR, PHARMACY, OFF, NEVER = "ws-cardio", "ws-nuclear", "ws-pharmacy", "ws-off", "ws-never"
DESKS = (
    Desk(CARDIO, (Seat(JEANNE), Seat(ELODIE, asked="upn"))),
    Desk(NUCLEAR, (Seat(PAUL),)),
    Desk(PHARMACY, (Seat(ANNE, logged_on=False),)),
    Desk(OFF, (Seat(JEANNE, asked="sid"),)),
    Desk(NEVER, (Seat(KARIM),)),
)
DAYS = {JEANNE: 900, ELODIE: 30, ANNE: 900}
"""Who has a certificate, and for how many days more. Paul and Karim have none."""
OF_THE_MOMENT = ("gathered_at", "workstation_utc", "clock_skew_seconds")


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SavedState]:
    """One workstation has been off since the first audit, one has never been seen."""
    with Hospital(tmp_path_factory.mktemp("audit"), DESKS, days=DAYS) as running:
        for desk in DESKS:
            for seat in desk.seats:
                if seat.person in DAYS:
                    plant(running, desk.name, seat.person)
        running.switch_off(NEVER)
        audit(running)
        running.switch_off(OFF)
        yield SavedState.of(running)


@pytest.fixture
def hospital(audited: SavedState) -> Hospital:
    """The same for every test."""
    audited.restore()
    return audited.hospital


def plant(hospital: Hospital, desk: str, person: Person) -> None:
    issued = hospital.bundles[person.authorisation]
    hospital.emulated(desk).store_of(person.sid).plant(issued.certificate, issued.private_key)


def audit(hospital: Hospital, *options: str) -> Run:
    return play(hospital, AUDIT, *options, environment=FACT_CACHE)


def said(run: Run) -> dict[str, Any]:
    """What each workstation came to: why it could not be audited, or None and where its holders stand."""
    found = {row.host: row.result["ansible_facts"] for row in run.of("certificate_facts")}
    return {
        host: facts["pkcs12_fact_audit"]["problem"] or (None, standings(facts["pkcs12"]))
        for host, facts in found.items()
    }


def audits(hospital: Hospital) -> dict[str, Any]:
    """What a later run of Ansible reads from the fact cache."""
    message = "{{ ansible_facts['pkcs12_fact_audit'] | default({'problem': 'nobody has asked'}) | to_json }}"
    show = {"ansible.builtin.debug": {"msg": message}, "name": "Show"}
    found = messages(run_play(hospital, environment=FACT_CACHE, tasks=[show]), "Show")
    return {host: json.loads(each) if isinstance(each, str) else each for host, each in found.items()}


def problems(hospital: Hospital) -> dict[str, Any]:
    return {host: each["problem"] for host, each in audits(hospital).items()}


def kind(problem: Mapping[str, Any]) -> str:
    return str(problem["code"]).partition(".")[0]


def tasks_of(run: Run, host: str) -> int:
    """How many tasks Ansible counts for a host, those that were skipped included."""
    line = next(line for line in run.stdout.splitlines() if line.startswith(f"{host} "))
    return sum(int(count) for count in re.findall(r"(?:ok|unreachable|failed|skipped|rescued)=(\d+)", line))


def facts(hospital: Hospital) -> dict[str, Any]:
    return {desk.name: cached(hospital, desk.name) for desk in DESKS}


def lasting(known: Mapping[str, Any]) -> dict[str, Any]:
    """Facts without what is of the moment alone."""
    return {
        host: said and {key: value for key, value in said.items() if key not in OF_THE_MOMENT}
        for host, said in known.items()
    }


def standings(said: Any) -> dict[str, str]:
    return {holder["authorisation"]: holder["status"] for holder in said["holders"]}


def stores(hospital: Hospital) -> list[dict[str, bytes]]:
    return [
        dict(hospital.emulated(desk.name).store_of(seat.person.sid).elements) for desk in DESKS for seat in desk.seats
    ]


def test_facts_of_every_workstation_that_answers_are_kept(hospital: Hospital) -> None:
    known = facts(hospital)
    assert standings(known[CARDIO]) == {JEANNE.authorisation: "valid", ELODIE.authorisation: "renewal_due"}
    assert standings(known[NUCLEAR]) == {PAUL.authorisation: "missing"}
    assert standings(known[PHARMACY]) == {ANNE.authorisation: "valid"}
    assert standings(known[OFF]) == {JEANNE.authorisation: "valid"}
    assert known[NEVER] is None
    thumbprints = {row["thumbprint"] for row in known[CARDIO]["certificates"]}
    assert thumbprints == {hospital.bundles[person.authorisation].thumbprint for person in (JEANNE, ELODIE)}


def test_a_workstation_that_is_off_keeps_its_facts_and_ends_nothing(hospital: Hospital) -> None:
    before = facts(hospital)
    run = audit(hospital)
    after = facts(hospital)
    assert run.exit_code == 0
    assert failed_hosts(run) == set()
    assert (after[OFF], after[NEVER]) == (before[OFF], None)
    assert all(after[host] != before[host] for host in (CARDIO, NUCLEAR, PHARMACY))
    assert lasting(after) == lasting(before)
    told = said(run)
    assert told[CARDIO] == (None, {JEANNE.authorisation: "valid", ELODIE.authorisation: "renewal_due"})
    assert told[PHARMACY] == (None, {ANNE.authorisation: "valid"})
    for host in (OFF, NEVER):
        assert kind(told[host]) == "connection_refused"


def test_a_workstation_whose_answer_is_a_failure_keeps_its_facts(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = facts(hospital)
    monkeypatch.setattr(hospital.emulated(NUCLEAR), "utc", lambda: "half past nine")
    run = audit(hospital)
    assert (run.exit_code, failed_hosts(run)) == (2, {NUCLEAR})
    assert facts(hospital)[NUCLEAR] == before[NUCLEAR]
    assert no_answer_reason(Problem.from_map(said(run)[NUCLEAR]), Reachability.UNKNOWN) is NoAnswerReason.FAILED


def test_a_workstation_costs_one_task(whole: Run) -> None:
    """Not the first, which also runs the tasks that run once."""
    others = (NUCLEAR, PHARMACY, OFF, NEVER)
    assert {host: tasks_of(whole, host) for host in others} == dict.fromkeys(others, 1)


def test_problem_lasts_until_the_workstation_answers(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(hospital.emulated(NUCLEAR), "utc", lambda: "half past nine")
        audit(hospital)
    assert problems(hospital)[NUCLEAR]
    audit(hospital)
    assert problems(hospital)[NUCLEAR] is None


def test_whoever_wants_it_red_gets_it_red(hospital: Hospital) -> None:
    run = audit(hospital, "-e", "pkcs12_fail_on_unreachable=true")
    assert failed_hosts(run) == {OFF, NEVER}


@pytest.mark.parametrize("fails", [False, True])
def test_the_role_by_itself_keeps_the_problem_and_says_who_is_red(hospital: Hospital, fails: bool) -> None:
    """Ansible drops the facts of a failed task, so the role sets them again."""
    known = facts(hospital)
    for file in (hospital.folder / "facts").glob(f"*{NEVER}"):
        file.unlink()
    roles = [{"role": AUDIT, "pkcs12_fail_on_unreachable": fails}]
    run = run_play(hospital, environment=FACT_CACHE, roles=roles)
    assert failed_hosts(run) == ({OFF, NEVER} if fails else set())
    assert kind(problems(hospital)[NEVER]) == "connection_refused"
    assert facts(hospital)[OFF] == known[OFF]


def test_a_failure_that_is_not_the_modules_is_red_and_kept(hospital: Hospital) -> None:
    """Ansible itself ends the task, because it cannot render an argument. The time is kept in UTC wherever the controller is."""
    defaults = {"hospital_it.pkcs12.certificate_facts": {"eku": "{{ no_such_variable }}"}}
    options: Json = {"roles": [AUDIT], "module_defaults": defaults}
    run = run_play(hospital, "--limit", NUCLEAR, environment={**FACT_CACHE, "TZ": "Asia/Tokyo"}, **options)
    assert failed_hosts(run) == {NUCLEAR}
    kept = audits(hospital)[NUCLEAR]
    assert abs(datetime.now(timezone.utc) - datetime.fromisoformat(kept["at"])) < timedelta(hours=1)
    found = kept["problem"]
    assert found["code"] == "not_audited.by_ansible"
    assert "no_such_variable" in found["values"]["said"]


def test_a_setting_that_is_not_defined_is_red_and_named(hospital: Hospital) -> None:
    run = audit(hospital, "-e", "pkcs12_subject={{ no_such_variable }}", "--limit", NUCLEAR)
    assert failed_hosts(run) == {NUCLEAR}
    assert {"pkcs12_subject", "no_such_variable"} <= set(re.findall(r"\w+", run.stdout + run.stderr))


def test_a_mistake_of_the_role_ends_every_workstation_failed(hospital: Hospital) -> None:
    """Nobody was called, so that a later report says of each of them what it said before."""
    before = facts(hospital), audits(hospital)
    both = json.dumps({"pkcs12_issuer": "CN=AC", "pkcs12_issuers": [{"name": "people", "issuer": "CN=AC"}]})
    for given, code in (("pkcs12_issuer=(", "bad_pattern"), (both, "bad_arguments")):
        run = audit(hospital, "-e", given)
        assert failed_hosts(run) == {desk.name for desk in DESKS}
        assert {row.result["error"]["code"] for row in run.of("certificate_facts")} == {code}
        (lines,) = messages(run, "Say what became of each holder").values()
        assert [line for line in lines if "pkcs12_issuer" in line] == lines[2:3]
        assert modules(run.requests) == []
        assert (facts(hospital), audits(hospital)) == before


@pytest.fixture(scope="module")
def whole(audited: SavedState) -> Run:
    """An audit of all, to compare parts with."""
    audited.restore()
    return audit(audited.hospital)


@pytest.mark.parametrize(
    "parts",
    [
        [("--forks=1",)],
        [("--limit", f"{CARDIO},{OFF}"), ("--limit", f"{NUCLEAR},{PHARMACY},{NEVER}")],
        [("--limit", NEVER), ("--limit", f"all:!{NEVER}")],
    ],
    ids=["one_fork", "two_slices", "a_slice_that_is_off"],
)
def test_parts_of_an_audit_are_like_one(whole: Run, hospital: Hospital, parts: list[tuple[str, ...]]) -> None:
    known = facts(hospital)
    told: dict[str, Any] = {}
    for options in parts:
        run = audit(hospital, *options)
        assert run.exit_code == 0
        told |= said(run)
    assert told == said(whole)
    assert all(facts(hospital)[host] != known[host] for host in (CARDIO, NUCLEAR, PHARMACY))
    assert lasting(facts(hospital)) == lasting(known)


@pytest.mark.parametrize("serial", [1, 2, "40%"])
def test_batches_are_like_one_play_even_where_a_whole_batch_is_off(
    whole: Run, hospital: Hospital, serial: int | str
) -> None:
    """Ansible ends a play when every host of a batch has failed: here no host of any batch does."""
    order: Json = {"order": "reverse_inventory", "serial": serial}  # those that are off come first
    run = run_play(hospital, environment=FACT_CACHE, roles=[AUDIT], **order)
    assert (run.exit_code, said(run)) == (0, said(whole))


def test_each_workstation_costs_one_command_and_nothing_changes(hospital: Hospital) -> None:
    before = stores(hospital)
    run = audit(hospital)
    answering = (CARDIO, NUCLEAR, PHARMACY)
    assert {host: modules(run.requests, host) for host in answering} == {
        host: ["store_inventory"] for host in answering
    }
    assert tally(run.requests).commands == len(answering)
    assert not any(entry.become_user for entry in run.requests)
    assert "changed=0" in run.stdout
    assert not any(f"changed={count}" in run.stdout for count in range(1, 9))
    assert stores(hospital) == before


def test_check_mode_asks_and_says_the_same(whole: Run, hospital: Hospital) -> None:
    checked = audit(hospital, "--check", "--diff")
    assert (checked.exit_code, said(checked)) == (0, said(whole))


def test_holders_that_are_none_are_refused_before_anybody_is_asked(hospital: Hospital) -> None:
    run = audit(hospital, "-e", json.dumps({"pkcs12_holders": [{"name": "Jeanne Dupont"}]}))
    assert failed_hosts(run) == {desk.name for desk in DESKS}
    assert modules(run.requests) == []


def test_an_account_that_is_given_by_its_sid_is_told_by_its_name(tmp_path: Path) -> None:
    with Hospital(tmp_path, (Desk(OFF, (Seat(JEANNE, asked="sid"),)),)) as running:
        ended = play(running, AUDIT, environment=FACT_CACHE)
    (lines,) = messages(ended, "Say what became of each holder").values()
    assert any(f"{JEANNE.name}, {JEANNE.authorisation} ({JEANNE.account})" in line for line in lines)
