# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One workstation for each row of the table: what works is installed, the rest is refused with a cause and a cure, and nothing changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import load_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import CollectionError
from integration.bad_inputs import ROWS
from integration.forge import PASSPHRASE, Forge
from integration.inputs import Given, Layer, Row, has_name
from integration.plays import modules, row, run_play, tasks
from lab.ansible_playbook import chosen, held_to_file_modes
from lab.authority import Authority
from lab.emulated.store import Store
from lab.faults import linked, usable
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import Run

DESKS = {name: f"ws-{number:02}" for number, name in enumerate(ROWS, 1)}
RAN: Mapping[Layer, list[str]] = {
    Layer.PLAN: ["store_inventory"],
    Layer.DRIVER: ["store_inventory", "store_exchange"],
    Layer.NONE: ["store_inventory", "store_exchange"],
}
HOLDER = "{{ pkcs12_holders[0].user }}"
REFUSED = [name for name, one in ROWS.items() if one.code]
WORKING = [name for name, one in ROWS.items() if not one.code]


@dataclass(frozen=True, slots=True)
class Tried:
    hospital: Hospital
    run: Run
    given: Mapping[str, Given]
    before: Mapping[str, tuple[dict[str, bytes], set[str]]]

    def store(self, name: str) -> Store:
        return self.hospital.emulated(DESKS[name]).store_of(JEANNE.sid)

    def result(self, name: str) -> Mapping[str, Any]:
        return row(self.run, "certificate", DESKS[name]).result


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Tried]:
    forge, desks = Forge(authority), [Desk(desk, (Seat(JEANNE),)) for desk in DESKS.values()]
    given = {name: one.give(forge) for name, one in ROWS.items()}
    with Hospital(tmp_path_factory.mktemp("inputs"), desks) as hospital:
        arguments = {
            DESKS[name]: arguments_of(hospital.folder / f"{DESKS[name]}.p12", one) for name, one in given.items()
        }
        before = {}
        for name, one in given.items():
            store = hospital.emulated(DESKS[name]).store_of(JEANNE.sid)
            one.plant(store)
            before[name] = contents(store)
        call = tasks({"certificate": "{{ arguments[inventory_hostname] }}"})
        with chosen(held_to_file_modes):
            run = run_play(hospital, "--forks=4", vars={"arguments": arguments}, tasks=call)
        yield Tried(hospital, run, given, before)


def arguments_of(path: Path, given: Given) -> dict[str, Any]:
    """Those of the task; the file is written where there is one."""
    passphrase = given.passphrase
    if isinstance(passphrase, bytes):
        path.with_suffix(".txt").write_bytes(passphrase)
        passphrase = f"{{{{ lookup('ansible.builtin.file', '{path.with_suffix('.txt')}') }}}}"
    wanted = {"path": str(path), "passphrase": passphrase, "holder": JEANNE.account, **given.arguments}
    if given.data is not None:
        path.write_bytes(given.data)
        path.chmod(int(wanted.pop("mode", "0600"), 8))
    return {name: value for name, value in wanted.items() if value is not None}


def contents(store: Store) -> tuple[dict[str, bytes], set[str]]:
    return dict(store.elements), set(store.containers)


@pytest.fixture
def one(request: pytest.FixtureRequest) -> Row:
    return ROWS[request.node.callspec.params["name"]]


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_in_one_sentence(tried: Tried, name: str, one: Row) -> None:
    result = tried.result(name)
    assert result["changed"] is False
    assert result.get("error", {}).get("code") == one.code, result["msg"]
    cause = result["msg"].removesuffix(result["error"]["next_step"])
    assert cause != result["msg"]
    assert cause.strip().endswith(".")
    assert result["error"]["next_step"].endswith(".")
    assert one.says in result["msg"]


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_changes_nothing_and_stops_at_its_layer(tried: Tried, name: str, one: Row) -> None:
    assert contents(tried.store(name)) == tried.before[name]
    here = [entry for entry in tried.run.requests if entry.workstation.lower() == DESKS[name]]
    assert modules(here) == RAN.get(one.layer, [])
    assert bool(here) == (one.layer in RAN)


@pytest.mark.parametrize("name", WORKING)
def test_odd_input_is_installed_with_a_key_that_works(tried: Tried, name: str, one: Row) -> None:
    result, given, store = tried.result(name), tried.given[name], tried.store(name)
    assert result["error"] is None, result["msg"]
    assert result["changed"] is one.changed
    assert given.leaf is not None
    assert given.leaf.fingerprint(hashes.SHA1()).hex().upper() in usable(store, datetime.now(UTC))  # noqa: S303
    before, _containers = tried.before[name]
    assert len(before.keys() & store.elements.keys()) == one.stays
    assert len(store.elements) == one.stays + one.changed
    assert len(store.containers.keys() - linked(store)) == one.spare
    assert modules(tried.run.requests, DESKS[name]) == RAN[Layer.NONE if one.changed else Layer.PLAN]


def test_key_that_was_certified_again_stays_for_the_reason_that_is_given(tried: Tried) -> None:
    (retired,) = tried.result("same key certified again")["retired"]
    assert (retired["key"], retired["kept_because"]) == ("kept", "shared_public_key")


def test_one_friendly_name_for_both_is_the_new_ones(tried: Tried) -> None:
    assert has_name(tried.store("one friendly name for both"), "SISERI")


def proven(result: Mapping[str, Any]) -> bool:
    """The new key signed, there."""
    return ("prove", "done") in [(entry["step"], entry["outcome"]) for entry in result["journal"]]


@pytest.mark.windows
def test_odd_input_works_on_windows_powershell(windows: Hospital, authority: Authority) -> None:
    forge = Forge(authority)
    shown = {name: one.give(forge) for name, one in ROWS.items() if one.not_windows is None}
    calls = [
        {
            "certificate": {
                **arguments_of(windows.folder / f"{DESKS[name]}.p12", given),
                "holder": HOLDER,
                "retire": "none",
            }
        }
        for name, given in shown.items()
    ]
    run = run_play(windows, tasks=tasks(*calls))
    results = [found.result for found in run.of("certificate")]
    assert len(results) == len(shown)
    for name, result in zip(shown, results, strict=True):
        assert result["changed"], (name, result["msg"])
        assert proven(result), name


def test_file_that_may_not_be_read_is_told_from_one_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where something else than its mode forbids it."""

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(CollectionError, match="may not be read") as met:
        load_bundle({"path": str(tmp_path / "kept.p12"), "passphrase": PASSPHRASE})
    assert met.value.code == "bundle_file"
