# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit has keys sign: which do, which do not, and who could not be asked; nothing is written, and nobody is in another's way."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from integration.plays import Json, modules, row, run_play
from integration.wiretap import tap
from lab.authority.authority import new_key
from lab.emulated import EmulatedWorkstation
from lab.emulated.store import Store
from lab.hospital import Hospital
from lab.manifest import Manifest
from lab.people import ELODIE, JEANNE, Desk, Seat
from lab.playbook import Run

READ, PROOF = "store_inventory", "store_exchange"
VALID = ("valid", "linked")


def nothing(_workstation: EmulatedWorkstation) -> None:
    """All is well there."""


def lose_the_key(workstation: EmulatedWorkstation) -> None:
    """As a profile that was restored without its keys."""
    workstation.store_of(JEANNE.sid).containers.clear()


def log_off(workstation: EmulatedWorkstation) -> None:
    workstation.profiles[JEANNE.sid].logged_on = False


def add_another(workstation: EmulatedWorkstation) -> None:
    other = new_key("rsa2048")
    workstation.store_of(JEANNE.sid).plant_raw("0" * 40, other.public_key().public_numbers().n.to_bytes(256))


@dataclass(frozen=True, slots=True)
class Scene:
    """Jeanne at a workstation where Élodie's key works. ``between``: what happens after the read, before a key is tried.

    ``ends``: her proof, her status, and what is known of her key. ``says``: the code of what is said of her.
    """

    ends: tuple[str, str, str]
    says: str | None
    runs: int
    before: Callable[[EmulatedWorkstation], None] = nothing
    between: Callable[[EmulatedWorkstation], None] | None = None


SCENES = {
    "ws-well": Scene(("proven", "valid", "proven"), None, 2),
    "ws-lost": Scene(("unusable", "key_missing", "unusable"), "no_key", 2, lose_the_key),
    "ws-away": Scene(("not_proven", *VALID), "not_logged_on", 1, log_off),
    "ws-stale": Scene(("not_proven", *VALID), "stale_store", 2, between=add_another),
}


@dataclass(frozen=True, slots=True)
class Audited:
    hospital: Hospital
    stores: dict[tuple[str, str], Any]
    run: Run

    def facts(self, name: str) -> Json:
        found: Json = row(self.run, "certificate_facts", name).result["ansible_facts"]["pkcs12"]
        return found


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    desks = [Desk(name, (Seat(JEANNE), Seat(ELODIE, asked="upn"))) for name in SCENES]
    with Hospital(tmp_path_factory.mktemp("prove"), desks) as hospital, pytest.MonkeyPatch.context() as patches:
        for name, scene in SCENES.items():
            workstation = hospital.emulated(name)
            for person in (JEANNE, ELODIE):
                bundle = hospital.bundles[person.authorisation]
                workstation.store_of(person.sid).plant(bundle.certificate, bundle.private_key)
            scene.before(workstation)
        stores = content(hospital)
        for name, scene in SCENES.items():
            if scene.between:
                interfere(patches, hospital.emulated(name), scene.between)
        yield Audited(hospital, stores, audit(hospital))


def audit(hospital: Hospital, *options: str, prove: bool = True) -> Run:
    report = {"hospital_it.pkcs12.compliance_report": {}, "run_once": True}
    return run_play(
        hospital, *options, roles=["hospital_it.pkcs12.audit"], vars={"pkcs12_prove_keys": prove}, post_tasks=[report]
    )


def interfere(
    patches: pytest.MonkeyPatch, workstation: EmulatedWorkstation, happen: Callable[[EmulatedWorkstation], None]
) -> None:
    """Something happens at the desk right before Jeanne's key is tried."""

    def hear(manifest: Manifest) -> None:
        if manifest.become and manifest.become.user == JEANNE.account:
            happen(workstation)

    tap(patches, workstation, hear)


