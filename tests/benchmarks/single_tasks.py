# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each kind of task of this collection costs on the wire, on emulated workstations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible.release import __version__ as core

from benchmarks.count import SCENARIOS, count
from benchmarks.holders import NUMBERS, count_holders
from lab.winrm import Tally
from lab.workstation_interface import AuthMethod


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """Commands, requests, bytes sent and bytes answered, by what is done. With Basic; NTLM needs three requests more."""

    ansible_core: str
    figures: Mapping[str, Sequence[int]]


def single_tasks() -> TaskCounts:
    """Runs each once."""
    found = {f"{cost.scenario} ({SCENARIOS[cost.scenario]})": _figures(cost.tally) for cost in count(AuthMethod.BASIC)}
    for number in NUMBERS:
        for each in count_holders(number):
            found[f"{each.scenario} at a workstation of {number}, {each.shape}"] = _figures(each.tally)
    return TaskCounts(core, found)


def _figures(tally: Tally) -> list[int]:
    return [tally.commands, tally.requests, tally.body_bytes, tally.response_bytes]
