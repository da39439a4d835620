# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of compatibility in ``docs/tried.md``. It comes from ``results.json`` and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matrix.cores import ROOT, Core
from matrix.tried import Tried

PAGE = ROOT / "docs" / "tried.md"
FIRST = "| ansible-core | supports Python | tried with Python | sanity, no ignores | unit tests | demo | tried on |"
NOT_TRIED = "not tried"


def rows(cores: Sequence[Core], results: Mapping[str, Tried]) -> list[str]:
    """The lines of the table, the newest core first."""
    newest_first = sorted(cores, key=lambda core: int(core.line.split(".")[1]), reverse=True)
    return [FIRST, "|---|---|---|---|---|---|---|", *(_row(core, results.get(core.line)) for core in newest_first)]


def _row(core: Core, tried: Tried | None) -> str:
    supported = f"{core.pythons[-1]} to {core.pythons[0]}"
    # Another version than the pinned one says nothing about this one.
    if tried is None or tried.ansible_core != core.version:
        return f"| {core.version} | {supported} | {' | '.join([NOT_TRIED] * 4)} | - |"
    cells = (
        _cell(
            tried.sanity_passed, f"{len(tried.sanity_tests)} tests passed", " ".join(sorted(tried.sanity_complaints))
        ),
        _cell(tried.units_are_green, f"{tried.units_passed} passed", f"{tried.units_failed} failed"),
        _cell(tried.demo_kept_its_promises, f"{len(tried.promises_kept)} promises kept", "a promise was broken"),
    )
    return f"| {core.version} | {supported} | {tried.python} | {' | '.join(cells)} | {tried.day} |"


def _cell(green: bool, said: str, why: str) -> str:
    return said if green else f"FAILED: {why}".removesuffix(": ")


def written(page: str, table: Sequence[str]) -> str:
    """The page with this table. Raises ``ValueError`` when it has none."""
    lines = page.split("\n")
    start = lines.index(FIRST)
    end = next((at for at in range(start, len(lines)) if not lines[at].startswith("|")), len(lines))
    return "\n".join([*lines[:start], *table, *lines[end:]])
