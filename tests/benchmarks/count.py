# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands, requests and bytes of single tasks, read from the lab's ledger."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.authority import IssuedBundle
from lab.emulated import LoggingPolicy
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import play
from lab.winrm import Tally, tally
from lab.workstation_interface import AuthMethod

SCENARIOS = {
    "certificate_facts": "a workstation read as a whole",
    "deferred": "certificate, the holder is not logged on",
    "enrolment": "certificate, nothing is installed",
    "steady state": "certificate, all is as it should be",
    "proof": "certificate_facts, the key of one holder signs",
    "offline removal": "certificate, absent and offline: the holder is not logged on, certificate and key go without a logon",
    "renewal": "certificate, a newer bundle: import, chain, proof, the older one deleted with its key",
    "enrolment, logged": "the same enrolment where PowerShell is logged",
    "steady state, logged": "the same steady state there",
    "renewal, logged": "the same renewal there",
    "enrolment, password": "the same enrolment with holder_password, where the holder is not logged on",
}
OFFLINE = {"state": "absent", "holder": JEANNE.account, "issuer": ".", "offline": True}
AT_THE_DESK, AWAY, LOGGED = "ws-desk", "ws-away", "ws-logged"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one task cost."""

    auth: AuthMethod
    scenario: str
    tally: Tally


def count(auth: AuthMethod) -> Iterator[Cost]:
    """Runs each scenario once."""
    desks = [
        Desk(AT_THE_DESK, (Seat(JEANNE),)),
        Desk(AWAY, (Seat(JEANNE, logged_on=False),)),
        Desk(LOGGED, (Seat(JEANNE),)),
    ]
    with tempfile.TemporaryDirectory() as folder, Hospital(Path(folder), desks, auth) as hospital:
        hospital.emulated(LOGGED).logging = LoggingPolicy(script_block=True, module=True, transcription=True)
        certificate = _bundle(hospital, hospital.bundles[JEANNE.authorisation], "")
        issued = hospital.bundles[JEANNE.authorisation]
        hospital.emulated(AWAY).store_of(JEANNE.sid).plant(issued.certificate, issued.private_key)
        tasks: dict[str, tuple[str, str, dict[str, Any]]] = {
            "certificate_facts": (AT_THE_DESK, "certificate_facts", {}),
            "deferred": (AWAY, "certificate", certificate),
            "enrolment": (AT_THE_DESK, "certificate", certificate),
            "steady state": (AT_THE_DESK, "certificate", certificate),
            "proof": (AT_THE_DESK, "certificate_facts", {"holders": [{"user": JEANNE.account}], "prove_keys": True}),
            "offline removal": (AWAY, "certificate", OFFLINE),
            "renewal": (AT_THE_DESK, "certificate", _bundle(hospital, hospital.deliver(JEANNE, 2000, " new"), " new")),
        }
        for scenario in ("enrolment", "steady state", "renewal"):
            tasks[f"{scenario}, logged"] = (LOGGED, *tasks[scenario][1:])
        password = {"holder_password": hospital.passwords[JEANNE.sid]}
        tasks["enrolment, password"] = (AWAY, "certificate", certificate | password)
        for scenario in SCENARIOS:
            yield Cost(auth, scenario, _run(hospital, *tasks[scenario]))


def _bundle(hospital: Hospital, bundle: IssuedBundle, suffix: str) -> dict[str, Any]:
    path = hospital.bundle_folder / bundle.file_name.replace(".p12", f"{suffix}.p12")
    return {"path": str(path), "passphrase": bundle.passphrase, "holder": JEANNE.account}


def _run(hospital: Hospital, host: str, module: str, arguments: dict[str, Any]) -> Tally:
    task = {f"hospital_it.pkcs12.{module}": arguments}
    book = hospital.folder / "bench.yml"
    book.write_text(json.dumps([{"hosts": host, "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    run = play(hospital, book)
    if run.exit_code:
        raise RuntimeError(run.stdout + run.stderr)
    return tally(run.requests)
