# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long ``certificate_facts`` takes on Windows PowerShell, beside what a well-known module takes to say "pong"."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.hospital import Hospital
from lab.people import LOUIS, Desk, Seat
from lab.playbook import ROOT, play
from lab.wine import bed
from lab.winrm import Listener, Request
from lab.workstation_interface import AuthMethod

ROUNDS = 5
OURS, PEER = "hospital_it.pkcs12.certificate_facts", "ansible.windows.win_ping"
DESK = Desk("ws-dosimetry", (Seat(LOUIS),), windows=True)


class NotHere(Exception):
    """The comparison cannot be made; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Medians:
    """In seconds."""

    ours: float
    peer: float


def ratio(peer: Path | None) -> Medians:
    """Runs both in turn, after one of each that does not count. Raises ``NotHere``."""
    if peer is None or not (peer / "ansible_collections" / "ansible" / "windows").is_dir():
        raise NotHere("--peer names no folder with ansible_collections/ansible/windows")
    if bed() is None:
        raise NotHere("Windows PowerShell is not installed (make bed)")
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder, Hospital(Path(folder), [DESK]) as hospital:
        workstation = hospital.workstations[DESK.name]
        with Listener(workstation, hospital.ledger, auth=(AuthMethod.BASIC,), intercept=clock) as listener:
            _run(hospital, listener.port, peer)
    durations = clock.durations[2:]
    return Medians(statistics.median(durations[::2]), statistics.median(durations[1::2]))


class Clock:
    """An intercept that notes when each connection, which is a task, had its first and its last request."""

    def __init__(self) -> None:
        self._times: defaultdict[int, list[float]] = defaultdict(list)

    def __call__(self, request: Request) -> None:
        """See ``lab.winrm.intercept``."""
        self._times[request.connection].append(time.monotonic())

    @property
    def durations(self) -> list[float]:
        """Seconds, in the order of the connections."""
        return [times[-1] - times[0] for _rest, times in sorted(self._times.items())]


def _run(hospital: Hospital, port: int, peer: Path) -> None:
    tasks: list[dict[str, Any]] = [{OURS: {}}, {PEER: {}}] * (1 + ROUNDS)
    book = hospital.folder / "bench.yml"
    book.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    variables = {
        "ansible_port": port,
        "ansible_winrm_transport": "basic",
        "ansible_winrm_message_encryption": "never",
    }
    collections = os.pathsep.join([str(ROOT / ".build" / "collections"), str(peer)])
    run = play(hospital, book, "-e", json.dumps(variables), environment={"ANSIBLE_COLLECTIONS_PATH": collections})
    if run.exit_code:
        raise RuntimeError(run.stdout + run.stderr)
