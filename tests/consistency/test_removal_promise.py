# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A removal takes the file that it has checked, and no other. No workstation of the lab can show the moment in between."""

from __future__ import annotations

import pytest

from consistency.tree import ROOT

REMOVAL = (ROOT / "plugins" / "module_utils" / "_FileRemoval.cs").read_text(encoding="utf-8")


def removes_what_it_has_checked(source: str) -> bool:
    """One handle, which nobody else can write or rename; where it leads, then its hash, then the removal."""
    order = (
        "Open(path, GENERIC_READ | DELETE, FILE_SHARE_READ, FILE_FLAG_OPEN_REPARSE_POINT)",
        'if (!string.Equals(GetPath(file), expected, StringComparison.OrdinalIgnoreCase)) return "link";',
        'if (stream.Length > largest) return "too_large";',
        'if (!string.Equals(found, sha256, StringComparison.OrdinalIgnoreCase)) return "changed";',
        "Check(SetFileInformationByHandle(file, FileDispositionInfo",
    )
    places = [source.find(part) for part in order]
    return -1 not in places and places == sorted(places)


REMOVAL_MISTAKES = {
    "a file may change while it is hashed": (
        "GENERIC_READ | DELETE, FILE_SHARE_READ,",
        "GENERIC_READ | DELETE, FILE_SHARE_ALL,",
    ),
    "a link is followed": (", FILE_FLAG_OPEN_REPARSE_POINT))", ", 0))"),
    "where a handle leads does not count": ('OrdinalIgnoreCase)) return "link";', "OrdinalIgnoreCase)) { }"),
    "the hash does not count": ('OrdinalIgnoreCase)) return "changed";', "OrdinalIgnoreCase)) { }"),
    "any size is hashed": ('if (stream.Length > largest) return "too_large";', ""),
}


def test_a_removal_takes_what_it_has_checked() -> None:
    assert removes_what_it_has_checked(REMOVAL)


@pytest.mark.parametrize(("right", "wrong"), REMOVAL_MISTAKES.values(), ids=REMOVAL_MISTAKES)
def test_a_mistake_in_a_removal_is_seen(right: str, wrong: str) -> None:
    spoilt = REMOVAL.replace(right, wrong, 1)
    assert spoilt != REMOVAL
    assert not removes_what_it_has_checked(spoilt)
