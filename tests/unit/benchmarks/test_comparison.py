# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result is held against the promises, and a mistake in measuring does not become a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks.counted import FLOOR, OURS, PEER, Counted
from benchmarks.promises import promises
from benchmarks.side_by_side import CoreCounts, SideBySide
from benchmarks.single_tasks import TaskCounts
from benchmarks.times import EMPTY, FACTS, NOTHING, PEER_RENEWAL, PING, RENEWAL, Sample, Times

MACHINE = {"cores": 2, "processor": "any", "python": "3.13.5"}


def count(side: str, scenario: str, commands: int, sent: int, holders: int = 1) -> Counted:
    return Counted(side, scenario, holders, commands, commands, commands, 6 * commands, sent, 10)


GOOD = [
    count(OURS, "enrolment", 2, 100),
    count(OURS, "renewal", 2, 100),
    count(OURS, "steady state", 1, 10, 20),
    count(FLOOR, "win_ping", 1, 50),
    count(PEER, "enrolment", 10, 600),
    count(PEER, "renewal", 10, 600),
    count(PEER, "steady state", 20, 4000, 20),
]


def times(**seconds: float) -> Times:
    known = {NOTHING: 0.0, EMPTY: 1.0, FACTS: 1.2, PING: 2.4, RENEWAL: 4.8, PEER_RENEWAL: 30.0, **seconds}
    return Times("2.21.5", MACHINE, [{what: Sample(each, 1.0, 1024, 1, 1) for what, each in known.items()}], [0.5, 1.5])


def result(counts: Sequence[Counted] = (), took: Times | None = None) -> SideBySide:
    cores = {"2.21": CoreCounts("2.21.5", list(counts) or GOOD, {"ansible.windows": "3.8.0"}, "state")}
    return SideBySide(cores, TaskCounts("2.21.5", {"renewal": [2, 11, 100, 10]}), took or times())


def broken(found: SideBySide) -> list[str]:
    return [each.measured for each in promises(found) if not each.kept]


def test_a_result_at_each_limit_keeps_all_promises() -> None:
    assert broken(result()) == []
    assert {each.measured for each in promises(result())} >= {"1.20", "0.50", "2.00", "5.00", "6.00"}


@pytest.mark.parametrize(
    ("spoilt", "measured"),
    [
        (result(took=times(**{FACTS: 1.201, PING: 4.0})), "1.20"),
        (result([*GOOD[:2], count(OURS, "steady state", 2, 10, 20), *GOOD[3:]]), "2"),
        (result([*GOOD[:4], count(PEER, "enrolment", 9, 600), *GOOD[5:]]), "4.50"),
        (result([*GOOD[:4], count(PEER, "enrolment", 10, 559), *GOOD[5:]]), "5.59"),
    ],
)
def test_each_promise_can_break(spoilt: SideBySide, measured: str) -> None:
    assert broken(spoilt) == [measured]


def test_compressed_input_has_a_goal_of_its_own() -> None:
    def with_2_22(enrolment: int) -> SideBySide:
        counts = [*GOOD[:4], count(PEER, "enrolment", 10, enrolment), *GOOD[5:]]
        core = CoreCounts("2.22.0", counts, {"ansible.windows": "3.8.0"}, "state")
        return replace(result(), cores={**result().cores, "2.22": core})

    assert broken(with_2_22(500)) == []
    assert broken(with_2_22(499)) == ["4.99"]


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    loads = (1.0, 1.0, 10.0)
    rounds = [times(**{FACTS: 1.1 * load, EMPTY: load}).rounds[0] for load in loads]
    odd = {**rounds[1], FACTS: Sample(5.0, 1.0, 1, 1, 1)}
    assert Times("2.21.5", MACHINE, [rounds[0], odd, rounds[2]], loads).ratio(FACTS, EMPTY) == pytest.approx(1.1)
