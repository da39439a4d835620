# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests say at the end of a run. Each process has its own; ``tests/conftest.py`` puts them together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import pytest

import equipment

LINES: list[str] = []
"""Shown as they are."""

LEFT_OUT: dict[str, dict[str, int]] = {}
"""How many tests of each suite were left out, by the mark of what they lack. Each process leaves out the same."""

RED: list[str] = []
"""Why a run is red of which every test has passed."""

SLOWEST = 15
_executed: Counter[str] = Counter()
_seconds: dict[str, float] = defaultdict(float)
_skipped: dict[str, str] = {}
_run_again: set[str] = set()


def suite_of(node: str) -> str:
    """The suite of a test or a folder: ``integration/report`` for ``tests/integration/report/test_way_back.py::test_x``."""
    parts = node.partition("::")[0].removeprefix("tests/").split("/")[:-1]
    return "/".join(parts[: 2 if parts[:1] == ["integration"] else 1])


def leave_out(reason: str, nodes: Sequence[str]) -> None:
    """Remembers what was left out."""
    LEFT_OUT[reason] = dict(Counter(suite_of(node) for node in nodes))


def count(report: pytest.TestReport) -> None:
    """Of a test, or of its preparation or its end."""
    _seconds[report.nodeid.partition("::")[0]] += report.duration
    if report.outcome == "rerun":  # type: ignore[comparison-overlap]  # of pytest-rerunfailures
        _run_again.add(report.nodeid)
    elif report.skipped:
        _skipped[report.nodeid] = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    elif report.when == "call":
        _executed[suite_of(report.nodeid)] += 1


def red(suites: Sequence[str], reruns: int | None) -> Iterator[str]:
    """Why a run without a failure is red. ``suites``: those of which everything has to be shown; ``reruns``: None for no limit."""
    for node, reason in _skipped.items():
        yield f"{node} skips itself ({reason}). What a test may lack is a row of tests/equipment.py."
    excused = {each.marker for each in equipment.EQUIPMENT if each.missing_in_ci}
    for suite in dict.fromkeys(suites):
        lacking = {marker for marker, counts in LEFT_OUT.items() if suite in counts}
        if missing := lacking - excused:
            yield f"{suite}: tests were left out for {', '.join(sorted(missing))}, and no reason stands in tests/equipment.py."
        if not _executed[suite] and not lacking & excused:
            yield f"{suite}: no test ran."
    if reruns is not None and len(_run_again) > reruns:
        yield f"{len(_run_again)} tests were run again, and {reruns} may be."


def times() -> Iterator[str]:
    """How long suites took, and the slowest files, in seconds of all processes together."""
    yield "Seconds of all processes together:"
    of_suites: Counter[str] = Counter()
    for path, seconds in _seconds.items():
        of_suites[suite_of(path)] += round(seconds)
    for suite, seconds in of_suites.most_common():
        yield f"  {seconds:5d}  {suite}, {_executed[suite]} tests"
    yield "The slowest files:"
    for path, taken in sorted(_seconds.items(), key=lambda pair: -pair[1])[:SLOWEST]:
        yield f"  {taken:5.0f}  {path}"


def exported() -> dict[str, object]:
    """For the process that shows them, in plain types. It has the reports of the tests itself."""
    return {"lines": list(LINES), "left_out": dict(LEFT_OUT)}


def add(lines: list[str], left_out: dict[str, dict[str, int]]) -> None:
    """Those of another process."""
    LINES.extend(lines)
    LEFT_OUT.update(left_out)
