# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long tasks take on Windows PowerShell, and what they cost the controller, beside a module that does nothing and one that says "pong".

A round runs everything once, one after the other, so what else the machine does meets all of them alike. The first round, in which the
first bundles are enrolled, does not count.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ansible.release import __version__ as core

from benchmarks.metered import Metered, Usage
from benchmarks.page import machine
from benchmarks.peer_side import BOOKS, FLOORS, PeerDesk, peer_desk
from lab.ansible_playbook import chosen
from lab.people import Person
from lab.playbook import Run
from lab.winrm import Request, tally

ROUNDS = 7
NOTHING, FACTS, RENEWAL, PEER_RENEWAL = "no task", "certificate_facts", "renewal", "renewal, ansible.windows"
PING, EMPTY = "win_ping", "empty module"
OURS, PEERS = Person("Holder 01", "T200001", "holder1", 2001), Person("Holder 02", "T200002", "holder2", 2002)


@dataclass(frozen=True, slots=True)
class Sample:
    """One run. ``seconds``: from its first request to its last answer, 0 without any. ``cpu`` and ``peak_kib``: of the controller."""

    seconds: float
    cpu: float
    peak_kib: int
    commands: int
    sent: int


@dataclass(frozen=True, slots=True)
class Times:
    """``rounds``: what was run to its sample. ``load``: of the machine, before each round."""

    ansible_core: str
    machine: Mapping[str, Any]
    rounds: Sequence[Mapping[str, Sample]]
    load: Sequence[float]

    @property
    def medians(self) -> dict[str, Sample]:
        """By what was run."""
        return {what: median([each[what] for each in self.rounds]) for what in self.rounds[0]}

    def ratio(self, what: str, floor: str) -> float:
        """The median of the rounds' ratios: in a round both met the same load, and from round to round the load changes."""
        return statistics.median(each[what].seconds / each[floor].seconds for each in self.rounds)


class Clock:
    """An intercept that remembers when requests came and were answered."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def __call__(self, request: Request) -> None:
        """See ``lab.winrm.intercept``."""
        self._times.append(time.monotonic())

    def lap(self) -> float:
        """Seconds from the first request to the last answer since the last call."""
        times, self._times = self._times, []
        return times[-1] - times[0] if times else 0.0


def measure(collections: Path, rounds: int = ROUNDS) -> Times:
    """Runs all rounds. Raises ``RuntimeError`` when a play ends red or a renewal did not renew."""
    clock, metered = Clock(), Metered()
    samples: list[dict[str, Sample]] = []
    load: list[float] = []
    with (
        tempfile.TemporaryDirectory() as name,
        chosen(metered),
        peer_desk(Path(name), collections, (OURS, PEERS), clock, become=False) as desk,
    ):
        for number in range(rounds + 1):
            load.append(os.getloadavg()[0])
            samples.append({what: _sample(run, clock, metered) for what, run in _round(desk, number).items()})
            _check(desk)
            took = (f"{what} {each.seconds:.1f} s" for what, each in samples[-1].items())
            print(f"round {number}: {', '.join(took)}", flush=True)
    return Times(core, machine(), samples[1:], load[1:])


def median(samples: Sequence[Sample]) -> Sample:
    """Of each figure for itself."""
    return Sample(
        statistics.median(each.seconds for each in samples),
        statistics.median(each.cpu for each in samples),
        round(statistics.median(each.peak_kib for each in samples)),
        round(statistics.median(each.commands for each in samples)),
        round(statistics.median(each.sent for each in samples)),
    )


def _round(desk: PeerDesk, number: int) -> dict[str, Callable[[], Run]]:
    """What a round runs, in this order. Each round has bundles of its own."""
    ours = desk.hospital.deliver(OURS, 2000 + number)
    desk.hospital.deliver(PEERS, 2000 + number)
    path = desk.hospital.folder / f"ours-{number}.p12"
    path.write_bytes(ours.data)
    renewal = {
        "path": str(path),
        "passphrase": ours.passphrase,
        "holder": "{{ pkcs12_holders[0].user }}",
        "authorisation": OURS.authorisation,
    }
    return {
        NOTHING: partial(desk.task, ""),
        EMPTY: partial(desk.task, FLOORS[EMPTY]),
        FACTS: partial(desk.task, "hospital_it.pkcs12.certificate_facts"),
        PING: partial(desk.task, FLOORS[PING]),
        RENEWAL: partial(desk.task, "hospital_it.pkcs12.certificate", renewal),
        PEER_RENEWAL: partial(desk.play, BOOKS / "install.yml", person=PEERS),
    }


def _sample(run: Callable[[], Run], clock: Clock, metered: Metered) -> Sample:
    clock.lap()
    sums = tally(run().requests)
    usage: Usage = metered.last
    return Sample(clock.lap(), usage.cpu, usage.peak_kib, sums.commands, sums.body_bytes)


def _check(desk: PeerDesk) -> None:
    wanted = {desk.hospital.bundles[person.authorisation].thumbprint for person in (OURS, PEERS)}
    found = desk.installed()
    if found != wanted:
        raise RuntimeError(f"After a round the store has {sorted(found)}, not {sorted(wanted)}")
