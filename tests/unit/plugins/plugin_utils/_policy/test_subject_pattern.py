# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users' regular expressions are refused before anything is done with them."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import check_pattern


@pytest.mark.parametrize(("pattern", "groups"), [(None, 1), ("", None), ("(a)", 1), ("a(b)(c)", None)])
def test_a_pattern_that_serves_passes(pattern: str | None, groups: int | None) -> None:
    check_pattern("issuer", pattern, groups)


@pytest.mark.parametrize(
    ("pattern", "groups", "said"), [("*", None, "no regular expression"), ("a", 1, "has 0 groups, 1 is needed")]
)
def test_one_that_does_not_is_named_with_its_option(pattern: str, groups: int | None, said: str) -> None:
    with pytest.raises(Pkcs12Error, match=said) as refusal:
        check_pattern("authorisation_pattern", pattern, groups)
    assert (refusal.value.code, refusal.value.setting) == ("bad_pattern", "authorisation_pattern")
    assert str(refusal.value).startswith("'authorisation_pattern' ")
