# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drivers' own code waits for no file for good, in PowerShell for Linux of the Windows test bed: Wine has no oplocks.

A named pipe that nobody writes to stands for the file: opening it for reading waits as well.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lab.playbook import ROOT
from lab.wine import bed

pytestmark = pytest.mark.windows
PLUGINS = ROOT / "plugins"
TIMED_OUT = 0x80131505
PRELUDE = """
$ErrorActionPreference = 'Stop'
Import-Module '{plugins}/module_utils/_Store.psm1'
& (Get-Module _Store) {{ $script:longestWait = 1000 }}
"""
STORE = """
$first, $second = foreach ($folder in '{folder}/hostile', '{folder}/other') {{ , @(Read-Folder -Path $folder) }}
ConvertTo-Json -Compress -InputObject @($first, $second)
"""
BUNDLES = """
$driver = '{plugins}/modules/bundle_files.ps1'
$parsed = [Management.Automation.Language.Parser]::ParseFile($driver, [ref] $null, [ref] $null)
$isFunction = {{ $args[0] -is [Management.Automation.Language.FunctionDefinitionAst] }}
foreach ($each in $parsed.FindAll($isFunction, $false)) {{ Invoke-Expression $each.Extent.Text }}
$link, $deepest, $largestFile = [IO.FileAttributes]::ReparsePoint, 5, 1MB
function Test-LocalPath {{ $true }}
$folders = , @{{ usual = 'Downloads' }}
function Search-Folder {{ param($Sid, $ProfilePath, $Folder, $Budget) Find-Bundle -Path "$ProfilePath/$($Folder.usual)" -Budget $Budget }}
$mostEntries, $mostFiles = 100, 100
$until = [DateTime]::UtcNow.AddSeconds(60)
$first, $second = foreach ($folder in '{folder}/hostile', '{folder}/other') {{
    , @(Search-Profile -Sid x -ProfilePath $folder -Until $until)
}}
ConvertTo-Json -Compress -InputObject @($first, $second)
"""

Json = dict[str, Any]


def run(script: str, folder: Path) -> tuple[list[Json], list[Json]]:
    """What is found for the hostile person, and for the other one."""
    where = bed()
    assert where is not None
    words = {"plugins": PLUGINS, "folder": folder}
    command = [
        str(where / "bin" / "pwsh"),
        "-NoProfile",
        "-NonInteractive",
        "-Command",
        (PRELUDE + script).format(**words),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    hostile, other = json.loads(done.stdout)
    return hostile, other


def test_a_file_of_a_store_that_does_not_open_ends_its_place_only(tmp_path: Path) -> None:
    hostile, other = tmp_path / "hostile", tmp_path / "other"
    hostile.mkdir()
    other.mkdir()
    for name in ("B" * 40, "C" * 40, "D" * 40):
        os.mkfifo(hostile / name)
    (other / ("A" * 40)).write_bytes(b"one")
    found, read = run(STORE, tmp_path)
    assert [(each["code"], each["hresult"]) for each in found] == [("timed_out", TIMED_OUT)]
    assert Path(found[0]["detail"]).parent == hostile
    assert read == [{"source": "file", "data": "b25l"}]


def test_so_does_a_bundle(tmp_path: Path) -> None:
    hostile, other = tmp_path / "hostile" / "Downloads", tmp_path / "other" / "Downloads"
    hostile.mkdir(parents=True)
    other.mkdir(parents=True)
    for name in ("a.p12", "b.pfx"):
        os.mkfifo(hostile / name)
    (other / "c.p12").write_bytes(b"one")
    found, read = run(BUNDLES, tmp_path)
    assert [(each["sha256"], each["code"], each["hresult"]) for each in found] == [(None, "timed_out", TIMED_OUT)] * 2
    assert [(each["path"], each["code"]) for each in read] == [(str(other / "c.p12"), None)]


def test_what_is_open_elsewhere_is_read_and_what_is_large_is_not(tmp_path: Path) -> None:
    """As before the deadline: who reads keeps nobody from the file, and takes no memory for a file that is too large."""
    hostile, other = tmp_path / "hostile", tmp_path / "other"
    hostile.mkdir()
    other.mkdir()
    with (hostile / ("A" * 40)).open("wb") as large:
        large.truncate(8 << 30)
    with (other / ("A" * 40)).open("wb") as written:
        written.write(b"one")
        written.flush()
        found, read = run(STORE, tmp_path)
    assert [each["code"] for each in found] == ["too_large"]
    assert read == [{"source": "file", "data": "b25l"}]
