# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests count for the end of a run. Each process counts its own; ``tests/conftest.py`` puts the figures together."""

from __future__ import annotations

from collections import Counter

NUMBERS: Counter[str] = Counter()
"""Added up over all processes."""

LINES: list[str] = []
"""Shown as they are."""

LEFT_OUT: dict[str, int] = {}
"""How many tests were left out for a reason. Each process leaves out the same."""


def exported() -> dict[str, object]:
    """For the process that shows them, in plain types."""
    return {"numbers": dict(NUMBERS), "lines": list(LINES), "left_out": dict(LEFT_OUT)}


def add(numbers: dict[str, int], lines: list[str], left_out: dict[str, int]) -> None:
    """Those of another process."""
    NUMBERS.update(numbers)
    LINES.extend(lines)
    LEFT_OUT.update(left_out)
