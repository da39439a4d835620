# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kept result of the comparison. Each part is measured, and kept, for itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.counted import OURS, PEER, Counted
from benchmarks.holders import NUMBERS
from benchmarks.page import keep, kept
from benchmarks.peer_side import BOOKS
from benchmarks.single_tasks import TaskCounts
from benchmarks.times import Sample, Times

NAME = "side-by-side"
LINES = ("2.16", "2.18", "2.21", "2.22")
WITH_MANY_HOLDERS = "2.21"


@dataclass(frozen=True, slots=True)
class Pair:
    """A scenario of both sides."""

    ours: Counted
    peer: Counted

    @property
    def commands(self) -> float:
        """How many commands the peer needs for one of ours."""
        return self.peer.commands / self.ours.commands

    @property
    def sent(self) -> float:
        """How many bytes the peer sends for one of ours."""
        return self.peer.sent / self.ours.sent


@dataclass(frozen=True, slots=True)
class CoreCounts:
    """What was counted with an ansible-core. ``peer``: versions of its collections. ``playbooks``: ``playbooks_state`` at that time."""

    ansible_core: str
    counts: Sequence[Counted]
    peer: Mapping[str, str]
    playbooks: str


@dataclass(frozen=True, slots=True)
class SideBySide:
    """``cores``: by line, the oldest first. What was not measured yet is not there."""

    cores: Mapping[str, CoreCounts]
    tasks: TaskCounts | None = None
    times: Times | None = None


def numbers_of_peer(line: str) -> tuple[int, ...]:
    """For how many holders the peer's steady state is counted. It grows by the holder, so many holders are counted with one line only."""
    return NUMBERS if line == WITH_MANY_HOLDERS else NUMBERS[:-1]


def pairs(counts: Sequence[Counted]) -> list[Pair]:
    """The scenarios that both sides have. Raises ``ValueError`` when a scenario of a side was counted twice."""
    sides: dict[str, dict[tuple[str, int], Counted]] = {OURS: {}, PEER: {}}
    for each in counts:
        of_side = sides.setdefault(each.side, {})
        if (each.scenario, each.holders) in of_side:
            raise ValueError(f"{each.side}, {each.scenario}, {each.holders} holders: counted twice")
        of_side[each.scenario, each.holders] = each
    return [Pair(ours, sides[PEER][key]) for key, ours in sides[OURS].items() if key in sides[PEER]]


def playbooks_state() -> str:
    """SHA-256 of the peer's playbooks: counts of other playbooks say nothing about these."""
    total = hashlib.sha256()
    for path in sorted(BOOKS.glob("*.yml")):
        total.update(f"{path.name}\0".encode() + path.read_bytes())
    return total.hexdigest()


def keep_result(result: SideBySide) -> None:
    """Writes it to the folder of results."""
    keep(NAME, asdict(result))


def kept_result() -> SideBySide:
    """Reads it; an empty one when there is none."""
    try:
        content = kept(NAME)
    except FileNotFoundError:
        return SideBySide({})
    tasks, times = content["tasks"], content["times"]
    return SideBySide(
        {
            line: CoreCounts(**{**core, "counts": [Counted(**each) for each in core["counts"]]})
            for line, core in content["cores"].items()
        },
        TaskCounts(**tasks) if tasks else None,
        _times(times) if times else None,
    )


def _times(content: Mapping[str, Any]) -> Times:
    rounds = [{what: Sample(**sample) for what, sample in each.items()} for each in content["rounds"]]
    return Times(content["ansible_core"], content["machine"], rounds, content["load"])
