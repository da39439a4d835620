# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks renew and retire on several workstations: who is renewed, who waits, who has left, and what the summary says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from integration.plays import failed_hosts, outcomes, summary, without_nonces
from lab.emulated.store import Store
from lab.hospital import Hospital
from lab.people import ANNE, DESKS, JEANNE, KARIM, LOUIS, PAUL, Person
from lab.playbook import Run, play

RENEW, RETIRE = "hospital_it.pkcs12.renew", "hospital_it.pkcs12.retire"
EMULATED = tuple(desk for desk in DESKS if not desk.windows)


LEAVING = [JEANNE.authorisation, LOUIS.authorisation]
STEPS = {
    "planned": (RENEW, "--check", "--diff"),
    "renewed": (RENEW, "--diff"),
    "again": (RENEW, "--forks=1"),
    "now": (RENEW, "-e", "pkcs12_install=always", "--limit", "ws-radio"),
    # Numbers in one text come from a survey, or from -e name=value.
    "leaving": (RETIRE, "-e", json.dumps({"pkcs12_retire_authorisations": ", ".join(LEAVING)}), "--check"),
    # Karim has left, too, and this run is not about him.
    "left": (
        RETIRE,
        "-e",
        json.dumps({"pkcs12_retire_authorisations": LEAVING, "pkcs12_leavers": [KARIM.authorisation]}),
    ),
    "left again": (RETIRE, "-e", json.dumps({"pkcs12_retire_authorisations": LEAVING})),
}


@dataclass(frozen=True, slots=True)
class Played:
    """Every step, one after the other. ``held``: how many certificates and key containers each holder had after a step."""

    runs: Mapping[str, Run]
    held: Mapping[str, Mapping[tuple[str, Person], tuple[int, int]]]
    stores: Mapping[str, Mapping[tuple[str, Person], Mapping[str, bytes]]]
    evidence: list[Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    runs, held, stores = {}, {}, {}
    with Hospital(tmp_path_factory.mktemp("roles"), EMULATED, days={PAUL: 30, KARIM: 200, ANNE: 5}) as hospital:
        prepare(hospital)
        stores["prepared"] = elements(hospital)
        for name, (book, *options) in STEPS.items():
            runs[name] = play(hospital, book, *options)
            held[name], stores[name] = counts(hospital), elements(hospital)
        evidence = [json.loads(line) for line in hospital.evidence.read_text(encoding="utf-8").splitlines()]
    return Played(runs, held, stores, evidence)


def prepare(hospital: Hospital) -> None:
    """Everybody has a certificate, three of them will have a newer one, and one workstation is off."""
    assert play(hospital, "hospital_it.pkcs12.enrol").exit_code == 0
    annes = hospital.bundles[ANNE.authorisation]
    hospital.emulated("ws-pharmacy").store_of(ANNE.sid).plant(annes.certificate, annes.private_key)
    for person in (PAUL, KARIM, ANNE):
        hospital.deliver(person, 1000, " new")
    inventory = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    hosts = inventory["all"]["children"]["workstations"]["hosts"]
    hosts["ws-dead"] = hosts["ws-nuclear"] | {"ansible_port": 9}
    hospital.inventory.write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")


def stores_of(hospital: Hospital) -> dict[tuple[str, Person], Store]:
    return {
        (desk.name, seat.person): hospital.emulated(desk.name).store_of(seat.person.sid)
        for desk in EMULATED
        for seat in desk.seats
    }


def counts(hospital: Hospital) -> dict[tuple[str, Person], tuple[int, int]]:
    return {place: (len(store.elements), len(store.containers)) for place, store in stores_of(hospital).items()}


def elements(hospital: Hospital) -> dict[tuple[str, Person], dict[str, bytes]]:
    return {place: dict(store.elements) for place, store in stores_of(hospital).items()}


def changed(run: Run) -> bool:
    return any(row.result.get("changed") for row in run.rows)


EXPECTED = {
    "ws-cardio": {"T100001": "unchanged", "T100002": "unchanged"},
    "ws-radio": {"T100001": "unchanged", "T100003": "not_due"},
    "ws-nuclear": {"T100004": "renewed"},
    "ws-pharmacy": {"T100005": "deferred"},
    "ws-dead": {},  # it does not answer
}
TOTALS = {"unchanged": 3, "not_due": 1, "deferred": 1, "did_not_answer": 1}


def test_check_mode_says_what_the_run_then_does(played: Played) -> None:
    planned, done = played.runs["planned"], played.runs["renewed"]
    assert outcomes(planned) == outcomes(done) == EXPECTED
    assert summary(planned)["totals"] == TOTALS | {"would_be_renewed": 1}
    assert summary(done)["totals"] == TOTALS | {"renewed": 1}
    assert summary(done)["unreachable_hosts"] == ["ws-dead"]
    assert played.stores["planned"] == played.stores["prepared"]
    assert done.exit_code == planned.exit_code == 2
    diffs = [
        [without_nonces(row.result["diff"]) for row in run.holders() if row.result["changed"]]
        for run in (planned, done)
    ]
    assert diffs[0] == diffs[1] != []
    assert played.held["renewed"]["ws-nuclear", PAUL] == (1, 1)
    assert played.stores["renewed"]["ws-nuclear", PAUL] != played.stores["planned"]["ws-nuclear", PAUL]
    # A deferral five days before the end of access, and a workstation that does not answer, end their hosts failed; no other.
    assert failed_hosts(done) == {"ws-pharmacy", "ws-dead"}


def test_second_run_changes_nothing_and_serial_makes_no_difference(played: Played) -> None:
    again = played.runs["again"]
    assert not changed(again)
    assert played.stores["again"] == played.stores["renewed"]
    assert outcomes(again) == EXPECTED | {"ws-nuclear": {"T100004": "unchanged"}}


def test_renew_now_takes_what_is_not_due(played: Played) -> None:
    assert summary(played.runs["now"])["totals"] == {"unchanged": 1, "renewed": 1}
    assert outcomes(played.runs["now"])["ws-radio"] == {"T100001": "unchanged", "T100003": "renewed"}
    assert played.held["now"]["ws-radio", KARIM] == (1, 1)


def test_who_leaves_is_retired_and_nobody_else(played: Played) -> None:
    expected = {"ws-cardio": {"T100001": "removed"}, "ws-radio": {"T100001": "removed"}}
    others: dict[str, Any] = {"ws-nuclear": {}, "ws-pharmacy": {}, "ws-dead": {}}
    assert outcomes(played.runs["leaving"]) == outcomes(played.runs["left"]) == expected | others
    # Louis works at none of these workstations.
    assert {tuple(summary(played.runs[name])["not_found"]) for name in ("leaving", "left")} == {(LOUIS.authorisation,)}
    assert summary(played.runs["left"])["totals"] == {"did_not_answer": 1, "removed": 2}
    assert played.stores["leaving"] == played.stores["now"]
    hers = {("ws-cardio", JEANNE), ("ws-radio", JEANNE)}
    assert played.held["left"] == played.held["now"] | dict.fromkeys(hers, (0, 0))
    assert {played.held["leaving"][place] for place in hers} == {(1, 1)}
    assert not changed(played.runs["left again"])


def test_every_change_is_written_down(played: Played) -> None:
    assert {line["workstation"] for line in played.evidence} == {"WS-NUCLEAR", "WS-RADIO", "WS-CARDIO"}
    assert all(key["key"] == "deleted" for line in played.evidence for key in line["keys"])