def content(hospital: Hospital) -> dict[tuple[str, str], Any]:
    """What is in every store, keys included."""
    stores: dict[tuple[str, str], Store] = {
        (name, person.sid): hospital.emulated(name).store_of(person.sid)
        for name in SCENES
        for person in (JEANNE, ELODIE)
    }
    return {place: (dict(store.elements), copy.copy(store.containers)) for place, store in stores.items()}


@pytest.mark.parametrize("name", SCENES)
def test_what_is_known_of_her_key_is_told_with_the_reason(audited: Audited, name: str) -> None:
    facts, scene = audited.facts(name), SCENES[name]
    jeanne = facts["holders"][0]
    (certificate,) = [each for each in facts["certificates"] if each["owner_sid"] == JEANNE.sid]
    assert (jeanne["proof"], jeanne["status"], certificate["key_state"]) == scene.ends
    assert certificate["status"] == jeanne["status"]
    assert (jeanne["proof_detail"] and jeanne["proof_detail"]["code"]) == scene.says


@pytest.mark.parametrize("name", SCENES)
def test_the_other_holders_key_is_proven_all_the_same(audited: Audited, name: str) -> None:
    facts = audited.facts(name)
    elodie = facts["holders"][1]
    (certificate,) = [each for each in facts["certificates"] if each["owner_sid"] == ELODIE.sid]
    assert (elodie["proof"], elodie["proof_detail"], elodie["certificate_status"]) == ("proven", None, "valid")
    assert certificate["key_state"] == "proven"


def test_the_report_judges_by_what_the_key_did(audited: Audited) -> None:
    (report,) = audited.run.of("compliance_report")
    places = {
        (place["workstation"], place["account"]): (place["status"], place["next_step"])
        for holder in report.result["rows"]
        for place in holder["places"]
    }
    broken = {name for name, scene in SCENES.items() if scene.ends[0] == "unusable"}
    assert places == {(name, ELODIE.upn): ("valid", "nothing") for name in SCENES} | {
        (name, JEANNE.account): ("key_missing", "enrol") if name in broken else ("valid", "nothing") for name in SCENES
    }


@pytest.mark.parametrize("name", SCENES)
def test_each_try_is_one_command_as_the_holder_without_a_password(audited: Audited, name: str) -> None:
    assert modules(audited.run.requests, name) == [READ] + [PROOF] * SCENES[name].runs
    asked = [entry for entry in audited.run.requests if entry.workstation == name.upper() and entry.become_user]
    holders = [JEANNE.account, ELODIE.account][-SCENES[name].runs :]
    assert [(entry.become_user, entry.become_password_given) for entry in asked] == [(user, False) for user in holders]


def test_no_proof_is_a_failure_or_a_change_and_nothing_is_written(audited: Audited) -> None:
    assert audited.run.exit_code == 0, audited.run.stdout
    assert not any(found.result["changed"] for found in audited.run.rows)
    left = content(audited.hospital)
    left["ws-stale", JEANNE.sid][0].pop("0" * 40)
    assert left == audited.stores
    assert [audited.hospital.emulated(name).accounts.bad_passwords for name in SCENES] == [{}] * len(SCENES)


@pytest.mark.parametrize(
    ("options", "prove", "proof"), [(("--check",), True, "not_proven"), ((), False, None)], ids=["check", "unasked"]
)
def test_check_mode_tries_no_key_and_nor_does_an_audit_that_is_not_asked_to(
    audited: Audited, options: tuple[str, ...], prove: bool, proof: str | None
) -> None:
    run = audit(audited.hospital, *options, "--limit", "ws-well", prove=prove)
    facts = row(run, "certificate_facts", "ws-well").result["ansible_facts"]["pkcs12"]
    assert [holder["proof"] for holder in facts["holders"]] == [proof] * 2
    assert [found["key_state"] for found in facts["certificates"]] == ["linked"] * 2
    assert modules(run.requests, "ws-well") == [READ]
