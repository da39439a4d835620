# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variable pkcs12_computer of the site reaches every role that goes to a workstation, and a role's own overrides it."""

from __future__ import annotations

from pathlib import Path

from integration.workstations.test_role_wiring import TABLE, overlay, recorded

__all__ = ["overlay"]


def test_the_site_says_which_computer_it_is(overlay: Path) -> None:
    site = {"pkcs12_computer": "WS-RAD-01"}
    plays = [
        (role, site | own)
        for role in TABLE
        for own in ({}, {f"{role}_computer": None}, {f"{role}_computer": "WS-2"}, {f"{role}_computer": ""})
    ]
    given = [options.get("computer", "left out") for _role, options in recorded(overlay, *plays)]
    assert given == ["WS-RAD-01", "left out", "WS-2", ""] * len(TABLE)
    null = [(role, {"pkcs12_computer": None}) for role in TABLE]
    assert [options for _role, options in recorded(overlay, *null) if "computer" in options] == []
    empty = [(role, {"pkcs12_computer": ""}) for role in TABLE]
    assert [options["computer"] for _role, options in recorded(overlay, *empty)] == [""] * len(TABLE)
    unknown = [options for _role, options in recorded(overlay, *((role, {}) for role in TABLE))]
    assert ["computer" in options for options in unknown] == [False] * len(TABLE)
