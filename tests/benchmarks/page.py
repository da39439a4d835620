# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages that show measurements: each run replaces its own part, between two comments that name it.

``<!-- fleet: begin -->`` and ``<!-- fleet: end -->`` in Markdown; ``.. fleet: begin`` and ``.. fleet: end`` in reStructuredText.
Results are kept as JSON beside this file, so a page can be written again without a measurement.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "docs" / "benchmarks.md"
RESULTS = Path(__file__).with_name("results")
MARKS = {".md": "<!-- {}: {} -->", ".rst": ".. {}: {}"}
"""By a page's suffix: how the line looks that begins or ends a part."""


def write(path: Path, name: str, text: str) -> None:
    """Replaces a part of a page. Raises ``ValueError`` unless the page has this part exactly once."""
    page = replaced(path.read_text(encoding="utf-8"), name, text, MARKS[path.suffix])
    path.write_text(page, encoding="utf-8")


def replaced(page: str, name: str, text: str, mark: str) -> str:
    """The page with this text between the two lines of a part, blank lines around it. Raises ``ValueError``, see ``write``."""
    start, end = _lines_of(page, name, mark)
    lines = page.split("\n")
    return "\n".join([*lines[: start + 1], "", *text.strip("\n").split("\n"), "", *lines[end:]])


def part(page: str, name: str, mark: str) -> str:
    """What the page has in this part. Raises ``ValueError``, see ``write``."""
    start, end = _lines_of(page, name, mark)
    return "\n".join(page.split("\n")[start + 1 : end]).strip("\n")


def _lines_of(page: str, name: str, mark: str) -> tuple[int, int]:
    lines, begin, end = page.split("\n"), mark.format(name, "begin"), mark.format(name, "end")
    if lines.count(begin) != 1 or lines.count(end) != 1 or lines.index(end) < lines.index(begin):
        raise ValueError(f"The page needs the line {begin!r} once, and after it the line {end!r} once.")
    return lines.index(begin), lines.index(end)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown. Numbers stand to the right; the first row tells which columns have them."""
    numeric = [isinstance(cell, (int, float)) for cell in rows[0]]
    ruler = ["---:" if is_number else "---" for is_number in numeric]
    return "\n".join(_row(row) for row in (header, ruler, *rows))


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def keep(name: str, result: Mapping[str, Any]) -> None:
    """Keeps a result, for people and for pages."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")


def kept(name: str) -> dict[str, Any]:
    """The result that was kept last. Raises ``FileNotFoundError`` when there is none."""
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def machine() -> dict[str, Any]:
    """The machine on which a result was measured, without its name."""
    cpu = next((line for line in _read("/proc/cpuinfo") if line.startswith("model name")), "")
    memory = next((line for line in _read("/proc/meminfo") if line.startswith("MemTotal")), "MemTotal: 0 kB")
    return {
        "processor": cpu.partition(": ")[2] or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory.split()[1]) / 2**20),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _read(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []
