# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`.ci/run` tries all stages, and is red when one of them is. A stand-in for make notes what it is asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from consistency.tree import ROOT

MAKE = """#!/bin/sh
printf '%s\\n' "$*" >>"$NOTES"
printf '%s %s\\n' "$LC_ALL" "$PWD" >>"$NOTES.places"
case $1 in test-suites | matrix-newest) sleep 0.3 ;; esac # the last of each lane: the summary waits for it
printf 'output of %s\\n*** NOT DONE HERE: a part of %s\\n' "$1" "$1"
test "$1" != "$RED"
"""
PREPARED = ("bed", "browser", "imap-server", "prometheus", "receptor", "kerberos")
SUITES = "test-suites SUITES=browser windows/test_kit.py"
TRIED = ("test", SUITES, "--keep-going lint", "docs", "demo", "matrix-oldest", "matrix-newest")
MOLECULE = "molecule SCENARIO=renew"
WINDOWS = "molecule KIND=windows_powershell SCENARIO=enrol"


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    stdout: str
    asked: list[str]


PYTHON = """#!/bin/sh
case "$1 $2" in
"tools/suites.py $ASKED") printf 'browser\\nwindows/test_kit.py\\n'"$ALSO" ;;
"tools/suites.py "*) echo "asked for $2, not $ASKED" >&2 && exit 3 ;;
esac
"""


def ci(folder: Path, *options: str, red: str = "", bed: bool = True, asked: str = "chosen", also: str = "") -> Ran:
    """Runs a copy of it, where `make RED` fails and the table chooses two suites and what is ``also`` needed."""
    (folder / ".ci").mkdir(exist_ok=True)
    shutil.copy(ROOT / ".ci/run", folder / ".ci/run")
    programs = {
        folder / "bin/make": MAKE,
        folder / "bin/apt-get": "#!/bin/sh\n",
        folder / ".venv/bin/python": PYTHON,
        folder / ".gitignore": "/.build\n/notes*\n/bin\n/bed\n",
    }
    for path, text in programs.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    for command in ("init", "add .", "-c user.name=x -c user.email=x commit --message x"):
        subprocess.run(["git", *command.split()], cwd=folder, capture_output=True, check=True)
    (folder / "bed").mkdir(exist_ok=True)
    if bed:
        (folder / "bed/stamp").touch()
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "NOTES": str(folder / "notes"),
        "RED": red,
        "ASKED": asked,
        "ALSO": also,
        "PKCS12_WINDOWS_BED": str(folder / "bed"),
    }
    run = subprocess.run(
        ["bash", ".ci/run", *options], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return Ran(run.returncode, run.stdout, (folder / "notes").read_text(encoding="utf-8").splitlines())


def test_all_stages_run_and_what_a_stage_could_not_do_is_told(tmp_path: Path) -> None:
    ran = ci(tmp_path, also="molecule\\n")
    assert ran.code == 0, ran.stdout
    assert {*PREPARED, *TRIED, MOLECULE, WINDOWS} <= set(ran.asked)
    assert [each for each in ran.asked if ran.asked.count(each) > 1] == []
    summary = ran.stdout.partition("what this run tested")[2]
    stages = (*PREPARED, "test", "test-suites", "docs", "demo", "matrix-oldest", "matrix-newest", "molecule")
    assert [stage for stage in stages if f"a part of {stage}" not in summary] == []
    assert [stage for stage in stages if f"output of {stage}\n" not in ran.stdout] == []
    assert "browser windows/test_kit.py" in summary


def test_all_stages_run_in_a_clone_with_a_space_in_its_name_and_without_a_locale(tmp_path: Path) -> None:
    """Where a change forgets a quote or starts Ansible with another encoding, the run is red."""
    assert ci(tmp_path).code == 0
    places = (tmp_path / "notes.places").read_text(encoding="utf-8").splitlines()
    assert set(places) == {f"C {tmp_path.resolve()}/.build/a clone"}


def test_the_commit_is_tested_and_not_what_an_earlier_run_has_left(tmp_path: Path) -> None:
    assert ci(tmp_path, red="test").code == 1
    clone = tmp_path / ".build/a clone"
    (clone / "left.py").touch()
    (clone / ".ci/run").unlink()
    (clone / ".build/installed").touch()
    (tmp_path / "new.py").touch()
    assert ci(tmp_path).code == 0
    assert {each.name for each in clone.iterdir()} == {".git", ".gitignore", ".build", ".venv", ".ci", "new.py"}
    assert (clone / ".build/installed").exists()


def test_what_the_lanes_share_is_made_before_they_part(tmp_path: Path) -> None:
    asked = ci(tmp_path).asked
    (environments,) = (each for each in asked if each.startswith(".venv/stamp "))
    begun = min(asked.index(each) for each in TRIED)
    assert all(asked.index(each) < begun for each in (*PREPARED, environments))


@pytest.mark.parametrize(
    "red",
    [
        *PREPARED,
        "test",
        "test-suites",
        "--keep-going",
        "docs",
        "demo",
        "molecule",
        "matrix-oldest",
        "matrix-newest",
        ".venv/stamp",
    ],
)
def test_a_stage_that_fails_makes_the_run_red_and_the_others_still_run(tmp_path: Path, red: str) -> None:
    ran = ci(tmp_path, red=red, also="molecule\\n")
    assert ran.code == 1
    assert {*PREPARED, *TRIED, MOLECULE, WINDOWS} <= set(ran.asked)
    assert "FAILED after" in ran.stdout
    assert "FAILED: " in ran.stdout.splitlines()[-1]


def test_molecule_runs_where_the_table_names_it(tmp_path: Path) -> None:
    ran = ci(tmp_path)
    assert ran.code == 0, ran.stdout
    assert {MOLECULE, WINDOWS}.isdisjoint(ran.asked)


def test_without_the_bed_no_scenario_runs_on_windows_powershell(tmp_path: Path) -> None:
    ran = ci(tmp_path, bed=False, also="molecule\\n")
    assert ran.code == 0
    assert WINDOWS not in ran.asked
    assert {*TRIED, MOLECULE} <= set(ran.asked)


def test_all_asks_for_everything(tmp_path: Path) -> None:
    assert ci(tmp_path, "--all", asked="all").code == 0


def test_a_choice_that_failed_is_red(tmp_path: Path) -> None:
    ran = ci(tmp_path, asked="something else")
    assert (ran.code, ran.stdout.splitlines()[-1]) == (1, "FAILED: choice choice")


def test_another_option_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes").touch()
    ran = ci(tmp_path, "--al")
    assert (ran.code, ran.asked) == (2, [])
