# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A contributor anywhere can build the Windows bed, or is told what is missing and where it comes from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab.playbook import ROOT

BED = ROOT / "tests" / "bed"
ARCHIVES = {"windows.tar.xz", "linux.tar.xz", "netfx.tar.xz", "winedlls.tar.xz"}


def build(folder: Path, *downloads: Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": path or os.environ["PATH"]}
    command = [str(BED / "build"), str(folder), *map(str, downloads)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def not_built(said: str) -> set[str]:
    return set(re.findall(r"^\*\*\* NOT BUILT HERE: ([\w.]+)\. .+", said, re.MULTILINE))


@pytest.fixture
def without_compiler(tmp_path: Path) -> str:
    """A PATH with what the script needs and no compiler for Windows."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python3").symlink_to(Path(sys.executable).resolve())  # the one on PATH may be a shim
    for program in ("bash", "dirname", "mkdir", "cp", "rm", "tar", "xz", "gzip", "mktemp", "env"):
        (folder / program).symlink_to(str(shutil.which(program)))
    return str(folder)


def test_what_is_missing_is_named(tmp_path: Path, without_compiler: str) -> None:
    done = build(tmp_path / "bed", path=without_compiler)
    assert done.returncode == 3
    assert not_built(done.stdout) == ARCHIVES | {"PowerShell.exe"}
    readme = (BED / "README.md").read_text(encoding="utf-8")
    for part in not_built(done.stdout):
        assert f"`{part}`" in readme


def test_make_bed_without_the_parts_says_where_they_come_from(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PKCS12_WINDOWS_TOOLS": str(tmp_path / "nowhere"),
        "PKCS12_WINDOWS_BED": str(tmp_path / "bed"),
    }
    command = [str(ROOT / "tools" / "bed"), "install"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not_built(done.stdout) >= ARCHIVES
    assert "NOT DONE HERE: installing the Windows bed" in done.stdout
    assert "tests/bed/README.md" in done.stdout
    assert not (tmp_path / "bed").exists()


@pytest.mark.mingw
def test_the_launcher_compiles(tmp_path: Path) -> None:
    build(tmp_path / "bed")
    program = (tmp_path / "bed" / "windows" / "PowerShell.exe").read_bytes()
    header = int.from_bytes(program[0x3C:0x40], "little")
    assert program[:2] == b"MZ"
    assert program[header : header + 6] == b"PE\0\0\x64\x86"
