# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drivers' own C# removes what it has checked, in whichever way Windows knows.

Functions of kernel32 stand in for themselves: they note what they are asked, and refuse what an older Windows refuses. Wine has the new
way alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from drivers.drivers_on_linux import joined
from drivers.session import Session

pytestmark = pytest.mark.powershell
SCRIPT = """
$ErrorActionPreference = 'Stop'
Add-Type -IgnoreWarnings -WarningAction Ignore -TypeDefinition ([IO.File]::ReadAllText('{folder}/code.cs'))
$class = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._FileRemoval.FileRemoval]
$found = @{{}}
foreach ($case in [IO.File]::ReadAllText('{folder}/cases.json') | ConvertFrom-Json) {{
    [StandIn.Windows]::Begin()
    [StandIn.Windows]::Error = $case.error
    $code, $hresult = $null, $null
    try {{ $code = $class::Remove('{folder}/profile', $case.path, $case.sha256, 1MB) }} catch {{
        $hresult = $_.Exception.GetBaseException().HResult -band 0xFFFFFFFFL
    }}
    $found[$case.name] = @{{ code = $code; hresult = $hresult; calls = @([StandIn.Windows]::Events); left = [IO.File]::Exists($case.path) }}
}}
ConvertTo-Json -Compress -Depth 5 -InputObject $found
"""
ONE = hashlib.sha256(b"one").hexdigest()
OPENED, POSIX, OLD = "open 80010000 1 200000", "set 21 13 4", "set 4 1 1"
"""For reading and deletion, shared with readers, the link itself; then deletion at once, also read-only; or the older way."""

Json = dict[str, Any]


@pytest.fixture(scope="module")
def removals(shell: Session, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Json]:
    """What came of each removal, and what Windows was asked for."""
    folder = tmp_path_factory.mktemp("removals")
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
    (folder / "code.cs").write_text(joined(), encoding="utf-8")
    (folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    found: Mapping[str, Json] = shell.run(SCRIPT.format(folder=folder))
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
