# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of compatibility says what `make matrix` has found."""

from __future__ import annotations

import shlex
from importlib.resources import files
from pathlib import Path

import yaml

from consistency.tree import ROOT
from matrix.cores import cores, pins
from matrix.table import PAGE, rows, written
from matrix.tried import NEEDED_SANITY, read


def test_the_page_has_the_table_that_the_results_give() -> None:
    """`make matrix` writes it."""
    page = PAGE.read_text(encoding="utf-8")
    assert written(page, rows(cores(), read())) == page


def test_the_lines_are_those_that_are_supported_and_used() -> None:
    """From the oldest that the collection supports; the pinned environments use the same versions."""
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={cores()[0].line}.0"
    lines = [int(core.line.split(".")[1]) for core in cores()]
    assert lines == list(range(lines[0], lines[-1] + 1))
    for core in cores():
        assert [line for line in pins(core).splitlines() if line.startswith("ansible-core")] == [
            f"ansible-core=={core.version}"
        ]
        assert core.version.startswith(f"{core.line}.")


def test_each_job_of_ci_has_its_line_and_no_other() -> None:
    """Without an exact version, pip leaves the newer one that is there."""
    workflows = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((ROOT / ".github/workflows").glob("*.yml"))]
    jobs = [job for workflow in workflows for job in workflow["jobs"].values()]
    lines = [each["core"] for job in jobs for each in job.get("strategy", {}).get("matrix", {}).get("include", ())]
    assert lines and set(lines) <= {core.version for core in cores()}
    runs = [line for job in jobs for step in job["steps"] for line in step.get("run", "").splitlines()]
    asked = [word for line in runs for word in shlex.split(line.partition("pip install ")[2])]
    assert asked and [word for word in asked if "==" not in word] == []


def test_no_line_is_excused_from_sanity() -> None:
    assert list((ROOT / "tests").glob("sanity/ignore*")) == []


def test_ansible_test_has_each_test_that_a_line_needs() -> None:
    """A name that no line knows would make every line red."""
    package = Path(str(files("ansible_test")))
    classes = {path.stem.replace("_", "-") for path in (package / "_internal" / "commands" / "sanity").glob("*.py")}
    scripts = {path.stem for path in (package / "_util" / "controller" / "sanity" / "code-smell").glob("*.json")}
    assert classes | scripts >= NEEDED_SANITY
