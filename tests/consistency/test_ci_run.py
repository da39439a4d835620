# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``.ci/run`` with a ``make`` that notes what it is asked for: everything runs, and each failure is red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from consistency.test_suites import suites
from consistency.tree import ROOT

PROGRAMS = ["bed", "browser", "imap-server", "prometheus", "receptor"]
ENVIRONMENTS = [".venv/stamp", *(f".build/venvs/{name}/stamp" for name in ("lint", "importer", "docs", "molecule"))]
SUITES = [*suites.REST, *suites.GATE]
CHECKS = [
    "--keep-going lint",
    "docs",
    "leaflet",
    "demo",
    "molecule",
    "molecule KIND=windows_powershell SCENARIO=enrol renew retire",
    "matrix-oldest",
    "matrix-newest",
]
ASKED = [*PROGRAMS, " ".join(ENVIRONMENTS), "kerberos", f"test-suites SUITES={' '.join(SUITES)}", *CHECKS]
"""In the order of each lane."""

STAGES = [
    *PROGRAMS,
    "environments",
    "kerberos",
    "tests",
    "lint",
    "docs",
    "leaflet",
    "demo",
    "molecule",
    "molecule-windows",
    "oldest",
    "newest",
]

MAKE = f"""#!/bin/sh
echo "$*" >>"$ASKED"
case "$*" in .venv/stamp*) mkdir -p .venv/bin && ln -s "{sys.executable}" .venv/bin/python ;; esac
[ "$FAILS" != all ]
"""


@dataclass(frozen=True)
class Ended:
    code: int
    stdout: str
    asked: list[str]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What ``.ci/run`` reads of the tree, committed."""
    folder = tmp_path / "tree"
    for name in (".ci/run", ".gitignore", "tools/suites.py", "tools/test", "conftest.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    commit(folder)
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, script in (("make", MAKE), ("dpkg", "#!/bin/sh\n")):
        (programs / name).write_text(script, encoding="utf-8")
        (programs / name).chmod(0o755)
    return folder


def git(folder: Path, *arguments: str) -> str:
    own = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    return subprocess.run(["git", *own, *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


def commit(folder: Path) -> str:
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "x")
    return git(folder, "rev-parse", "HEAD").strip()


def run(folder: Path, *arguments: str, fails: str = "", **environment: str) -> Ended:
    asked = folder.parent / "asked"
    asked.write_text("", encoding="utf-8")
    path = f"{folder.parent / 'programs'}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "ASKED": str(asked), "FAILS": fails, **environment}
    command = ["bash", str(folder / ".ci/run"), *arguments]
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=False, timeout=120)
    return Ended(done.returncode, done.stdout + done.stderr, asked.read_text(encoding="utf-8").splitlines())


def test_everything_runs(repository: Path) -> None:
    ended = run(repository)
    assert ended.code == 0, ended.stdout
    assert sorted(ended.asked) == sorted(ASKED)
    lane = [asked for asked in ended.asked if asked in CHECKS]
    assert lane == CHECKS
    assert "proves nothing" not in ended.stdout


def test_each_stage_that_fails_is_red_and_the_others_run(repository: Path) -> None:
    ended = run(repository, fails="all")
    assert ended.code == 1, ended.stdout
    assert sorted(ended.stdout.splitlines()[-1].split()) == sorted(["FAILED:", *STAGES])
    assert sorted(ended.asked) == sorted(ASKED)


def test_no_environment_of_an_earlier_run_counts(repository: Path) -> None:
    run(repository)
    left = repository / ".build/a clone/.venv/of an earlier run"
    left.touch()
    assert run(repository).code == 0
    assert not left.exists()


FAILS_ONCE = """from pathlib import Path

def test_once():
    ran = Path(__file__).with_name("ran")
    first = not ran.exists()
    ran.touch()
    assert not first
"""


def test_what_passed_only_when_it_was_run_again_is_named(repository: Path) -> None:
    test = repository / "tests/contract/test_once.py"
    test.parent.mkdir(parents=True)
    test.write_text(FAILS_ONCE, encoding="utf-8")
    commit(repository)
    suite = f'case "$*" in test-suites*) exec tools/test "{sys.executable}" contract ;; esac\n'
    (repository.parent / "programs/make").write_text(MAKE + suite, encoding="utf-8")
    ended = run(repository)
    assert ended.code == 0, ended.stdout
    again = [line for line in ended.stdout.splitlines() if line.startswith("*** FAILED AT FIRST")]
    assert again == ["*** FAILED AT FIRST, and was run again: tests/contract/test_once.py::test_once"]


def test_every_second_commit_has_another_order_and_names_it(repository: Path) -> None:
    stage = (repository / ".build/a clone/.build/ci/seed").as_posix()
    noted = repository.parent / "programs/make"
    noted.write_text(f'#!/bin/sh\necho "seed=$PKCS12_SEED" >"{stage}"\n{MAKE.partition(chr(10))[2]}', encoding="utf-8")

    def seed(**environment: str) -> str:
        run(repository, **environment)
        return Path(stage).read_text(encoding="utf-8").strip()

    seeds: dict[int, tuple[str, str]] = {}
    while len(seeds) < 2:
        hash_ = commit(repository)
        seeds[int(hash_[-1], 16) % 2] = (seed(), hash_)
    assert seeds[0][0] == "seed="
    assert seeds[1][0] == f"seed={seeds[1][1][:8]}"
    assert seed(PKCS12_SEED="7") == "seed=7"


def test_a_choice_runs_the_gate_and_what_could_see_the_change_and_says_that_it_proves_nothing(repository: Path) -> None:
    before = commit(repository)
    page = repository / "docs/page.rst"
    page.parent.mkdir()
    page.touch()
    commit(repository)
    ended = run(repository, "--for-my-change", before)
    assert ended.code == 0, ended.stdout
    (asked,) = (each for each in ended.asked if each.startswith("test-suites"))
    assert asked == f"test-suites SUITES={' '.join([*suites.TABLE['docs/'], *suites.GATE])}"
    assert not [each for each in ended.asked if each.startswith("molecule")]
    assert "It proves nothing" in ended.stdout
    assert run(repository, "--for-my-change", "nowhere").code == 2
    assert run(repository, "--all").code == 2
