# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The diff says before and after, in check mode as it was planned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.diff import store_diff
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import HolderStore, Transaction
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import (
    ImportStep,
    NameStep,
    Plan,
    ProveStep,
    RetireStep,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import RemovalMethod
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.account import resolve_holder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import JournalEntry
from unit.plugins.plugin_utils.fakes import CARD, HOLDER, NOW, YEAR, certificate, inventory, stored, view
from unit.plugins.plugin_utils.problems import sample
from unit.plugins.plugin_utils.problems import told as tell

LEAF = certificate(left=3 * YEAR)
OLD = stored(certificate(), friendly_name="SISERI")
DAY = Calendar().ends_on
DONE = (JournalEntry("1", "import", "done", "", {}),)


def outcome(plan: Plan, *before: Any, **details: Any) -> Transaction:
    found = inventory()
    kept = view(*before)
    store = HolderStore(resolve_holder(found, HOLDER), found, NOW, kept)
    return Transaction(store, details.pop("after", kept), LEAF, plan, **details)


def lines(diff: dict[str, str], side: str) -> list[str]:
    return [line.replace(LEAF.thumbprint, "NEW").replace(OLD.thumbprint, "OLD") for line in diff[side].splitlines()]


NEW_LINE = "<diff.key 2029-11-24 Next CN=Jeanne Dupont - T123456 NEW>"
OLD_LINE = "<diff.key 2027-11-25 SISERI CN=Jeanne Dupont - T123456 OLD>"
RENEWAL = (ImportStep(LEAF.thumbprint), ProveStep(LEAF.thumbprint), NameStep(LEAF.thumbprint, "Next"))


@pytest.mark.parametrize(
    ("method", "after"),
    [
        (RemovalMethod.DELETE, [NEW_LINE]),
        (RemovalMethod.ARCHIVE, [OLD_LINE.replace("key", "archived"), NEW_LINE]),
    ],
)
def test_in_check_mode_after_is_the_plan(method: RemovalMethod, after: list[str]) -> None:
    diff = store_diff(outcome(Plan((*RENEWAL, RetireStep(OLD.thumbprint, method))), OLD), tell, DAY)
    assert lines(diff, "before") == [OLD_LINE]
    assert sorted(lines(diff, "after")) == after
    assert diff["before_header"] == diff["after_header"] == "WS-1 CHU\\jdupont CurrentUser\\My"


def test_once_it_is_done_after_is_the_store() -> None:
    told = store_diff(outcome(Plan(RENEWAL), OLD, after=view(stored(LEAF, None)), journal=DONE), tell, DAY)
    assert lines(told, "after") == ["<diff.no_key 2029-11-24 - CN=Jeanne Dupont - T123456 NEW>"]


@pytest.mark.parametrize(
    "unchanged",
    [
        outcome(Plan(()), OLD),
        outcome(Plan((ProveStep(LEAF.thumbprint),)), OLD),
        outcome(Plan(RENEWAL), OLD, deferred=sample("not_logged_on")),
    ],
    ids=["nothing", "proof", "deferred"],
)
def test_what_changes_nothing_shows_nothing(unchanged: Transaction) -> None:
    diff = store_diff(unchanged, tell, DAY)
    assert diff["before"] == diff["after"] != ""


CARD_ONE = stored(certificate("DUPONT Jeanne 899700000001", issuer="CN=AC Carte"), CARD, friendly_name="carte")


@pytest.mark.parametrize(
    ("plan", "details"),
    [
        (Plan(RENEWAL), {}),
        (Plan((*RENEWAL, RetireStep(OLD.thumbprint, RemovalMethod.DELETE))), {}),
        (Plan(RENEWAL), {"after": view(stored(LEAF, None), CARD_ONE), "journal": DONE}),
        (Plan(()), {"deferred": sample("not_logged_on")}),
    ],
    ids=["planned", "retiring", "done", "deferred"],
)
def test_certificates_of_other_issuers_are_counted_and_nothing_else_is_said_of_them(
    plan: Plan, details: dict[str, Any]
) -> None:
    diff = store_diff(outcome(plan, OLD, CARD_ONE, **details), tell, DAY)
    for side in ("before", "after"):
        assert lines(diff, side)[-1] == "<diff.others 1>"
        assert "carte" not in diff[side].lower()
        assert CARD_ONE.thumbprint not in diff[side]


def test_a_removal_shows_the_issuers_of_what_goes() -> None:
    removal = replace(outcome(Plan((RetireStep(OLD.thumbprint, RemovalMethod.DELETE),)), OLD, CARD_ONE), leaf=None)
    diff = store_diff(removal, tell, DAY)
    assert (lines(diff, "before"), lines(diff, "after")) == (
        [OLD_LINE, "<diff.others 1>"],
        ["<diff.others 1>"],
    )


@pytest.mark.parametrize(
    ("steps", "named"),
    [
        ((NameStep(LEAF.thumbprint, "Next"),), "<diff.key 2029-11-24 Next "),
        ((ImportStep(LEAF.thumbprint),), "<diff.key 2029-11-24 SISERI "),
        ((ProveStep(LEAF.thumbprint),), "<diff.no_key 2029-11-24 SISERI "),
    ],
    ids=["renamed", "imported again", "proven"],
)
def test_a_certificate_that_is_there_keeps_what_is_not_planned(steps: Any, named: str) -> None:
    diff = store_diff(outcome(Plan(steps), stored(LEAF, None, friendly_name="SISERI")), tell, DAY)
    (line,) = lines(diff, "after")
    assert line.startswith(named)


def test_a_certificate_that_is_archived_is_shown_as_such() -> None:
    diff = store_diff(outcome(Plan(()), stored(certificate(), archived=True)), tell, DAY)
    assert lines(diff, "before")[0].startswith("<diff.archived 2027-11-25 - ")
