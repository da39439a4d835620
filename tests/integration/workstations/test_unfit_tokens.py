# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without a password become takes the token of any process of the holder. One that is not fit changes nothing, and the exchange has a
second try."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from integration import canary_run
from integration.canary import Scanner
from integration.canary_run import CanaryRun
from integration.plays import Json, modules, row, tasks
from integration.stores import contents
from lab.authority import Authority
from lab.emulated import LoggingPolicy
from lab.emulated.handle import TRANSPORT_KEY
from lab.emulated.logon import TOKENS
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import Run

FIT_ALL_THE_SAME = ("fit", "uac_filtered", "batch_with_password")
UNFIT = tuple(name for name in TOKENS if name not in FIT_ALL_THE_SAME)
BEHIND_A_KEY = ("low", "s4u", "csc_fails")
"""One that may delete no key, one that may, and one with which the driver does not start."""
EXCHANGE, REMOVAL = "store_exchange", "profile_exchange"


@dataclass(frozen=True, slots=True)
class Place:
    """A workstation on which become takes these tokens. ``logged``: PowerShell is. ``ran``: what runs there after the inventory."""

    picks: tuple[str, ...]
    logged: bool
    ran: tuple[str, ...]
    waits: bool = False


def places() -> Iterator[tuple[str, Place]]:
    for name in FIT_ALL_THE_SAME:
        yield "", Place((name,), False, (EXCHANGE,))
    for name in UNFIT:
        yield "first", Place((name,), False, (EXCHANGE,) * 2)
        yield "both", Place((name, name), False, (EXCHANGE,) * 2, waits=True)
    for name in BEHIND_A_KEY:
        yield "making", Place((name,), True, (EXCHANGE,) * 3)
        yield "using", Place(("fit", name), True, (EXCHANGE,) * 3)
        yield "using-both", Place(("fit", name, name), True, (*(EXCHANGE,) * 3, REMOVAL), waits=True)


PLACES = {f"ws-{place.picks[-1].replace('_', '-')}-{what}".rstrip("-"): place for what, place in places()}
WAITING = [name for name, place in PLACES.items() if place.waits]
PROVING = [name for name in WAITING if not PLACES[name].logged]


@dataclass(frozen=True, slots=True)
class Played:
    """What a play left. ``found``: the transport keys at each workstation. ``evidence``: the workstations with a line."""

    run: Run
    installed: dict[str, list[bool]]
    found: dict[str, list[str]]
    evidence: list[str]


@dataclass(frozen=True, slots=True)
class Site:
    """Three plays: with these tokens; once more where one had to wait; a proof of the keys there with these tokens."""

    first: Played
    again: Played
    proof: Run
    leaks: list[str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("unfit")
    desks = [Desk(name, (Seat(JEANNE),)) for name in PLACES]
    with Hospital(folder, desks) as hospital, pytest.MonkeyPatch.context() as patches:
        run = canary_run.prepare(hospital, authority, patches)
        for name, place in PLACES.items():
            hospital.emulated(name).logging = LoggingPolicy(module=place.logged)
            pick(hospital, name)
        first = install(run, list(PLACES))
        again = install(run, WAITING)
        for name in PROVING:
            pick(hospital, name)
        call = {"certificate_facts": {"holders": "{{ pkcs12_holders }}", "prove_keys": True}}
        proof = run.play(hosts=",".join(PROVING), tasks=tasks(call))
        leaks = Scanner(run.secrets).search(list(run.pieces()))
        yield Site(first, again, proof, [str(leak) for leak in leaks])


def pick(hospital: Hospital, name: str) -> None:
    hospital.emulated(name).profiles[JEANNE.sid].picks.extend(PLACES[name].picks)


def install(run: CanaryRun, names: list[str]) -> Played:
    hospital, bundle = run.hospital, run.bundles[JEANNE]
    hospital.evidence.unlink(missing_ok=True)
    call: Json = {
        "path": f"{hospital.bundle_folder}/{bundle.file_name}",
        "passphrase": f"{{{{ pkcs12_passphrases.{JEANNE.authorisation} }}}}",
        "holder": JEANNE.account,
        "evidence_path": str(hospital.evidence),
    }
    done = run.play(hosts=",".join(names), tasks=tasks({"certificate": call}))
    stores = {name: hospital.emulated(name).store_of(JEANNE.sid) for name in names}
    return Played(
        done,
        {name: [held.works for held in contents(store).held] for name, store in stores.items()},
        {name: list(filter(TRANSPORT_KEY.fullmatch, store.containers)) for name, store in stores.items()},
        sorted(json.loads(line)["workstation"].lower() for line in hospital.evidence.read_text().splitlines()),
    )


@pytest.mark.parametrize("name", PLACES)
def test_an_unfit_token_changes_nothing_and_has_a_second_try(name: str, site: Site) -> None:
    place, result = PLACES[name], row(site.first.run, "certificate", name).result
    assert (result["changed"], result["deferred"]) == (not place.waits, place.waits)
    assert modules(site.first.run.requests, name) == ["store_inventory", *place.ran]
    assert site.first.installed[name] == ([] if place.waits else [True])
    assert site.first.found[name] == []
    assert (name in site.first.evidence) is not place.waits


@pytest.mark.parametrize("name", WAITING)
def test_the_person_is_told_what_to_do_and_the_next_run_ends_well(name: str, site: Site) -> None:
    token = TOKENS[PLACES[name].picks[-1]]
    said = row(site.first.run, "certificate", name).result["msg"]
    task = token.fault in ("service", "batch")
    assert ("scheduled task" in said, "close browsers" in said) == (task, not task)
    assert "later run" not in said
    assert row(site.again.run, "certificate", name).result["changed"]
    assert (site.again.installed[name], site.again.found[name]) == ([True], [])


@pytest.mark.parametrize("name", PROVING)
def test_a_key_that_was_not_tried_is_not_called_dead(name: str, site: Site) -> None:
    (holder,) = row(site.proof, "certificate_facts", name).result["ansible_facts"]["pkcs12"]["holders"]
    assert holder["proof"] == "not_proven"
    assert holder["proof_detail"]["code"].partition(".")[0] == "unfit_token"
    assert modules(site.proof.requests, name) == ["store_inventory", EXCHANGE, EXCHANGE]


def test_no_secret_is_written_down(site: Site) -> None:
    assert site.leaks == []
