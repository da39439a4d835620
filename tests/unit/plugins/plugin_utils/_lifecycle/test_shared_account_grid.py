# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets a key in an account that two entries of the inventory have: the grid of docs/developers/shared_accounts.md."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import parse_store
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.shared_accounts import (
    AccountRow,
    Accounts,
    account_findings,
    account_rows_as,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.shared_numbers import Listed
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.number_look import check_own_account
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import HolderStore
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.account import HolderAccount
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import Account, Inventory
from lab.authority import Authority, IssuedBundle
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import HOLDER, NOW, SID, inventory, issue

TABLE = Path(__file__).parents[5] / "docs" / "developers" / "shared_accounts.md"
ANNE = ExpectedSubject("Anne Roux", "T000001")
ENTRIES = {
    "two people": (ANNE, ExpectedSubject("Paul Martin", "T000002")),
    "two numbers of one name": (ANNE, ExpectedSubject("Anne Roux", "T000002")),
    "two names of one number": (ANNE, ExpectedSubject("Anne Petit", "T000001")),
    "one has the other's former name": (ANNE, ExpectedSubject("Anne Petit", "T000002", former_name="Anne Roux")),
}
CERTIFICATES = {"nobody's": (), "the first one's": (0,), "both": (0, 1)}


DOMAIN = ("CHU\\ward", "ward", "ward@chu.example", SID, "OTHER\\ward", "ward2@chu.example")
LOCAL = ("WS-1\\ward", ".\\ward", "ward", SID, "ward@chu.example")
"""How rows write an account of the domain and one of this workstation; the last ones are somebody else's."""


def looked_at(drivers: FakeDrivers) -> tuple[Inventory, HolderStore]:
    """The workstation, and the store of the account."""
    found = drivers.inventory([HOLDER])
    (own,) = found.profiles
    return found, HolderStore(HolderAccount(SID, found.accounts[0], own), found, NOW, parse_store(own.my))


def given(holder: HolderStore, person: ExpectedSubject, accounts: Accounts) -> str:
    """What becomes of the key of a person."""
    try:
        check_own_account(holder, person, accounts)
    except Pkcs12Error as refused:
        return f"`{refused.code}`"
    return "renewed" if accounts.is_there(holder.store, person) else "first key"


@pytest.fixture(scope="module")
def bundles(authority: Authority) -> tuple[IssuedBundle, ...]:
    return issue(authority, "Anne Roux - T000001"), issue(authority, "Paul Martin - T000002")


def rows(bundles: tuple[IssuedBundle, ...]) -> list[str]:
    """The table, as the page has it."""
    found = []
    for (kind, people), named, (whose, planted) in product(ENTRIES.items(), (False, True), CERTIFICATES.items()):
        drivers = FakeDrivers(inventory())
        for each in planted:
            drivers.plant(bundles[each])
        workstation, holder = looked_at(drivers)
        entries = [HolderEntry(HOLDER, person) for person in people]
        accounts = Accounts("ws-1", tuple(account_rows_as("ws-1", entries)), (HOLDER,) if named else ())
        told = [each.severity.value for each in account_findings(workstation, entries, accounts)]
        cells = [kind, "yes" if named else "no", whose, *(given(holder, person, accounts) for person in people)]
        found.append(f"| {' | '.join([*cells, ', '.join(told) or '-'])} |")
    return found


def spelling_rows() -> list[str]:
    """The table of spellings, as the page has it: what a row of another workstation means here, whichever of the two rows comes first."""
    found = []
    for spellings, name, others in ((DOMAIN, "CHU\\ward", 2), (LOCAL, "WS-1\\ward", 1)):
        for own in spellings[:-others]:
            workstation = inventory(accounts=(Account(own, SID, name, None),))
            cells = []
            for other in (*dict.fromkeys((*DOMAIN, *LOCAL)),):
                both = (
                    AccountRow(own, Listed("T1", "Anne", None, "ws-1")),
                    AccountRow(other, Listed("T2", "Paul", None, "ws-2")),
                )
                said = {
                    Accounts("ws-1", order).has_others(SID, workstation, ExpectedSubject("Anne", "T1"))
                    for order in (both, both[::-1])
                }
                cells.append({(True,): "one account", (False,): "-"}[tuple(said)])
            found.append(f"| `{own}` | `{name}` | {' | '.join(cells)} |".replace(SID, "SID"))
    return found


def test_the_page_has_every_spelling() -> None:
    page = TABLE.read_text(encoding="utf-8").splitlines()
    assert [line for line in page if line.startswith("| `")] == spelling_rows()


def test_a_row_of_this_workstation_means_what_windows_says_it_is() -> None:
    for own, other in product(DOMAIN[:4], repeat=2):
        workstation = inventory(accounts=(Account(own, SID, "CHU\\ward", None), Account(other, SID, "CHU\\ward", None)))
        rows = (
            AccountRow(own, Listed("T1", "Anne", None, "ws-1")),
            AccountRow(other, Listed("T2", "Paul", None, "ws-1")),
        )
        assert Accounts("ws-1", rows).has_others(SID, workstation, ExpectedSubject("Anne", "T1"))
        elsewhere = inventory(
            accounts=(Account(own, SID, "CHU\\ward", None), Account("ward@b.example", f"{SID}9", "B\\ward", None))
        )
        rows = (rows[0], AccountRow("ward@b.example", Listed("T2", "Paul", None, "ws-1")))
        assert not Accounts("ws-1", rows).has_others(SID, elsewhere, ExpectedSubject("Anne", "T1"))


def test_the_page_has_every_row(bundles: tuple[IssuedBundle, ...]) -> None:
    page = TABLE.read_text(encoding="utf-8").splitlines()
    assert [line for line in page if line.startswith(tuple(f"| {kind} |" for kind in ENTRIES))] == rows(bundles)


def test_only_a_first_key_of_two_people_is_refused(bundles: tuple[IssuedBundle, ...]) -> None:
    """By hand, so that the table is not its own proof."""
    refused = [line for line in rows(bundles) if "`shared_account`" in line]
    assert refused == [
        "| two people | no | nobody's | `shared_account` | `shared_account` | error |",
        "| two people | no | the first one's | renewed | `shared_account` | error |",
    ]
    assert "| two people | no | both | renewed | renewed | warning |" in rows(bundles)
    assert "| two people | yes | nobody's | first key | first key | ok |" in rows(bundles)


@pytest.mark.parametrize("details", [{}, {"archived": True}], ids=["expired", "expired_and_archived"])
def test_who_comes_back_with_a_certificate_that_has_expired_is_no_newcomer(
    authority: Authority, details: dict[str, Any]
) -> None:
    drivers = FakeDrivers(inventory())
    drivers.plant(issue(authority, "Anne Roux - T000001", timedelta(days=-20)), **details)
    _workstation, holder = looked_at(drivers)
    entries = [HolderEntry(HOLDER, person) for person in ENTRIES["two people"]]
    accounts = Accounts("ws-1", tuple(account_rows_as("ws-1", entries)))
    assert [given(holder, each.person, accounts) for each in entries] == ["renewed", "`shared_account`"]
