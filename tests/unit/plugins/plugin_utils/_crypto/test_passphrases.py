# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One passphrase or a list of them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import NumberAsText, passphrases_in


@pytest.mark.parametrize(
    ("given", "listed"),
    [(None, [None]), ([], [None]), ("a", ["a"]), (4711, ["4711"]), (["a", 4711, None], ["a", "4711", None])],
)
def test_each_is_a_text(given: Any, listed: list[str | None]) -> None:
    assert passphrases_in(given) == listed


@pytest.mark.parametrize(
    ("given", "numbers"), [("4711", [False]), (4711, [True]), (["a", 4711, 47.1, "4711"], [False, True, True, False])]
)
def test_what_was_a_number_is_known_as_that(given: Any, numbers: list[bool]) -> None:
    assert [isinstance(each, NumberAsText) for each in passphrases_in(passphrases_in(given))] == numbers
