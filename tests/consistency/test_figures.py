# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a run of tests is red although every test has passed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from types import ModuleType

import pytest

from consistency.tree import ROOT

NODE = "tests/browser/test_print.py::test_x"


@pytest.fixture
def figures() -> Iterator[ModuleType]:
    """Of a run of its own: the module that this run uses is left alone."""
    spec = importlib.util.spec_from_file_location("figures_of_a_test", ROOT / "tests/figures.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module


def report(outcome: str = "passed", node: str = NODE, reason: str = "") -> pytest.TestReport:
    longrepr = ("test_print.py", 1, reason) if reason else None
    return pytest.TestReport(node, (node, 1, node), {}, outcome, longrepr, "call", duration=2)  # type: ignore[arg-type]


def test_a_suite_without_a_test_that_ran_is_red(figures: ModuleType) -> None:
    figures.count(report())
    assert list(figures.red(["browser"], None)) == []
    assert [line.partition(":")[0] for line in figures.red(["browser", "planted"], None)] == ["planted"]


@pytest.mark.parametrize(("marker", "count"), [("awx", 0), ("browser", 2)])
def test_what_is_left_out_has_a_reason_in_the_table(figures: ModuleType, marker: str, count: int) -> None:
    figures.leave_out(marker, [NODE])
    assert len(list(figures.red(["browser"], None))) == count


def test_a_test_that_skips_itself_is_red_everywhere(figures: ModuleType) -> None:
    figures.count(report())
    figures.count(report("skipped", reason="Skipped: no such thing"))
    (line,) = figures.red([], None)
    assert NODE in line
    assert "no such thing" in line


def test_more_than_a_few_that_pass_the_second_time_are_red(figures: ModuleType) -> None:
    for number in range(3):
        figures.count(report("rerun", f"{NODE}[{number}]"))
    assert list(figures.red([], 3)) == []
    figures.count(report("rerun", f"{NODE}[3]"))
    figures.count(report("rerun", f"{NODE}[3]"))
    assert len(list(figures.red([], 3))) == 1
    assert list(figures.red([], None)) == []


def test_a_suite_is_a_folder(figures: ModuleType) -> None:
    folders = ["tests/unit/plugins/_io/test_x.py::y", "tests/integration/report/test_x.py", "tests/awx/"]
    assert [figures.suite_of(each) for each in folders] == ["unit", "integration/report", "awx"]


def test_seconds_are_told_by_suite_and_file(figures: ModuleType) -> None:
    figures.count(report())
    figures.count(report())
    assert list(figures.times())[1:] == [
        "      4  browser, 2 tests",
        "The slowest files:",
        "      4  tests/browser/test_print.py",
    ]
