# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From wherever a store is, enrol brings it to where it belongs; and check mode tells so before."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    ARCHIVED,
    KEY_PROVIDER_INFO,
    read_records,
)
from integration.plays import modules, run_play, without_nonces
from integration.stores import contents
from integration.wiretap import tap
from lab.emulated.element import pack
from lab.emulated.store import Store
from lab.hospital import Hospital
from lab.manifest import Manifest
from lab.people import ELODIE, JEANNE, PAUL, Desk, Seat
from lab.playbook import Run, play

CARDIO = Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE)))
NUCLEAR = Desk("ws-nuclear", (Seat(PAUL),))
PLAYBOOK = "hospital_it.pkcs12.enrol"


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    with Hospital(tmp_path, [CARDIO, NUCLEAR]) as running:
        yield running


def paul(hospital: Hospital) -> Store:
    return hospital.emulated("ws-nuclear").store_of(PAUL.sid)


def changed(run: Run) -> list[bool]:
    return [row.result["changed"] for row in sorted(run.holders(), key=lambda row: row.host)]


def diffs(run: Run) -> dict[tuple[str, str], dict[str, str]]:
    return {(row.host, row.result["owner"]["sid"]): without_nonces(row.result["diff"]) for row in run.holders()}


def test_check_mode_changes_nothing_and_tells_what_then_happens(hospital: Hospital) -> None:
    foretold = play(hospital, PLAYBOOK, "--check", "--diff")
    assert set(modules(foretold.requests)) == {"store_inventory"}
    assert contents(paul(hospital)).held == ()
    done = play(hospital, PLAYBOOK, "--diff")
    assert changed(foretold) == changed(done) == [True] * 3
    assert diffs(foretold) == diffs(done)
    told = diffs(done)["ws-nuclear", PAUL.sid]
    (held,) = contents(paul(hospital)).held
    assert told["before"] == ""
    assert held.thumbprint in told["after"]
    assert held.friendly_name in told["after"]
    again = play(hospital, PLAYBOOK, "--check", "--diff")
    assert changed(again) == [False] * 3
    assert all(diff["before"] == diff["after"] != "" for diff in diffs(again).values())


def test_what_was_taken_away_by_hand_comes_back(hospital: Hospital) -> None:
    """A certificate that was removed while its key was left, one that lost its key link, and one that was archived."""
    play(hospital, PLAYBOOK)
    cardio = hospital.emulated("ws-cardio")
    stores = [paul(hospital), cardio.store_of(JEANNE.sid), cardio.store_of(ELODIE.sid)]
    enrolled = [contents(store) for store in stores]
    removed, unlinked, archived = stores
    removed.elements.clear()
    change(unlinked, lambda records: records.pop(KEY_PROVIDER_INFO))
    change(archived, lambda records: records.update({ARCHIVED: b""}))
    run = play(hospital, PLAYBOOK, "--diff")
    assert changed(run) == [True] * 3
    assert all(diff["before"] != diff["after"] for diff in diffs(run).values())
    assert [contents(store) for store in stores] == enrolled


def change(store: Store, how: Callable[[dict[int, bytes]], object]) -> None:
    """Changes the one element of a store."""
    ((thumbprint, element),) = store.elements.items()
    records = read_records(element)
    how(records)
    store.elements[thumbprint] = pack(records)


def test_second_of_two_runs_at_once_finds_what_the_first_has_done(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = hospital.bundles[PAUL.authorisation]

    def first_run(manifest: Manifest) -> None:
        """Between the second one's read and its exchange."""
        if manifest.module.endswith("store_exchange"):
            name = f"{PAUL.name} - {PAUL.authorisation}"
            paul(hospital).plant(bundle.certificate, bundle.private_key, friendly_name=name)

    tap(monkeypatch, hospital.emulated("ws-nuclear"), first_run)
    run = play(hospital, PLAYBOOK, "--limit", "ws-nuclear")
    assert run.exit_code == 0, run.stdout
    assert modules(run.requests) == ["store_inventory", "store_exchange", "store_inventory"]
    assert [row.result["outcome"] for row in run.holders()] == ["unchanged"]
    assert len(contents(paul(hospital)).held) == 1


def test_bundle_is_found_by_a_name_in_another_unicode_form(hospital: Hospital) -> None:
    composed = hospital.bundle_folder / f"{ELODIE.name} - {ELODIE.authorisation}.p12"
    decomposed = hospital.bundle_folder / unicodedata.normalize("NFD", composed.name)
    composed.rename(decomposed)
    run = run_play(hospital, "--limit", "ws-cardio", roles=["hospital_it.pkcs12.enrol"])
    assert run.exit_code == 0, run.stdout
    assert decomposed.name != composed.name
    assert len(contents(hospital.emulated("ws-cardio").store_of(ELODIE.sid)).held) == 1
