# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Makefile as data: each check is part of ``make lint`` and calls its programs, and the targets of tests run their suites."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from consistency.tree import ROOT, name

CHECKS = {
    "lint-ruff": ("ruff check", "ruff format --check"),
    "lint-mypy": ("mypy ",),
    "lint-layers": ("pytest -q tests/consistency/test_layers.py",),
    "lint-shell": ("shellcheck .ci/run ",),
    "lint-powershell": ("tools/bed check plugins/modules/*.ps1 plugins/module_utils/* ",),
    "lint-workflows": ("actionlint",),
    "lint-licences": ("reuse lint",),
    "lint-build": ("ansible-galaxy collection build ", "tools/check_tarball.py "),
    "lint-importer": ("galaxy_importer.main ", "! grep WARNING "),
    "lint-ansible": ("ansible-lint",),
    "lint-docs": ("antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs all .",),
    "lint-changelog": ("antsibull-changelog lint", "make --no-print-directory changelog"),
    "lint-environment": ("tools/check_environment ", "ansible-playbook tests/ee/smoke.yml "),
    "lint-sanity": ("tools/ansible_test .build/stage/ansible_collections/hospital_it/pkcs12 sanity ",),
}
"""What each check calls: without it, the check would find nothing."""

NOT_STRICT = {"drivers", "fault_injection", "integration", "planted", "promises", "unit", "windows"}
"""Packages below tests/ that only tests use, and that mypy does not pass yet. No other is left out."""


def recipe(target: str, *variables: str) -> str:
    """What make would run, without what the target needs before."""
    command = ["make", "--dry-run", "--always-make", "--old-file=.venv/stamp", target, *variables]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_every_check_is_part_of_make_lint() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"^(lint-[a-z]+):", makefile, re.MULTILINE)) == set(CHECKS)
    listed = re.search(r"^LINTS := ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    assert listed is not None
    assert sorted(listed[1].replace("\\", " ").split()) == sorted(CHECKS)
    assert re.search(r"^lint: \$\(LINTS\) ##", makefile, re.MULTILINE)


@pytest.mark.parametrize("check", CHECKS)
def test_check_calls_its_programs_and_ends_as_they_do(check: str) -> None:
    asked = recipe(check)
    for program in CHECKS[check]:
        (line,) = (each for each in asked.splitlines() if program in each)
        assert "|| true" not in line
        assert not line.startswith("-")


@pytest.mark.parametrize("line", ["false | true", "false; true", 'echo "$$NOWHERE"'])
def test_a_failure_anywhere_in_a_line_ends_its_target(line: str) -> None:
    command = ["make", "--eval", f"line: ; @{line}", "line"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 2


def test_every_shell_script_of_tools_is_checked(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "stamp").touch()
    checker = tmp_path / "bin/shellcheck"
    checker.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", encoding="utf-8")
    checker.chmod(0o755)
    command = ["make", "--silent", f"--old-file={tmp_path}/stamp", "lint-shell", f"LINT={tmp_path}"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    files = [path for folder in (".ci", "tools") for path in (ROOT / folder).iterdir() if path.is_file()]
    shell = [path for path in files if re.match(rb"#!.*\b(ba)?sh\b", path.read_bytes())]
    assert sorted(checked) == sorted(name(path) for path in shell)


ENVIRONMENTS = {".venv": "test", **{f".build/venvs/{each}": each for each in ("lint", "importer", "docs", "molecule")}}
"""Folder of each environment, and the name of its file of requirements."""


def read_by(requirements: Path) -> set[Path]:
    """A file of requirements and those that it names."""
    named = re.findall(r"^-[rc] (\S+)$", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    return {requirements, *((requirements.parent / each).resolve() for each in named)}


@pytest.mark.parametrize("folder", ENVIRONMENTS)
def test_an_environment_is_made_anew_when_what_it_is_made_of_changes(folder: str, tmp_path: Path) -> None:
    made_of = {"tools/venv", *map(name, read_by(ROOT / f"tests/requirements/{ENVIRONMENTS[folder]}.txt"))}
    for each in ("Makefile", *made_of):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / each, tmp_path / each)
    stamp = tmp_path / folder / "stamp"
    stamp.parent.mkdir(parents=True)
    stamp.touch()

    def is_current(*options: str) -> bool:
        asked = ["make", "--question", *options, f"{folder}/stamp"]
        return subprocess.run(asked, cwd=tmp_path, capture_output=True, check=False).returncode == 0

    assert is_current()
    assert [each for each in sorted(made_of) if is_current(f"--what-if={each}")] == []


def test_mypy_checks_every_package() -> None:
    packages = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("*.py")} - {
        path.name for path in (ROOT / "tests").glob("*.py")
    }
    checked = re.findall(r" -p (\S+)", recipe("lint-mypy"))
    assert sorted(checked) == sorted({"ansible_collections.hospital_it.pkcs12.plugins", *(packages - NOT_STRICT)})


@pytest.mark.parametrize(
    ("target", "suites"),
    [
        ("test", "$(.venv/bin/python tools/suites.py gate)"),
        ("test-suites", "browser planted"),
        ("test-all", "$(.venv/bin/python tools/suites.py all | grep -vx molecule)"),
    ],
)
def test_target_runs_suites(target: str, suites: str) -> None:
    (line,) = (each for each in recipe(target, "SUITES=browser planted").splitlines() if "tools/test " in each)
    assert line == f"tools/test .venv/bin/python {suites}"


def test_molecule_runs_the_scenarios_that_are_asked_for_on_their_kind() -> None:
    asked = recipe("molecule", "SCENARIO=enrol renew", "KIND=windows_powershell").splitlines()
    assert any(each.endswith("tools/molecule 'windows_powershell' enrol renew") for each in asked)
    assert any(each.endswith("tools/molecule '' ") for each in recipe("molecule").splitlines())
