# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection promises about its costs, held against a result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.counted import OURS
from benchmarks.side_by_side import SideBySide, pairs
from benchmarks.times import EMPTY, FACTS, PING, RENEWAL

CHANGES = {"renewal": (5.0, 6.0), "enrolment": (5.0, 5.9)}
"""How many times fewer commands and bytes than the peer.

Reading a single holder is one command on either side, and there is nothing below one.
"""

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


def _of_counts(result: SideBySide) -> Iterator[Promise]:
    if not result.cores:
        return
    every = [pair for core in result.cores.values() for pair in pairs(core.counts)]
    ours = [each for core in result.cores.values() for each in core.counts if each.side == OURS]
    most = max(each.commands for each in ours if each.scenario == "steady state")
    yield Promise("A run without work is one command for 1, 4 and 20 holders", str(most), most == 1)
    for scenario, (fewer_commands, fewer_bytes) in CHANGES.items():
        of_it = [pair for pair in every if pair.ours.scenario == scenario]
        commands, sent = min(pair.commands for pair in of_it), min(pair.sent for pair in of_it)
        yield Promise(
            f"{scenario}: at least {fewer_commands:g} times fewer commands",
            f"{commands:.2f}",
            commands >= fewer_commands,
        )
        yield Promise(f"{scenario}: at least {fewer_bytes:g} times fewer bytes", f"{sent:.2f}", sent >= fewer_bytes)
