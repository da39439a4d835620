# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the text of profile_exchange and of its C# has to have, and that of a removal. Each check says whether a promise is kept."""

from __future__ import annotations

import re

from consistency.driver_promises import body, in_order


def removes_what_it_has_checked(source: str) -> bool:
    """One handle, which nobody else can write or rename; where it leads, then its hash, then the removal."""
    order = (
        "Open(path, GENERIC_READ | DELETE, FILE_SHARE_READ, FILE_FLAG_OPEN_REPARSE_POINT)",
        'if (!string.Equals(GetPath(file), expected, StringComparison.OrdinalIgnoreCase)) return "link";',
        'if (stream.Length > largest) return "too_large";',
        'if (!string.Equals(found, sha256, StringComparison.OrdinalIgnoreCase)) return "changed";',
        "Check(SetFileInformationByHandle(file, FileDispositionInfo",
    )
    return in_order(source, *order)


def reads_no_link(source: str, cs: str) -> bool:
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
        body(source, "Invoke-Exchange"), "Enter-Mutex", "'stale_store'", "Invoke-Transaction", "ReleaseMutex"
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
