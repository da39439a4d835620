# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which account an entry means, and whether two entries are two people."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.shared_accounts import (
    AccountRow,
    Accounts,
    account_rows_in,
    of_nobody,
    of_two_people,
    setting_line,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.shared_numbers import Listed
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.accounts import full_names
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import Account
from unit.plugins.plugin_utils.fakes import SID, inventory
from unit.plugins.plugin_utils.problems import error_of

DOMAIN, LOCAL = "CHU\\ward", "WS-1\\ward"
"""How Windows calls an account of the domain, and one of this workstation (``fakes.inventory``)."""
ANNE = ExpectedSubject("Anne Roux", "T1")


def row(
    account: str, name: str = "Paul Martin", number: str = "T2", host: str = "ws-2", former: Any = None
) -> AccountRow:
    return AccountRow(account, Listed(number, name, former, host))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Anne Roux", "T1"), ("ROUX Anne", "T9"), True),
        (("Anne Roux", "T1"), ("Anne Petit", " t1"), True),
        (("Anne Petit", "T1", "Anne Roux"), ("Anne Roux", "T9"), True),
        (("Anne Roux", "T1"), ("Paul Martin", "T2"), False),
        (("", "T1"), ("", "T2"), False),
        (("Anne Roux", ""), ("Paul Martin", ""), False),
        (("Anne Roux", ""), ("", "T1"), False),
    ],
)
def test_two_numbers_of_one_name_and_one_number_are_one_person(
    one: tuple[str, ...], other: tuple[str, ...], same: bool
) -> None:
    first, second = (row("a", each[0], each[1], former=each[2] if len(each) > 2 else None) for each in (one, other))
    assert (first.is_person_of(second), second.is_person_of(first)) == (same, same)


@pytest.mark.parametrize(
    ("name", "asked", "written", "host", "meant"),
    [
        (DOMAIN, DOMAIN, "chu\\WARD", "ws-2", True),
        (DOMAIN, DOMAIN, "ward", "ws-2", True),
        (DOMAIN, "ward@chu.example", "ward@chu.example", "ws-2", True),
        (DOMAIN, "ward@chu.example", DOMAIN, "ws-2", True),
        (DOMAIN, "ward", SID, "ws-2", True),
        (DOMAIN, DOMAIN, "Ward@chu.example", "ws-2", True),
        (DOMAIN, SID, "ward@chu.example", "ws-2", True),
        (DOMAIN, DOMAIN, "ward2@chu.example", "ws-2", False),
        (LOCAL, LOCAL, "ward@chu.example", "ws-2", False),
        ("", "ward@chu.example", "ward@chu.example", "ws-2", True),
        ("", "ward@chu.example", DOMAIN, "ws-2", False),
        (DOMAIN, DOMAIN, "CHU\\ward2", "ws-2", False),
        (DOMAIN, DOMAIN, "OTHER\\ward", "ws-2", False),
        (LOCAL, "ward", "ward", "ws-2", False),
        (LOCAL, ".\\ward", ".\\ward", "ws-2", False),
        (LOCAL, "ward", LOCAL, "ws-2", True),
        (LOCAL, "ward", "ward", "ws-1", True),
        (LOCAL, "ward", ".\\ward", "ws-1", True),
    ],
)
def test_an_account_is_one_in_all_its_spellings_and_a_local_one_is_of_its_workstation(
    name: str, asked: str, written: str, host: str, meant: bool
) -> None:
    found = inventory(accounts=(Account(asked, SID, name or None, None),))
    accounts = Accounts("ws-1", (row(asked, "Anne Roux", "T1", "ws-1"), row(written, host=host)))
    assert accounts.has_others(SID, found, ANNE) is meant


def test_what_this_workstation_was_asked_for_and_does_not_know_is_no_account_of_somebody_else() -> None:
    found = inventory(accounts=(Account(DOMAIN, SID, DOMAIN, None), Account("ward@typo.example", None, None, None)))
    accounts = Accounts("ws-1", (row(DOMAIN, "Anne Roux", "T1", "ws-1"), row("ward@typo.example", host="ws-1")))
    assert accounts.has_others(SID, found, ANNE) is False


