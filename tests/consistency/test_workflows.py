# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflows of GitHub Actions cannot run here. So what they call has to exist, and they may do no more than read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from consistency.tree import ROOT, name
from integration.workstations.test_cost import BOUNDS

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
HARNESS = "Test-Pkcs12Drivers.ps1"
TARGET = re.compile(r"^([\w.%/-]+(?: [\w.%/-]+)*):(?!=)", re.MULTILINE)
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
MADE = (".venv/", "results.json")
"""What a step before has made."""

Json = dict[str, Any]


def content(path: Path) -> Json:
    found: Json = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def steps(path: Path) -> Iterator[Json]:
    for job in content(path)["jobs"].values():
        yield from job["steps"]


def commands(path: Path) -> str:
    """All that the steps of a workflow run."""
    return "\n".join(step["run"] for step in steps(path) if "run" in step)


def targets(makefile: str) -> set[str]:
    return {target for found in TARGET.findall(makefile) for target in found.split()}


def called_targets(script: str) -> list[str]:
    """The targets of each call of make."""
    calls = re.findall(r"\bmake((?: +[\w./-]+)+)", script)
    return [word for call in calls for word in call.split() if not word.startswith("-")]


def missing(script: str, makefile: str) -> list[str]:
    """What a script calls and the tree does not have: targets, Python's modules and files, PowerShell's scripts."""
    known = targets(makefile)
    found = [each for each in called_targets(script) if each not in known and f"%/{Path(each).name}" not in known]
    modules = [each for each in re.findall(r"python -m ([\w.]+)", script) if each != "pip"]
    found += [each for each in modules if not (ROOT / "tests" / each.replace(".", "/")).with_suffix(".py").exists()]
    files = {each for each in re.findall(r"[\w./-]+\.(?:py|ps1|sh|json)\b", script) if not each.startswith(MADE)}
    return found + sorted(
        each for each in files if not (ROOT / each).exists() and not any(ROOT.glob(f"tests/**/{each}"))
    )


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_everything_that_a_workflow_calls_exists(path: Path) -> None:
    assert commands(path)
    assert missing(commands(path), (ROOT / "Makefile").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "script",
    [
        "make tests",
        "make -k lint nothing",
        "python -m contract.compares x",
        "python tools/gone.py",
        "& .\\Gone.ps1 -Yes",
        "make a/stump",
    ],
)
def test_what_does_not_exist_is_found(script: str) -> None:
    assert len(missing(script, (ROOT / "Makefile").read_text(encoding="utf-8"))) == 1


def test_the_harness_takes_what_the_workflow_gives_it() -> None:
    (line,) = [line for line in commands(ROOT / ".github/workflows/windows.yml").splitlines() if "-Results" in line]
    (harness,) = ROOT.glob(f"tests/**/{HARNESS}")
    parameters = re.search(r"^param\((.*?)\)$", harness.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert parameters
    given = re.findall(r" -(\w+)", line)
    assert given == ["Results", "Administrator", "Yes"]
    assert set(given) <= set(re.findall(r"\$(\w+)", parameters[1]))


def test_the_kit_runs_in_windows_powershell_on_both_servers() -> None:
    job = content(ROOT / ".github/workflows/windows.yml")["jobs"]["run"]
    assert job["strategy"]["matrix"]["windows"] == ["windows-2022", "windows-2025"]
    assert [step["shell"] for step in job["steps"] if "run" in step] == ["powershell"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_a_workflow_may_only_read(path: Path) -> None:
    workflow = content(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert [job for job, said in workflow["jobs"].items() if "permissions" in said] == []
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert [step for step in checkouts if step.get("with", {}).get("persist-credentials") is not False] == []
    assert "pull_request_target" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_every_action_is_pinned_by_its_commit_with_its_version(path: Path) -> None:
    used = re.findall(r"uses: .*", path.read_text(encoding="utf-8"))
    assert used
    assert [each for each in used if not PINNED.fullmatch(each)] == []


def test_each_line_of_ansible_core_is_tried() -> None:
    """Those whose cost is known, the oldest that is supported, and the pinned one."""
    matrix = content(ROOT / ".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]["include"]
    cores = [str(row["core"]) for row in matrix]
    assert {tuple(map(int, core.split(".")[:2])) for core in cores} == set(BOUNDS)
    runtime = content(ROOT / "meta" / "runtime.yml")
    assert runtime["requires_ansible"] == f">={cores[0].rpartition('.')[0]}.0"
    pins = (ROOT / "tests" / "requirements" / "pins.txt").read_text(encoding="utf-8")
    assert set(re.findall(r"^ansible-core==([\d.]+)", pins, re.MULTILINE)) <= set(cores)
