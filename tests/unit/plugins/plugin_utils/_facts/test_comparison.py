# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a workstation has beside what the inventory says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.comparison import comparison, numbers_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import parse_holder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import issuers_of_pattern
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import index_holders
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import Account
from lab.authority import Authority
from unit.plugins.plugin_utils._facts.test_issuers import element
from unit.plugins.plugin_utils.fakes import HOLDER, inventory, issue, now, profile

JEANNE = {"user": HOLDER, "name": "Jeanne Dupont", "authorisation": "T123456"}


def compared(
    authority: Authority, *names: str, issuer: str | None = "AC Personnes", pattern: str | None = None, **given: Any
) -> list[tuple[str, str]]:
    """The kinds of the differences, each with what the certificate says."""
    entry = parse_holder(JEANNE | given.pop("entry", {}), pattern)
    issued = [issue(authority, name, timedelta(days=given.get("days", 400))) for name in names]
    there = inventory(profiles=(profile(*map(element, issued)),))
    if given.get("unknown"):
        there = replace(there, accounts=(Account(HOLDER, None, None, 1332),))
    index = index_holders(["T123456", "T654321"], pattern)
    found = comparison(there, [entry], index, issuers_of_pattern(issuer), now())
    return [(each["kind"], each["found"] or each["account"]) for each in found]


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("Jeanne Dupont - T123456", None),
        ("Paul Martin - T654321", None),  # of another workstation
        ("Luc Petit - T999999", "no_row"),
        ("DUPONT Jeanne - T123465", "other_number"),
        ("Jeanne Dupont - T654321", None),  # a row has this number
    ],
)
@pytest.mark.parametrize("pattern", [None, "- (T[0-9]+)$"], ids=["no pattern", "pattern"])
def test_a_certificate_is_compared_by_its_number(
    authority: Authority, subject: str, kind: str | None, pattern: str | None
) -> None:
    assert compared(authority, subject, pattern=pattern) == ([(kind, subject)] if kind else [])


@pytest.mark.parametrize("given", [{"issuer": None}, {"issuer": " "}, {"issuer": "Another CA"}, {"days": -1}], ids=str)
def test_what_is_not_of_the_issuer_or_over_is_left_out(authority: Authority, given: dict[str, Any]) -> None:
    assert compared(authority, "Luc Petit - T999999", **given) == []


def test_somebody_whose_row_has_lost_the_number_is_found_by_name(authority: Authority) -> None:
    lost = {"authorisation": None, "row_problem": "people.xlsx:17"}
    assert compared(authority, "Jeanne Dupont - T123457", entry=lost) == [("other_number", "Jeanne Dupont - T123457")]
    assert compared(authority, "Luc Petit - T999999", entry=lost) == [("no_row", "Luc Petit - T999999")]


def test_an_account_that_the_workstation_does_not_know(authority: Authority) -> None:
    assert compared(authority, unknown=True, issuer=None) == [("unknown_account", HOLDER)]


def test_everybody_with_a_number_counts() -> None:
    by_host = [
        ("ws-1", [JEANNE, {"user": "x"}, {"user": "y", "authorisation": 42}]),
        ("ws-2", "no list"),
        ("ws-3", None),
    ]
    assert numbers_of(by_host) == ["T123456"]
