# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts of one session see nothing of each other, and what goes wrong in one is told by its own test."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.session import Session

pytestmark = pytest.mark.powershell
LEAVES = """
$global:ErrorActionPreference = 'Stop'
$global:left = 1
function global:Get-Left { 1 }
Set-Location /
$env:LEFT = 1
$env:HOME = '/'
ConvertTo-Json $env:GIVEN
"""
LOOKS = """
ConvertTo-Json @("$ErrorActionPreference", $left, (Get-Command Get-Left -ErrorAction Ignore), "$PWD", [Environment]::CurrentDirectory,
    $env:LEFT, $env:GIVEN, $env:HOME)
"""


def test_a_script_leaves_nothing_to_the_next(shell: Session, tmp_path: Path) -> None:
    before = shell.run(LOOKS, folder=tmp_path)
    assert before[:7] == ["Continue", None, None, str(tmp_path), str(tmp_path), None, None]
    assert shell.run(LEAVES, GIVEN="text") == "text"
    assert shell.run(LOOKS, folder=tmp_path) == before


@pytest.mark.parametrize("script", ["throw 'this'", "Write-Error 'this'; '1'", "[Environment]::FailFast('this')"])
def test_what_goes_wrong_in_a_script_is_told(shell: Session, script: str) -> None:
    with pytest.raises(AssertionError, match="this"):
        shell.run(script)
    assert shell.run("$given", given="1") == 1


def test_what_is_closed_is_closed_to_a_script(shell: Session, tmp_path: Path) -> None:
    (tmp_path / "closed").touch(0)
    with pytest.raises(AssertionError, match="denied"):
        shell.run("[IO.File]::ReadAllText('closed')", folder=tmp_path)
