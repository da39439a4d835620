# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises of profile_exchange that no workstation of the lab can show are held by its text. Each check sees the mistake that it is for.

Wine makes no links, and nobody logs on to it between two steps.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from consistency.powershell import functions
from consistency.tree import MODULES, ROOT

SOURCE = (MODULES / "profile_exchange.ps1").read_text(encoding="utf-8")
CLASS = (ROOT / "plugins" / "module_utils" / "_ProfileFile.cs").read_text(encoding="utf-8")


def body(source: str, name: str) -> str:
    """Of a function."""
    (found,) = (function.body for function in functions(source) if function.name == name)
    return found


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def follows_no_link(source: str, cs: str) -> bool:
    """A folder is compared with where its handle leads before it is listed, a file before it is read."""
    folder = in_order(
        body(source, "Find-File"), "::CheckFolder($ProfilePath", "throw @{ code = $Code", "EnumerateFiles"
    )
    file = in_order(cs, "FILE_FLAG_OPEN_REPARSE_POINT))", 'return new ProfileFile { Code = "link" };', "stream.Read(")
    return folder and file and 'FileRemoval.GetPath(handle)) ? null : "link"' in cs


def asks_before_each_step_whether_the_profile_is_loaded(source: str, _cs: str) -> bool:
    step = in_order(body(source, "Invoke-Step"), "Get-OwnProfile -Sid $Sid", "Read-ProfileStore", "Remove-File")
    return step and "if ($person.loaded) { throw @{ code = 'profile_loaded' } }" in body(source, "Get-OwnProfile")


def writes_only_under_the_mutex(source: str, _cs: str) -> bool:
    return in_order(
        body(source, "Invoke-Exchange"), "Lock-Owner", "'stale_store'", "Invoke-Transaction", "ReleaseMutex"
    )


def removes_by_hash_only(source: str, _cs: str) -> bool:
    """What was read, by the handle of FileRemoval, and in no other way."""
    removed = "::Remove($ProfilePath, $File.path, $File.sha256, $largestFile)"
    others = re.findall(r"Remove-Item|::Delete\(|\.Delete\(", source)
    return removed in body(source, "Remove-File") and others == []


def hands_out_no_byte_of_a_key(source: str, cs: str) -> bool:
    read = cs[cs.find("ProfileFile ReadKey") : cs.find("string CheckFolder")]
    told = body(source, "Read-KeyFile")
    return in_order(read, "GetName(", "file.Data = null;") and ".Data" not in told


def loads_no_profile(source: str, _cs: str) -> bool:
    return re.search(r"RegLoad|reg(\.exe)? load|LoadUserProfile|ReadOnlyHive", source, re.IGNORECASE) is None


def takes_nothing_that_could_hold_a_key_for_a_certificate(source: str, _cs: str) -> bool:
    """A p12 in the place of a certificate would bring its keys into our own store."""
    return in_order(body(source, "Read-Element"), "GetCertContentType($records[32]) -ne 'Cert'", "$type::new(")


Check = Callable[[str, str], bool]
MISTAKES: dict[str, tuple[Check, str, str]] = {
    "a folder that is a link is listed": (
        follows_no_link,
        "(Get-ProfileFile)::CheckFolder($ProfilePath, $Folder)",
        "$null",
    ),
    "a link is read": (follows_no_link, 'return new ProfileFile { Code = "link" };', ";"),
    "steps run in a loaded profile": (
        asks_before_each_step_whether_the_profile_is_loaded,
        "\tif ($person.loaded) { throw @{ code = 'profile_loaded' } }\n",
        "",
    ),
    "only the guard asks": (
        asks_before_each_step_whether_the_profile_is_loaded,
        "$person = Get-OwnProfile -Sid $Sid\n\t$my",
        "$person = Get-ProfileList | Where-Object { $_.owner_sid -eq $Sid }\n\t$my",
    ),
    "the mutex is not taken": (writes_only_under_the_mutex, "$mutex = Lock-Owner -Sid $Sid", "$mutex = $null"),
    "a file goes by its path": (
        removes_by_hash_only,
        "$removal::Remove(",
        "[IO.File]::Delete($File.path) -or $removal::Remove(",
    ),
    "the key leaves the class": (hands_out_no_byte_of_a_key, "\t\t\tfile.Data = null;\n", ""),
    "the hive is loaded": (loads_no_profile, "$person\n}", "reg load HKU\\x $person.path\n\t$person\n}"),
    "a p12 is taken for a certificate": (
        takes_nothing_that_could_hold_a_key_for_a_certificate,
        "if (-not $records[32] -or $type::GetCertContentType($records[32]) -ne 'Cert') { throw $refusal }",
        "",
    ),
}


@pytest.mark.parametrize("check", {check for check, *_rest in MISTAKES.values()}, ids=lambda check: check.__name__)
def test_promise_is_kept(check: Check) -> None:
    assert check(SOURCE, CLASS)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_seen(mistake: str) -> None:
    check, right, wrong = MISTAKES[mistake]
    assert (right in SOURCE) + (right in CLASS) == 1
    assert not check(SOURCE.replace(right, wrong), CLASS.replace(right, wrong))
