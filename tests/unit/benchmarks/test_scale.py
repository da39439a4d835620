# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from benchmarks.scale import MANY, Measured, median, per_host, rounds


def measured(cpu_per_host: float) -> Measured:
    return Measured(1.0, 2.0, 0.1, 0.5, cpu_per_host, 60, {"controller": 100}, 30.0)


def test_few_workstations_are_measured_in_an_odd_number_of_rounds_and_many_once() -> None:
    assert (rounds(50), rounds(MANY), rounds(3000)) == (3, 3, 1)


def test_the_round_in_the_middle_counts() -> None:
    assert median([measured(0.09), measured(0.03), measured(0.05)]).cpu_per_host == 0.05
    assert median([measured(0.09)]).cpu_per_host == 0.09


def test_the_start_of_ansible_is_left_out_of_what_a_host_costs() -> None:
    assert per_host(2.5, 0.5, 101) == 0.02
