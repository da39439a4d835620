# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible.windows cost was counted by ``make bench`` and kept; what we cost is counted here, and stays that much below."""

from __future__ import annotations

from pathlib import Path

from ansible.release import __version__ as core

from benchmarks import page
from benchmarks.comparison_page import rendered
from benchmarks.counted import PEER, Counted
from benchmarks.our_side import count_ours
from benchmarks.promises import changes
from benchmarks.side_by_side import NAME, Pair, kept_result, pairs

RESULT = kept_result()


def line_of(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")[:2]))


def counts_of_peer(version: str) -> list[Counted]:
    """Those with the newest recorded core that is not newer than this one."""
    recorded = max((line for line in RESULT.cores if line_of(line) <= line_of(version)), key=line_of)
    return [each for each in RESULT.cores[recorded].counts if each.side == PEER]


def compared(folder: Path, holders: int) -> dict[str, Pair]:
    return {pair.ours.scenario: pair for pair in pairs([*count_ours(folder, holders), *counts_of_peer(core)])}


def test_changes_cost_so_many_times_fewer_commands_and_bytes_as_promised(tmp_path: Path) -> None:
    found = compared(tmp_path, 1)
    promised = changes(".".join(core.split(".")[:2]))
    assert promised.keys() < found.keys()
    fewer = {scenario: (found[scenario].commands, found[scenario].sent) for scenario in promised}
    assert {
        scenario: (commands, sent)
        for scenario, (commands, sent) in fewer.items()
        if commands < promised[scenario][0] or sent < promised[scenario][1]
    } == {}
    assert all(pair.ours.commands <= pair.peer.commands and pair.ours.sent < pair.peer.sent for pair in found.values())


def test_twenty_holders_cost_one_command_where_the_peer_needs_four_for_four(tmp_path: Path) -> None:
    (ours,) = count_ours(tmp_path, 20)
    (peer,) = (each for each in counts_of_peer(core) if (each.scenario, each.holders) == ("steady state", 4))
    assert (ours.commands, ours.processes, peer.commands, peer.processes) == (1, 1, 4, 8)
    assert 5 * peer.sent / ours.sent >= 60


def test_the_page_shows_the_kept_result() -> None:
    text = page.BENCHMARKS.read_text(encoding="utf-8")
    assert page.part(text, NAME, page.MARKS[".md"]) == rendered(RESULT).strip("\n")
