# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scenario cost on the wire, and how often one side has to pay it for another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lab.winrm import Entry, tally

OURS, PEER, FLOOR = "hospital_it.pkcs12", "ansible.windows", "floor"
"""The sides."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One run of a scenario for so many holders. ``processes``: PowerShells on the workstation.

    ``sent`` and ``answered`` are bytes of clear SOAP bodies.
    """

    side: str
    scenario: str
    holders: int
    commands: int
    processes: int
    modules: int
    requests: int
    sent: int
    answered: int


def counted(side: str, scenario: str, holders: int, entries: Iterable[Entry]) -> Counted:
    """Sums up what a run's ledger has. Raises ``ValueError`` for a run that did nothing, and for one that met a fault."""
    rows = tuple(entries)
    sums = tally(rows)
    if not sums.commands or sums.faults:
        raise ValueError(f"{side}, {scenario}: {sums.commands} commands and {sums.faults} faults are no measurement")
    # A command is a PowerShell, and become starts a second one in it.
    become = sum(row.become_user is not None for row in rows)
    return Counted(
        side,
        scenario,
        holders,
        sums.commands,
        sums.commands + become,
        len(sums.modules),
        sums.requests,
        sums.body_bytes,
        sums.response_bytes,
    )
