# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of this folder: a person reads them, and a test compares their tables with what a run did."""

from __future__ import annotations

from pathlib import Path


class Page:
    """A page beside this file. It has one table under a heading."""

    def __init__(self, name: str) -> None:
        self._text = Path(__file__).with_name(name).read_text(encoding="utf-8")

    def cells(self, heading: str) -> list[list[str]]:
        """One table, with its head."""
        text = self._text.split(f"## {heading}\n")[1].split("\n## ")[0]
        lines = [line for line in text.splitlines() if line[:1] == "|"]
        return [[each.strip() for each in line.strip("|").split("|")] for line in [*lines[:1], *lines[2:]]]

    def rows(self, heading: str) -> dict[str, list[str]]:
        """A table by the first cell of its rows."""
        _head, *rows = self.cells(heading)
        return {first: rest for first, *rest in rows}
