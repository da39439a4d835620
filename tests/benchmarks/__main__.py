# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m benchmarks [--peer FOLDER]``."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

import cryptography
import winrm
from ansible.release import __version__ as core

from benchmarks.count import SCENARIOS, Cost, count
from benchmarks.ratio import ROUNDS, NotHere, ratio
from lab.workstation_interface import AuthMethod

HEADER = (
    "authentication",
    "scenario",
    "commands",
    "requests",
    "of these auth",
    "body bytes",
    "stdin bytes",
    "answer bytes",
)


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="bench", description="What the collection costs on the wire.")
    parser.add_argument(
        "--peer", type=Path, help="folder whose ansible_collections has ansible.windows, to compare with"
    )
    peer = parser.parse_args().peer
    print(
        f"ansible-core {core}, pywinrm {winrm.__version__}, cryptography {cryptography.__version__}, Python {platform.python_version()}"
    )
    print("One holder on one emulated workstation; bytes of the clear SOAP bodies:\n")
    print(table([HEADER, *(_row(cost) for auth in AuthMethod for cost in count(auth))]))
    print(f"\nScenarios: {'; '.join(f'{name}: {what}' for name, what in SCENARIOS.items())}.")
    try:
        found = ratio(peer)
    except NotHere as reason:
        print(f"\nSKIPPED, the comparison with ansible.windows.win_ping: {reason}")
        return
    print(
        f"\nOn Windows PowerShell under Wine, medians of {ROUNDS} interleaved runs from the first request of a task to its last:"
    )
    print(
        f"certificate_facts {found.ours:.2f} s, ansible.windows.win_ping {found.peer:.2f} s, ratio {found.ours / found.peer:.2f}"
    )


def table(rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as they need to be; numbers to the right."""
    lines = list(rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if cell.isdigit() else cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        )
        for line in lines
    )


def _row(cost: Cost) -> Sequence[str]:
    tally = cost.tally
    numbers = (
        tally.commands,
        tally.requests,
        tally.auth_rounds,
        tally.body_bytes,
        tally.stdin_bytes,
        tally.response_bytes,
    )
    return (cost.auth.value, cost.scenario, *map(str, numbers))


if __name__ == "__main__":
    main()
