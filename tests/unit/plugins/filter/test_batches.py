# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sizes of batches are what Ansible's ``serial`` takes, or a sentence says what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.hospital_it.pkcs12.plugins.filter.batches import FilterModule
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words

batches = FilterModule().filters()["batches"]


@pytest.mark.parametrize(
    ("given", "sizes"),
    [
        *((nothing, ["100%"]) for nothing in (None, "", " ")),
        *((each, [each]) for each in (5, "5", "10%", "05")),
        (" 10% ", ["10%"]),
        ([1, "10%"], [1, "10%"]),
        ((1, 5), [1, 5]),
    ],
    ids=str,
)
def test_sizes(given: Any, sizes: list[Any]) -> None:
    assert batches(given) == sizes


@pytest.mark.words  # compares sentences
@pytest.mark.parametrize(
    "given", [0, "0%", -1, "ten", "10 %", 1.5, True, [], [0], ["", "10%"], [None], {"a": 1}, "1,2", "\u0663"], ids=str
)
def test_what_is_no_size_ends_the_run_with_a_sentence(given: Any) -> None:
    for language in ("", "fr"):
        with pytest.raises(AnsibleFilterError) as refused:
            batches(given, language)
        said = Words(language).of(Problem("bad_arguments.serial", {"given": str(given)}))
        assert said in str(refused.value)
