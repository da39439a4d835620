# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""However many holders a workstation has, a run without work is one command, and each holder with work is one more."""

from __future__ import annotations

from benchmarks.holders import count_holders


def test_four_holders_cost_one_reading_and_one_exchange_for_the_one_who_is_due() -> None:
    counted = {(cost.shape, cost.scenario): cost.tally.commands for cost in count_holders(4)}
    assert counted == {
        ("one task", "steady state"): 1,
        ("one task", "one renewal"): 2,
        ("loop", "steady state"): 4,
        ("loop", "one renewal"): 5,
    }
