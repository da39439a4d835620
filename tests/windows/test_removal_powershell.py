# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drivers' own C# removes what it has checked, in whichever way Windows knows, in PowerShell for Linux of the Windows test bed.

Functions of kernel32 stand in for themselves: they note what they are asked, and refuse what an older Windows refuses. Wine has the new
way alone.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lab.playbook import ROOT
from lab.wine import bed

pytestmark = pytest.mark.windows
SOURCE = ROOT / "plugins" / "module_utils" / "_FileRemoval.cs"
EXTERN = re.compile(r"\[DllImport\([^\]]*\)\]\s*static extern (\w+) (\w+)\(([^)]*)\);")
KERNEL = """
public static class Kernel
{
    public static readonly System.Collections.Generic.List<string> Calls = new System.Collections.Generic.List<string>();
    public static int Error;
    static readonly System.Collections.Generic.Dictionary<SafeFileHandle, string> paths =
        new System.Collections.Generic.Dictionary<SafeFileHandle, string>();

    public static SafeFileHandle CreateFile(string path, uint access, uint share, IntPtr a, uint creation, uint flags, IntPtr t)
    {
        if (path.EndsWith("hangs")) System.Threading.Thread.Sleep(System.Threading.Timeout.Infinite);
        var isFolder = Directory.Exists(path);
        var handle = isFolder ? new SafeFileHandle(new IntPtr(1 << 20), false) : File.OpenHandle(path);
        var folder = new DirectoryInfo(Path.GetDirectoryName(path));
        var real = folder.LinkTarget == null ? folder : folder.ResolveLinkTarget(true);
        paths[handle] = Path.Combine(real.FullName, Path.GetFileName(path));
        if (!isFolder) Calls.Add(string.Format("open {0:x} {1:x} {2:x}", access, share, flags));
        return handle;
    }

    public static int GetFinalPathNameByHandle(SafeFileHandle handle, StringBuilder path, int capacity, uint flags)
    {
        return path.Append(paths[handle]).Length;
    }

    public static bool SetFileInformationByHandle(SafeFileHandle handle, int kind, ref uint value, uint size)
    {
        Calls.Add(string.Format("set {0} {1:x} {2}", kind, value, size));
        if (kind == 21 && Error != 0) { Marshal.SetLastPInvokeError(Error); return false; }
        File.Delete(paths[handle]);
        return true;
    }
}
"""
SCRIPT = """
$ErrorActionPreference = 'Stop'
Add-Type -TypeDefinition ([IO.File]::ReadAllText('{folder}/code.cs'))
$class = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._FileRemoval.FileRemoval]
$found = @{{}}
foreach ($case in [IO.File]::ReadAllText('{folder}/cases.json') | ConvertFrom-Json) {{
    [Kernel]::Calls.Clear()
    [Kernel]::Error = $case.error
    $code, $hresult = $null, $null
    try {{ $code = $class::Remove('{folder}/profile', $case.path, $case.sha256, 1MB) }} catch {{
        $hresult = $_.Exception.GetBaseException().HResult -band 0xFFFFFFFFL
    }}
    $found[$case.name] = @{{ code = $code; hresult = $hresult; calls = @([Kernel]::Calls); left = [IO.File]::Exists($case.path) }}
}}
ConvertTo-Json -Compress -Depth 5 -InputObject $found
"""
ONE = hashlib.sha256(b"one").hexdigest()
OPENED, POSIX, OLD = "open 80010000 1 200000", "set 21 13 4", "set 4 1 1"
"""For reading and deletion, shared with readers, the link itself; then deletion at once, also read-only; or the older way."""

Json = dict[str, Any]


def with_stand_ins(source: str) -> str:
    """The class, with calls of ``Kernel`` for those of Windows, and less patience."""

    def call(found: re.Match[str]) -> str:
        kind, name, parameters = found.groups()
        words = [parameter.split() for parameter in parameters.split(",")]
        given = ", ".join(f"ref {each[-1]}" if each[0] == "ref" else each[-1] for each in words)
        return f"static {kind} {name}({parameters}) {{ return Kernel.{name}({given}); }}"

    assert "MILLISECONDS = 10000" in source
    return EXTERN.sub(call, source).replace("MILLISECONDS = 10000", "MILLISECONDS = 500") + KERNEL


@pytest.fixture(scope="module")
def removals(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Json]:
    """What came of each removal, and what Windows was asked for."""
    where, folder = bed(), tmp_path_factory.mktemp("removals")
    assert where is not None
    profile, elsewhere = folder / "profile", folder / "elsewhere"
    profile.mkdir()
    elsewhere.mkdir()
    (elsewhere / "a.p12").write_bytes(b"one")
    (profile / "link").symlink_to(elsewhere)
    (profile / "large").write_bytes(bytes((1 << 20) + 1))
    (profile / "other").write_bytes(b"two")
    errors = {
        "posix": 0,
        "invalid function": 1,
        "denied": 5,
        "not supported": 50,
        "parameter": 87,
        "not implemented": 120,
    }
    for name in errors:
        (profile / name).write_bytes(b"one")
    cases = [
        {"name": name, "path": str(profile / name), "error": errors.get(name, 0), "sha256": ONE}
        for name in (*errors, "link/a.p12", "large", "hangs", "other")
    ]
    (folder / "code.cs").write_text(with_stand_ins(SOURCE.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    script = SCRIPT.format(folder=Path(folder))
    command = [str(where / "bin" / "pwsh"), "-NoProfile", "-NonInteractive", "-Command", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Json] = json.loads(done.stdout)
    return found


def test_a_file_goes_at_once_where_windows_can(removals: Mapping[str, Json]) -> None:
    assert removals["posix"] == {"code": None, "hresult": None, "calls": [OPENED, POSIX], "left": False}


@pytest.mark.parametrize("name", ["invalid function", "not supported", "parameter", "not implemented"])
def test_it_goes_in_the_older_way_where_windows_does_not_know_the_new_one(
    removals: Mapping[str, Json], name: str
) -> None:
    assert removals[name] == {"code": None, "hresult": None, "calls": [OPENED, POSIX, OLD], "left": False}


def test_any_other_refusal_is_told(removals: Mapping[str, Json]) -> None:
    assert removals["denied"] == {"code": None, "hresult": 0x80070005, "calls": [OPENED, POSIX], "left": True}


@pytest.mark.parametrize(("name", "code"), [("link/a.p12", "link"), ("large", "too_large"), ("other", "changed")])
def test_what_is_not_what_was_seen_stays(removals: Mapping[str, Json], name: str, code: str) -> None:
    assert removals[name] == {"code": code, "hresult": None, "calls": [OPENED], "left": True}


def test_what_never_opens_is_given_up(removals: Mapping[str, Json]) -> None:
    assert (removals["hangs"]["hresult"], removals["hangs"]["calls"]) == (0x80131505, [])
