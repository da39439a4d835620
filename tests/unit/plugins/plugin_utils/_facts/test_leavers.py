# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``pkcs12_leavers`` is a list, or a text with commas as an extra variable of the command line."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import leavers_in


@pytest.mark.parametrize(
    "given",
    [["T1", "T2"], ["T1 ", "", "T2"], "T1,T2", " T1 , T2,", ("T1", "T2")],
    ids=["list", "untidy", "text", "spaces", "tuple"],
)
def test_each_number_is_found_once(given: Any) -> None:
    assert leavers_in(given) == {"T1", "T2"}


@pytest.mark.parametrize("given", [None, [], "", " , "])
def test_nobody_has_left(given: Any) -> None:
    assert leavers_in(given) == frozenset()
