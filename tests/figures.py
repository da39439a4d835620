# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests say at the end of a run. Each process has its own; ``tests/conftest.py`` puts them together."""

from __future__ import annotations

LINES: list[str] = []
"""Shown as they are."""

LEFT_OUT: dict[str, int] = {}
"""How many tests were left out for a reason. Each process leaves out the same."""


def exported() -> dict[str, object]:
    """For the process that shows them, in plain types."""
    return {"lines": list(LINES), "left_out": dict(LEFT_OUT)}


def add(lines: list[str], left_out: dict[str, int]) -> None:
    """Those of another process."""
    LINES.extend(lines)
    LEFT_OUT.update(left_out)
