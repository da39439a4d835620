# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users' regular expressions are refused before anything is done with them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import check_pattern


@pytest.mark.parametrize(("pattern", "groups"), [(None, 1), ("", None), ("(a)", 1), ("a(b)(c)", None)])
def test_a_pattern_that_serves_passes(pattern: str | None, groups: int | None) -> None:
    check_pattern("issuer", pattern, groups)


@pytest.mark.parametrize(
    ("pattern", "groups", "code", "values"),
    [
        ("*", None, "no_expression", {"reason": Outside("nothing to repeat at position 0")}),
        ("a", 1, "groups", {"groups": 0, "needed": 1}),
    ],
)
def test_one_that_does_not_is_named_with_its_option(
    pattern: str, groups: int | None, code: str, values: dict[str, Any]
) -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        check_pattern("authorisation_pattern", pattern, groups)
    assert refusal.value.problem == Problem(f"bad_pattern.{code}", values, "authorisation_pattern")
