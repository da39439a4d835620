# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""README's table of compatibility says what `make matrix` has found, and nothing is green that did not run."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from consistency.tree import ROOT
from matrix.cores import Core, cores, pins
from matrix.table import NOT_TRIED, README, rows, written
from matrix.tried import NEEDED_SANITY, Tried, read

LINE = Core("2.21", ("3.13", "3.12"), ("ansible-core==2.21.5",))
GREEN = Tried(
    "2.21.5",
    "3.13.5",
    "2026-11-26",
    "0" * 64,
    {"sanity": 0, "units": 0, "demo": 0},
    sorted(NEEDED_SANITY),
    {},
    100,
    0,
    ["a promise"],
    [],
    60,
)


def test_readme_has_the_table_that_the_results_give() -> None:
    """`make matrix` writes it."""
    readme = README.read_text(encoding="utf-8")
    assert written(readme, rows(cores(), read())) == readme


@pytest.mark.parametrize(
    "change",
    [
        {"exit_codes": {"sanity": 1, "units": 0, "demo": 0}},
        {"sanity_tests": sorted(NEEDED_SANITY - {"validate-modules"})},
        {"sanity_complaints": {"pylint": 2}},
        {"units_passed": 0},
        {"units_failed": 1},
        {"promises_broken": ["a promise"]},
    ],
    ids=str,
)
def test_what_did_not_run_or_failed_is_not_green(change: dict[str, object]) -> None:
    tried = replace(GREEN, **change)  # type: ignore[arg-type]
    assert GREEN.green
    assert not tried.green
    (row,) = rows([LINE], {"2.21": tried})[2:]
    assert "FAILED" in row


def test_a_line_without_a_result_or_with_another_version_is_not_tried() -> None:
    for results in ({}, {"2.20": GREEN}, {"2.21": replace(GREEN, ansible_core="2.21.4")}):
        (row,) = rows([LINE], results)[2:]
        assert row.count(NOT_TRIED) == 4
        assert "passed" not in row


def test_the_lines_are_those_that_are_supported_and_used() -> None:
    """From the oldest that the collection supports; the workflow and the pinned environments use the same versions."""
    versions = {core.version for core in cores()}
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={cores()[0].line}.0"
    lines = [int(core.line.split(".")[1]) for core in cores()]
    assert lines == list(range(lines[0], lines[-1] + 1))
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"\{core: ([\d.a-z]+)", workflow)) <= versions
    assert lines[-1] in {int(each.split(".")[1]) for each in re.findall(r"\{core: ([\d.a-z]+)", workflow)}
    for core in cores():
        assert [line for line in pins(core).splitlines() if line.startswith("ansible-core")] == [
            f"ansible-core=={core.version}"
        ]
        assert core.version.startswith(f"{core.line}.")


def test_no_line_is_excused_from_sanity() -> None:
    assert list((ROOT / "tests").glob("sanity/ignore*")) == []


def test_ansible_test_has_each_test_that_a_line_needs() -> None:
    """A name that no line knows would make every line red."""
    package = Path(str(files("ansible_test")))
    classes = {path.stem.replace("_", "-") for path in (package / "_internal" / "commands" / "sanity").glob("*.py")}
    scripts = {path.stem for path in (package / "_util" / "controller" / "sanity" / "code-smell").glob("*.json")}
    assert classes | scripts >= NEEDED_SANITY
