# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make release` makes the files of a release from a clean tree whose changelog is written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab.playbook import ROOT

BIN = Path(sys.executable).parent
AUTHOR = ["-c", "user.name=Release", "-c", "user.email=release@example.org"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A clone in the state that a maintainer brings it to before a release."""
    folder = tmp_path / "tree"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    for name in filter(None, map(os.fsdecode, tracked)):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    shutil.rmtree(folder / "changelogs" / "fragments")
    (folder / "tests" / "matrix" / "results.json").unlink(missing_ok=True)
    (folder / "changelogs" / "changelog.yaml").write_text(
        "ancestor: null\nreleases:\n  1.0.0:\n    changes: {}\n", encoding="utf-8"
    )
    git(folder, "init", "--quiet")
    commit(folder)
    return folder


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *AUTHOR, *words], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A state")


def release(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "ANSIBLE_NOCOLOR": "1"}
    command = ["tools/release", ".", str(folder.parent / "release"), *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_clean_tree_becomes_a_file_that_installs_offline(tree: Path) -> None:
    done = release(tree)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT SIGNED" in done.stdout and "git tag --sign 1.0.0" in done.stdout
    assert "needs these Python packages: cryptography>=" in done.stdout
    assert "*** ansible-core" in done.stdout  # no line was tried with this tree
    made = sorted(path.name for path in (tree.parent / "release").iterdir())
    assert made == ["SHA256SUMS", "hospital_it-pkcs12-1.0.0.tar.gz", "pkcs12-kit-1.0.0.zip"]
    sums = (tree.parent / "release" / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    assert [line.split("  ")[1] for line in sums] == made[1:]


def test_a_collection_that_lists_no_python_packages_is_refused(tree: Path) -> None:
    (tree / "requirements.txt").write_text("# nothing\n", encoding="utf-8")
    commit(tree)
    done = release(tree)
    assert (done.returncode, "lists no Python packages" in done.stderr) == (1, True), done.stdout + done.stderr