def test_a_task_that_knows_no_person_has_nobody_to_compare() -> None:
    accounts = Accounts("ws-1", (row(DOMAIN),))
    found = inventory(accounts=(Account(DOMAIN, SID, DOMAIN, None),))
    assert accounts.has_others(SID, found, ExpectedSubject()) is False


@pytest.mark.parametrize(
    ("asked", "named", "shared"),
    [
        ("ward", DOMAIN.upper(), True),
        ("ward", SID, True),
        ("ward@chu.example", "ward@CHU.example", True),
        ("ward@chu.example", "ward@other.example", False),
        ("ward", "ward@other.example", False),
        ("ward", "OTHER\\ward", False),
    ],
)
def test_the_site_names_an_account_by_a_full_name(asked: str, named: str, shared: bool) -> None:
    found = inventory(accounts=(Account(asked, SID, DOMAIN, None),))
    assert Accounts("ws-1", (), (named,)).is_shared(SID, found) is shared


def test_only_what_may_be_two_peoples_is_kept_without_those_who_have_left() -> None:
    own, corrected = row("CHU\\anne", "Anne Roux", "T1"), row("anne@chu.example", "Anne Roux", "T9")
    ward, beside, left = row(DOMAIN), row("ward", "Anne Roux", "T1"), row("CHU\\anne", "Zoé Petit", "T7")
    sid = row(SID)
    assert list(of_two_people([own, corrected, ward, beside, left, sid], {" t7"})) == [ward, beside, sid]


def test_an_entry_without_a_person_or_an_account_says_nothing() -> None:
    entries = [{"user": "a"}, {"name": "Anne"}, {"user": ["a"], "name": "Anne"}, {"user": "a", "authorisation": "T1"}]
    assert list(account_rows_in("ws", entries)) == [AccountRow("a", Listed("T1", "", None, "ws"))]


def test_the_line_to_set_is_yaml_that_keeps_a_backslash() -> None:
    given = ["CHU\\ward", "CHU\\o'brien", "CHU\\ward", "CHU\\garde de nuit", "ward@chu.example", SID]
    line = setting_line(given)
    assert (
        line == f"pkcs12_shared_accounts: ['CHU\\garde de nuit', 'CHU\\o''brien', CHU\\ward, {SID}, ward@chu.example]"
    )
    odd = [f"CHU\\{name}" for name in ("a, b", "a: b", "a #b", "é", "x]", '"', "{a}", "a'b''c", "-", "1")]
    for each in [*given, *odd, "1\\2", "!a\\b", "&a\\b", "@a", "a@b#c"]:
        assert yaml.safe_load(setting_line([each])) == {"pkcs12_shared_accounts": [each]}


def test_an_account_of_the_setting_that_no_row_has_is_told_unless_a_row_has_a_sid() -> None:
    named = ["CHU\\ward", "ward@chu.example", "CHU\\wrad", SID]
    assert of_nobody(named, [row("ward")]) == ("CHU\\wrad",)
    assert of_nobody(named, [row("ward"), row(SID)]) == ()
    assert of_nobody([SID], []) == ()


@pytest.mark.parametrize("given", [None, "", []])
def test_an_empty_setting_names_nobody(given: Any) -> None:
    assert full_names(given, "shared_accounts") == ()


@pytest.mark.parametrize(
    "given", [True, "ward", "CHU\\*", ["ward"], ["CHU\\*"], [".\\ward"], ["CHU\\"], [" "], ["all"], [1]]
)
def test_what_is_no_list_of_full_names_is_refused(given: Any) -> None:
    assert error_of(lambda: full_names(given, "shared_accounts")).problem.code == "bad_arguments.no_full_accounts"


def test_full_names_are_a_domains_a_upn_and_a_sid() -> None:
    given = ["CHU\\ward", "ward@chu.example", SID]
    assert full_names(given, "shared_accounts") == tuple(given)


def test_a_name_without_brackets_is_told_with_them() -> None:
    found = error_of(lambda: full_names("CHU\\ward", "shared_accounts")).problem
    assert (found.code, found.setting) == ("bad_arguments.name_without_brackets", "shared_accounts")
