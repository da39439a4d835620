# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the table of bad inputs, each handed in at a workstation of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integration.bad_inputs import ROWS
from integration.forge import Forge
from integration.inputs import Given, Layer, Row
from integration.plays import modules, row, run_play, tasks
from integration.problems import named_in
from lab.ansible_playbook import chosen, held_to_file_modes
from lab.authority import Authority
from lab.emulated.store import Store
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


def try_rows(rows: Mapping[str, Row], folder: Path, authority: Authority) -> Iterator[Tried]:
    """Hands in each at a workstation of its own, in one play."""
    forge, desks = Forge(authority), [Desk(DESKS[name], (Seat(JEANNE),)) for name in rows]
    given = {name: one.give(forge) for name, one in rows.items()}
    with Hospital(folder, desks) as hospital:
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


def assert_refused(tried: Tried, name: str) -> None:
    """By a problem that says what to do; nothing changed, and nothing was sent that its layer does not need."""
    one, result = ROWS[name], tried.result(name)
    assert result["changed"] is False
    assert (result.get("error") or {}).get("code") == one.kind, result["msg"]
    assert result["error"]["next_step"]
    problem = result["error"]["problem"]
    assert problem["code"] == one.code
    assert not one.value or one.value in named_in(problem)
    assert contents(tried.store(name)) == tried.before[name]
    here = [entry for entry in tried.run.requests if entry.workstation.lower() == DESKS[name]]
    assert modules(here) == RAN.get(one.layer, [])
    assert bool(here) == (one.layer in RAN)
