# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection promises about its costs, held against a result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.counted import OURS
from benchmarks.side_by_side import Pair, SideBySide, pairs
from benchmarks.times import EMPTY, FACTS, PING, RENEWAL

CHANGES = {"renewal": (5.0, 6.0), "enrolment": (5.0, 5.6)}
"""How many times fewer commands and bytes than the peer.

Reading a single holder is one command on either side, and there is nothing below one.
"""
COMPRESSED = "2.22"
CHANGES_COMPRESSED = {"renewal": (5.0, 6.0), "enrolment": (5.0, 5.0)}
"""From this line on, ansible-core compresses what both sides send, and what the peer repeats becomes smaller."""

TIME_LIMITS = ((FACTS, EMPTY, 1.2), (FACTS, PING, 0.5), (RENEWAL, PING, 2.0))


@dataclass(frozen=True, slots=True)
class Promise:
    """One of them, with what was measured."""

    what: str
    measured: str
    kept: bool


def promises(result: SideBySide) -> list[Promise]:
    """All."""
    return [*_of_times(result), *_of_counts(result)]


def _of_times(result: SideBySide) -> Iterator[Promise]:
    if not result.times:
        return
    for what, floor, limit in TIME_LIMITS:
        ratio = result.times.ratio(what, floor)
        yield Promise(f"`{what}` takes at most {limit} times as long as `{floor}`", f"{ratio:.2f}", ratio <= limit)


def changes(line: str) -> Mapping[str, tuple[float, float]]:
    """What is promised of changes with this line of ansible-core."""
    return CHANGES if _numbers(line) < _numbers(COMPRESSED) else CHANGES_COMPRESSED


def _numbers(line: str) -> tuple[int, ...]:
    return tuple(map(int, line.split(".")))


def _of_counts(result: SideBySide) -> Iterator[Promise]:
    if not result.cores:
        return
    ours = [each for core in result.cores.values() for each in core.counts if each.side == OURS]
    most = max(each.commands for each in ours if each.scenario == "steady state")
    yield Promise("A run without work is one command for 1, 4 and 20 holders", str(most), most == 1)
    before = {line: core for line, core in result.cores.items() if changes(line) is CHANGES}
    compressed = {line: core for line, core in result.cores.items() if line not in before}
    for lines, goals, when in (
        (before, CHANGES, ""),
        (compressed, CHANGES_COMPRESSED, f", with ansible-core {COMPRESSED} and later"),
    ):
        every = [pair for core in lines.values() for pair in pairs(core.counts)]
        for scenario, goal in goals.items() if every else ():
            yield from _of_change(scenario, goal, when, [pair for pair in every if pair.ours.scenario == scenario])


def _of_change(scenario: str, goal: tuple[float, float], when: str, found: Sequence[Pair]) -> Iterator[Promise]:
    least = min(pair.commands for pair in found), min(pair.sent for pair in found)
    for what, fewer, measured in zip(("commands", "bytes"), goal, least, strict=True):
        said = f"{scenario}: at least {fewer:g} times fewer {what}{when}"
        yield Promise(said, f"{measured:.2f}", measured >= fewer)
