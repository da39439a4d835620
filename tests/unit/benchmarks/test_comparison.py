# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result is held against the promises, and a mistake in measuring does not become a figure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from benchmarks import page, peer_collections
from benchmarks.__main__ import counts_of, still_true
from benchmarks.comparison_page import rendered
from benchmarks.counted import FLOOR, OURS, PEER, Counted
from benchmarks.promises import promises
from benchmarks.side_by_side import LINES, CoreCounts, SideBySide, keep_result, kept_result, pairs, playbooks_state
from benchmarks.single_tasks import TaskCounts
from benchmarks.times import EMPTY, FACTS, NOTHING, PEER_RENEWAL, PING, RENEWAL, Sample, Times, median
from matrix.cores import Core

CORE = Core("2.21", ("3.13",), ("ansible-core==2.21.5",))
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
        (result(took=times(**{PING: 2.3, EMPTY: 1.1, RENEWAL: 4.5})), "0.52"),
        (result(took=times(**{RENEWAL: 5.0})), "2.08"),
        (result([*GOOD[:2], count(OURS, "steady state", 2, 10, 20), *GOOD[3:]]), "2"),
        (result([*GOOD[:4], count(PEER, "enrolment", 9, 600), *GOOD[5:]]), "4.50"),
        (result([*GOOD[:4], count(PEER, "enrolment", 10, 589), *GOOD[5:]]), "5.89"),
        (result([*GOOD[:5], count(PEER, "renewal", 10, 599), GOOD[6]]), "5.99"),
    ],
)
def test_each_promise_can_break(spoilt: SideBySide, measured: str) -> None:
    assert broken(spoilt) == [measured]


def test_compressed_input_has_a_goal_of_its_own() -> None:
    def with_2_22(enrolment: int) -> SideBySide:
        counts = [*GOOD[:4], count(PEER, "enrolment", 10, enrolment), *GOOD[5:]]
        core = CoreCounts("2.22.0", counts, {"ansible.windows": "3.8.0"}, "state")
        return replace(result(), cores={**result().cores, "2.22": core})

    assert broken(with_2_22(520)) == []
    assert broken(with_2_22(519)) == ["5.19"]


def test_a_scenario_that_was_counted_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        pairs([*GOOD, GOOD[-1]])


def test_only_the_asked_core_counts() -> None:
    answer = {"ansible_core": "2.21.5", "counts": [asdict(GOOD[0])]}
    assert counts_of(CORE, json.dumps(answer)) == GOOD[:1]
    with pytest.raises(RuntimeError, match=r"2\.16\.19"):
        counts_of(CORE, json.dumps({**answer, "ansible_core": "2.16.19"}))


def test_counts_of_the_peer_are_kept_until_something_of_it_changes() -> None:
    kept = CoreCounts(CORE.version, GOOD, peer_collections.wanted(), playbooks_state())
    assert still_true(kept, CORE) == GOOD[3:]
    assert still_true(None, CORE) == []
    changes = ({"ansible_core": "2.21.4"}, {"peer": {"ansible.windows": "3.7.0"}}, {"playbooks": "other"})
    assert [still_true(replace(kept, **change), CORE) for change in changes] == [[], [], []]


def test_a_median_is_one_of_each_figure() -> None:
    samples = [Sample(seconds, cpu, 1, 1, 1) for seconds, cpu in ((9.0, 1.0), (1.0, 3.0), (2.0, 2.0))]
    assert median(samples) == Sample(2.0, 2.0, 1, 1, 1)


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    loads = (1.0, 1.0, 10.0)
    rounds = [times(**{FACTS: 1.1 * load, EMPTY: load}).rounds[0] for load in loads]
    odd = {**rounds[1], FACTS: Sample(5.0, 1.0, 1, 1, 1)}
    assert Times("2.21.5", MACHINE, [rounds[0], odd, rounds[2]], loads).ratio(FACTS, EMPTY) == pytest.approx(1.1)


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(page, "RESULTS", tmp_path / "results")
    yield


@pytest.mark.usefixtures("results")
def test_a_result_is_read_back_as_it_was() -> None:
    keep_result(result())
    assert kept_result() == result()


@pytest.mark.usefixtures("results")
def test_what_was_not_measured_promises_nothing_and_is_said() -> None:
    nothing = kept_result()
    assert promises(nothing) == []
    assert rendered(nothing).count("Not measured yet.") == len(LINES) + 2
    keep_result(nothing)
    assert kept_result() == nothing


def test_the_page_shows_every_pair_and_every_time() -> None:
    shown = rendered(result())
    for cells in (
        "| renewal | 2 | 11 | 100 | 10 |",
        "| renewal | 1 | 2 / 10 | 5.0x |",
        "| steady state | 20 | 1 / 20 | 20.0x |",
        "| certificate_facts | 1.20 | 0.50 (0.50) | 1.20 (1.20) |",
    ):
        assert cells in shown
    assert "0.5 to 1.5" in shown
    assert "| NO |" not in shown
    assert "| NO |" in rendered(result(took=times(**{RENEWAL: 9.0})))
