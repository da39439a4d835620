# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scanner keeps a store closed after it was changed: results, evidence and facts claim neither the old store nor none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from integration.plays import cached, holder
from lab.emulated.transaction import ATTEMPTS
from lab.hospital import Hospital
from lab.people import JEANNE, KARIM, PAUL, Desk, Seat
from lab.playbook import Run, fact_cache, play

NEW, LEAVER, PATIENT = "ws-new", "ws-leaver", "ws-patient"
DESKS = (Desk(NEW, (Seat(JEANNE),)), Desk(LEAVER, (Seat(KARIM, logged_on=False),)), Desk(PATIENT, (Seat(PAUL),)))

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Played:
    """Each play with the facts that it left, and the evidence of all."""

    hospital: Hospital
    runs: Mapping[str, Run]
    facts: Mapping[str, Mapping[str, Any]]
    evidence: list[Json]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    runs, facts = {}, {}
    with Hospital(tmp_path_factory.mktemp("unread"), DESKS) as hospital:
        issued = hospital.bundles[KARIM.authorisation]
        hospital.emulated(LEAVER).store_of(KARIM.sid).plant(issued.certificate, issued.private_key)
        removal = {
            "pkcs12_retire_authorisations": [KARIM.authorisation],
            "pkcs12_offline": True,
            "pkcs12_evidence_path": str(hospital.evidence),
        }
        books = {
            "enrol": ("enrol", "--limit", f"{NEW},{PATIENT}", "--diff"),
            "retire": ("retire", "--limit", LEAVER, "-e", json.dumps(removal)),
            "again": ("enrol", "--limit", f"{NEW},{PATIENT}"),
        }
        hospital.emulated(NEW).scans[JEANNE.sid] = ATTEMPTS
        hospital.emulated(PATIENT).scans[PAUL.sid] = ATTEMPTS - 1
        hospital.emulated(LEAVER).scans[KARIM.sid] = ATTEMPTS
        for name, (book, *options) in books.items():
            runs[name] = play(hospital, f"hospital_it.pkcs12.{book}", *options, environment=fact_cache(hospital))
            facts[name] = {desk.name: cached(hospital, desk.name) for desk in DESKS}
        lines = hospital.evidence.read_text(encoding="utf-8").splitlines()
        yield Played(hospital, runs, facts, [json.loads(line) for line in lines])


def test_the_work_is_a_change_and_a_failure_with_a_code_of_its_own(played: Played) -> None:
    for name, host in (("enrol", NEW), ("retire", LEAVER)):
        found = holder(played.runs[name], host).result
        assert (found["error"]["code"], found["changed"], found["outcome"]) == ("after_unread", True, "failed")
        assert {step["outcome"] for step in found["journal"]} == {"done"}


def test_a_scanner_that_lets_go_in_time_is_waited_for(played: Played) -> None:
    found = holder(played.runs["enrol"], PATIENT).result
    assert (found["error"], found["changed"], found["outcome"]) == (None, True, "installed")


def test_evidence_has_a_line_of_it_that_says_what_is_not_known(played: Played) -> None:
    thumbprints = {host: played.hospital.bundles[each.authorisation].thumbprint for host, each in PEOPLE.items()}
    lines = {line["host"]: line for line in played.evidence if line["error"]}
    assert set(lines) == set(PEOPLE)
    for host, line in lines.items():
        assert (line["added"], line["removed"], line["archived"]) == (None, None, None)
        assert (line["owner_sid"], line["error"]) == (PEOPLE[host].sid, "after_unread")
        assert f"{STEPS[host]} {thumbprints[host]} done" in line["steps"]


PEOPLE = {NEW: JEANNE, LEAVER: KARIM}
STEPS = {NEW: "import", LEAVER: "remove_certificate"}


def test_facts_claim_neither_the_old_store_nor_the_new_one(played: Played) -> None:
    for name, host in (("enrol", NEW), ("retire", LEAVER)):
        facts = played.facts[name][host]
        assert [each["code"] for each in facts["unread"]] == ["after_unread"]
        assert [each["readable"] for each in facts["profiles"] if each["owner_sid"] == PEOPLE[host].sid] == [False]
        assert facts["certificates"] == []
    assert [each["status"] for each in played.facts["enrol"][NEW]["holders"]] == ["unknown"]


def test_the_next_run_reads_what_is_there_and_has_nothing_to_do(played: Played) -> None:
    found = holder(played.runs["again"], NEW).result
    assert (found["error"], found["changed"], found["outcome"]) == (None, False, "unchanged")
    assert [each["status"] for each in played.facts["again"][NEW]["holders"]] == ["valid"]
    assert played.facts["again"][NEW]["unread"] == []
