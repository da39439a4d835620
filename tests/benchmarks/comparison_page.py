# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the comparison, from its result and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks.counted import FLOOR, OURS, Counted
from benchmarks.holders import NUMBERS
from benchmarks.page import table
from benchmarks.promises import promises
from benchmarks.side_by_side import LINES, CoreCounts, Pair, SideBySide, pairs
from benchmarks.single_tasks import TaskCounts
from benchmarks.times import EMPTY, NOTHING, PING, Sample, Times

NOT_MEASURED = "Not measured yet."

COUNTS = (
    "scenario",
    "holders",
    "commands",
    "fewer",
    "PowerShell processes",
    "module runs",
    "requests",
    "bytes sent",
    "fewer",
    "bytes answered",
)
SINGLE = ("task", "commands", "requests", "bytes sent", "bytes answered")
TIMES = (
    "what",
    "seconds",
    "of win_ping",
    "of an empty module",
    "controller CPU s",
    "of these for the host",
    "peak MiB",
    "commands",
    "bytes sent",
)


def rendered(result: SideBySide) -> str:
    """The whole part of the page."""
    return "\n\n".join(_parts(result))


def _parts(result: SideBySide) -> Iterator[str]:
    held = promises(result)
    if held:
        yield table(
            ("promise", "measured", "kept"), [(each.what, each.measured, "yes" if each.kept else "NO") for each in held]
        )
    for line in LINES:
        yield f"### Counted with ansible-core {line}"
        yield from _of_core(result.cores[line]) if line in result.cores else [NOT_MEASURED]
    yield "### Single tasks"
    yield from _tasks(result.tasks) if result.tasks else [NOT_MEASURED]
    yield "### Times on Windows PowerShell under Wine"
    yield from _times(result.times) if result.times else [NOT_MEASURED]


def _of_core(core: CoreCounts) -> Iterator[str]:
    peers = " and ".join(f"{name} {version}" for name, version in core.peer.items())
    yield f"ansible-core {core.ansible_core}. Each cell has the figure of this collection, a stroke, and that of {peers}."
    yield table(COUNTS, [_counts(pair) for pair in pairs(core.counts)])
    (alone,) = (each for each in core.counts if each.side == OURS and each.holders == NUMBERS[-1])
    yield (
        f"This collection in the steady state of {alone.holders} holders: {alone.commands} command, {alone.requests} requests,"
        f" {alone.sent} bytes sent, {alone.answered} answered."
    )
    yield _floors(core.counts)


def _tasks(tasks: TaskCounts) -> Iterator[str]:
    yield f"ansible-core {tasks.ansible_core}, emulated workstations, Basic."
    yield table(SINGLE, [(what, *figures) for what, figures in tasks.figures.items()])


def _counts(pair: Pair) -> tuple[object, ...]:
    def both(figure: Callable[[Counted], int]) -> str:
        return f"{figure(pair.ours)} / {figure(pair.peer)}"

    return (
        pair.ours.scenario,
        pair.ours.holders,
        both(lambda side: side.commands),
        f"{pair.commands:.1f}x",
        both(lambda side: side.processes),
        both(lambda side: side.modules),
        both(lambda side: side.requests),
        both(lambda side: side.sent),
        f"{pair.sent:.1f}x",
        both(lambda side: side.answered),
    )


def _floors(counts: Sequence[Counted]) -> str:
    said = [
        f"`{each.scenario}` {each.commands} command, {each.requests} requests, {each.sent} bytes sent"
        for each in counts
        if each.side == FLOOR
    ]
    return f"The floor: {'; '.join(said)}."


def _times(times: Times) -> Iterator[str]:
    medians = times.medians
    yield (
        f"{len(times.rounds)} interleaved rounds on {times.machine['cores']} cores ({times.machine['processor']}), ansible-core"
        f" {times.ansible_core}, Python {times.machine['python']}. The load of the machine before a round was"
        f" {min(times.load):.1f} to {max(times.load):.1f}. Figures are medians. A ratio is the median of the rounds' ratios; in brackets is"
        " the ratio of the medians, which a load that changes from round to round moves more."
    )
    yield table(TIMES, [_time(times, medians, what) for what in medians])


def _time(times: Times, medians: Mapping[str, Sample], what: str) -> tuple[object, ...]:
    def ratio(floor: str) -> str:
        return f"{times.ratio(what, floor):.2f} ({each.seconds / medians[floor].seconds:.2f})"

    each = medians[what]
    return (
        what,
        f"{each.seconds:.2f}",
        ratio(PING),
        ratio(EMPTY),
        f"{each.cpu:.2f}",
        f"{each.cpu - medians[NOTHING].cpu:.2f}",
        each.peak_kib // 1024,
        each.commands,
        each.sent,
    )
