# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An exchange as the holder that gives no answer may have run: it is no waiting and no refusal, and the evidence file says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from integration.plays import Json, row, run_play, tasks
from integration.stores import contents
from lab.emulated import Change, EmulatedWorkstation, Operation, ProcessKilled
from lab.hospital import Hospital
from lab.people import JEANNE, PAUL, Desk, Seat
from lab.playbook import Run

KILLED, CONSTRAINED = "ws-killed", "ws-constrained"


@dataclass(frozen=True, slots=True)
class Lost:
    hospital: Hospital
    first: Run
    evidence: list[Json]
    second: Run


def die_after_the_certificate(workstation: EmulatedWorkstation) -> None:
    """The holder's process ends between two changes, so that become has nothing to hand on."""

    def observe(operation: Operation) -> None:
        if operation.change is Change.CERTIFICATE_WRITTEN:
            raise ProcessKilled

    workstation.observe = observe


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    desks = [Desk(KILLED, (Seat(JEANNE),)), Desk(CONSTRAINED, (Seat(PAUL),))]
    with Hospital(tmp_path_factory.mktemp("lost"), desks) as hospital:
        killed = hospital.emulated(KILLED)
        die_after_the_certificate(killed)
        hospital.emulated(CONSTRAINED).constrained.add(PAUL.sid)
        arguments = {
            "path": "{{ pkcs12_bundle_folder }}/{{ holder.name }} - {{ holder.authorisation }}.p12",
            "passphrase": "{{ pkcs12_passphrases[holder.authorisation] }}",
            "holder": "{{ holder.user }}",
            "evidence_path": str(hospital.evidence),
        }
        play = {"tasks": tasks({"certificate": arguments}), "vars": {"holder": "{{ pkcs12_holders[0] }}"}}
        first = run_play(hospital, **play)
        evidence = [json.loads(line) for line in hospital.evidence.read_text(encoding="utf-8").splitlines()]
        killed.observe = lambda _operation: None
        yield Lost(hospital, first, evidence, run_play(hospital, **play))


def test_it_fails_and_does_not_wait(lost: Lost) -> None:
    result = row(lost.first, "certificate", KILLED).result
    assert (result["error"]["code"], result["changed"]) == ("driver_answer", False)
    assert result["error"]["problem"]["values"]["account"] == JEANNE.account
    assert result["deferred"] is False


def test_evidence_has_what_was_planned(lost: Lost) -> None:
    (line,) = lost.evidence
    thumbprint = lost.hospital.bundles[JEANNE.authorisation].thumbprint
    assert (line["host"], line["owner_sid"], line["error"]) == (KILLED, JEANNE.sid, "no_answer")
    assert {f"import {thumbprint}", f"prove {thumbprint}"} <= set(line["planned"])


def test_the_next_run_goes_on_from_there(lost: Lost) -> None:
    result = row(lost.second, "certificate", KILLED).result
    assert result.get("error") is None, result
    stored = contents(lost.hospital.emulated(KILLED).store_of(JEANNE.sid))
    assert ([held.works for held in stored.held], stored.orphans) == ([True], 0)


def test_a_driver_that_did_not_start_changed_nothing(lost: Lost) -> None:
    """It is known, so evidence has no line of it."""
    for run in (lost.first, lost.second):
        assert row(run, "certificate", CONSTRAINED).result["error"]["code"] == "constrained_language"
