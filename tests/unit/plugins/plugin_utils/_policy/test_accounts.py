# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account with the backslashes that JSON doubles works, and one that YAML has changed is refused with the way to write it."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import parse_holder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.accounts import (
    ESCAPES,
    account_key,
    account_of,
)
from unit.plugins.plugin_utils.problems import error_of


@pytest.mark.parametrize(
    ("given", "account"),
    [
        (" CHU\\\\jdupont ", "CHU\\jdupont"),
        ("CHU\\Jean  Dupont", "CHU\\Jean  Dupont"),
        ("CHU\\e\u0301lodie", "CHU\\\u00e9lodie"),
        ("jdupont@chu.example", "jdupont@chu.example"),
        ("S-1-5-21-1-2-3-1104", "S-1-5-21-1-2-3-1104"),
    ],
)
def test_an_account_is_taken_as_it_is_but_for_doubled_backslashes_and_blanks_around_it(
    given: str, account: str
) -> None:
    assert account_of(given) == account
    assert account_key(given) == account.casefold()


@pytest.mark.parametrize("letter", ESCAPES.values())
def test_what_yaml_makes_of_a_backslash_in_double_quotes_is_refused_with_the_way_to_write_it(letter: str) -> None:
    account = f"CHU\\{letter}lefevre"
    given = yaml.safe_load(f'"{account}"')
    refusal = error_of(lambda: account_of(given, "holder"))
    values = {"account": account, "sign": f"\\{letter}"}
    assert refusal.problem == Problem("bad_arguments.account_escape", values, "holder")
    assert account_key(given) == account.casefold()


@pytest.mark.parametrize("given", ["CHU\\jdu\u200bpont", "CHU\\j\tdupont", "j\tdupont@chu.example"])
def test_any_other_character_that_nobody_sees_is_refused(given: str) -> None:
    refusal = error_of(lambda: parse_holder({"user": given}))
    assert refusal.problem == Problem("bad_arguments.account_invisible", {"account": given})
