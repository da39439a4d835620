# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""However many holders a workstation has, a run without work is one command, and each holder with work is one more."""

from __future__ import annotations

from benchmarks.holders import count_holders


def test_four_holders_cost_one_reading_and_one_exchange_for_the_one_who_is_due() -> None:
    counted = {(cost.shape, cost.scenario): cost.tally for cost in count_holders(4)}
    assert {key: (tally.commands, tally.requests) for key, tally in counted.items() if key[0] == "one task"} == {
        ("one task", "steady state"): (1, 6),
        ("one task", "one renewal"): (2, counted["loop", "one renewal"].requests - 12),
    }
    assert counted["loop", "steady state"].commands == 4
