# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a workstation with many holders costs, in one task and in a loop of single-holder tasks."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.hospital import Hospital
from lab.people import Desk, Person, Seat
from lab.playbook import play
from lab.winrm import Tally, tally
from lab.workstation_interface import AuthMethod

NUMBERS = (1, 4, 20)
DESK = "ws-shared"
HOLDER = "{{ (pkcs12_holders | selectattr('authorisation', 'eq', item))[0] }}"


@dataclass(frozen=True, slots=True)
class HoldersCost:
    """What a task cost at a workstation of so many holders. ``shape``: ``one task`` or ``loop``."""

    holders: int
    shape: str
    scenario: str
    tally: Tally


def count_holders(number: int) -> Iterator[HoldersCost]:
    """Everybody is enrolled; then a run without work, and one in which a single holder is due, in both shapes."""
    people = [Person(f"Holder {index:02}", f"T2{index:05}", f"holder{index}", 2000 + index) for index in range(number)]
    desk = Desk(DESK, tuple(Seat(person) for person in people))
    with tempfile.TemporaryDirectory() as folder, Hospital(Path(folder), [desk], AuthMethod.BASIC) as hospital:
        _run(hospital, one_task())
        for days, (shape, task) in enumerate((("one task", one_task()), ("loop", loop(people))), 2000):
            yield HoldersCost(number, shape, "steady state", _run(hospital, task))
            hospital.deliver(people[0], days, f" {shape}")
            yield HoldersCost(number, shape, "one renewal", _run(hospital, task))


def one_task() -> dict[str, Any]:
    """All holders in one task."""
    arguments = {
        "holders": "{{ pkcs12_holders }}",
        "bundle_folder": "{{ pkcs12_bundle_folder }}",
        "passphrases": "{{ pkcs12_passphrases }}",
    }
    return {"hospital_it.pkcs12.holder_certificates": arguments, "failed_when": False}


def loop(people: list[Person]) -> dict[str, Any]:
    """The same by one task for each holder."""
    arguments = {
        "bundle_folder": "{{ pkcs12_bundle_folder }}",
        "bundle_pattern": "* - {{ item }}*.p12",
        "passphrase": "{{ pkcs12_passphrases[item] }}",
        "holder": f"{HOLDER[:-3]}.user }}}}",
        "authorisation": "{{ item }}",
        "friendly_name": f"{HOLDER[:-3]}.name ~ ' - ' ~ item }}}}",
    }
    return {"hospital_it.pkcs12.certificate": arguments, "loop": [person.authorisation for person in people]}


def _run(hospital: Hospital, task: dict[str, Any]) -> Tally:
    book = hospital.folder / "holders.yml"
    book.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    run = play(hospital, book)
    if run.exit_code:
        raise RuntimeError(run.stdout + run.stderr)
    return tally(run.requests)
