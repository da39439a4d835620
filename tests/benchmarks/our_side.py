# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same scenarios by this collection, on an emulated workstation whose holders are not the connection user."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.counted import OURS, Counted, counted
from benchmarks.holders import one_task
from lab.hospital import Hospital
from lab.people import Desk, Person, Seat
from lab.playbook import play
from lab.winrm import Entry
from lab.workstation_interface import AuthMethod

DESK = "ws-ours"
ISSUER = "CN=AC Personnes"


def people(number: int) -> list[Person]:
    """So many holders."""
    return [Person(f"Holder {index:02}", f"T2{index:05}", f"holder{index}", 2000 + index) for index in range(number)]


def count_ours(folder: Path, holders: int) -> Iterator[Counted]:
    """Runs each scenario once, and looks into the store after each. Raises ``RuntimeError``."""
    everybody = people(holders)
    desk = Desk(DESK, tuple(map(Seat, everybody)))
    with Hospital(folder, [desk], AuthMethod.BASIC) as hospital:
        enrolled = _run(hospital, one_task())
        _expect(
            hospital, "enrolment", {each.sid: hospital.bundles[each.authorisation].thumbprint for each in everybody}
        )
        steady = counted(OURS, "steady state", holders, _run(hospital, one_task()))
        if holders > 1:
            yield steady
            return
        (holder,) = everybody
        yield counted(OURS, "enrolment", 1, enrolled)
        yield steady
        yield counted(OURS, "facts", 1, _run(hospital, {"hospital_it.pkcs12.certificate_facts": {}}))
        newer = hospital.deliver(holder, 2000, " newer").thumbprint
        yield counted(OURS, "renewal", 1, _run(hospital, one_task()))
        _expect(hospital, "renewal", {holder.sid: newer})
        yield counted(OURS, "removal", 1, _run(hospital, removal(holder.account)))
        _expect(hospital, "removal", {})


def removal(account: str) -> dict[str, Any]:
    """A task that removes the holder's certificates of the hospital's authority, with their keys."""
    return {"hospital_it.pkcs12.certificate": {"state": "absent", "holder": account, "issuer": ISSUER}}


def _run(hospital: Hospital, task: dict[str, Any]) -> tuple[Entry, ...]:
    book = hospital.folder / "ours.yml"
    book.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    run = play(hospital, book)
    if run.exit_code:
        raise RuntimeError(run.stdout + run.stderr)
    return run.requests


def _expect(hospital: Hospital, scenario: str, wanted: dict[str, str]) -> None:
    stores = {person.sid: hospital.emulated(DESK).store_of(person.sid) for person in hospital.people}
    found = {sid: " ".join(store.elements) for sid, store in stores.items() if store.elements}
    if found != wanted:
        raise RuntimeError(f"After {scenario} the stores have {found}, not {wanted}")
