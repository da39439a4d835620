# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result counts the days of access, and a deferral is as urgent as access is short: by certificate and yearly authorisation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.result import (
    DeferralRule,
    ResultContext,
    holder_result,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import SkipReason, Transaction
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of
from unit.plugins.plugin_utils._lifecycle.test_result import DEFERRED, NOW, OLD, outcome, run_of

WAITING = outcome(before=[OLD], leaf=None, skipped=SkipReason.WAITING_FOR_ISSUER)
NONE = outcome(before=[], leaf=None, skipped=SkipReason.NOT_DUE)


def result(what: Transaction, end: date | None, zone: str = "UTC", **changes: Any) -> dict[str, Any]:
    (run,) = run_of(what).holders
    entry = replace(run.task.entry, anniversary=end, **changes)
    rule = DeferralRule(fails=True, within_days=7)
    context = ResultContext(False, calendar_of(zone, 40), NOW, rule)
    return holder_result(replace(run, task=replace(run.task, entry=entry)), context)


def days(number: int) -> date:
    return NOW.date() + timedelta(days=number)


@pytest.mark.parametrize(
    ("end", "left", "failed"),
    [
        (None, 365, False),
        (days(500), 365, False),
        (days(9), 8, False),
        (days(8), 7, True),
        (days(0), -1, True),
        (days(-9), -10, True),
    ],
    ids=["unknown", "after", "in_time", "within", "on_the_day", "over"],
)
def test_a_deferral_is_as_urgent_as_access_is_short(end: date | None, left: int, failed: bool) -> None:
    found = result(DEFERRED, end)
    assert (found["access_days_left"], found["failed"], found["deferred"]) == (left, failed, True)


def test_an_absent_holder_does_not_fail_however_short_access_is() -> None:
    assert result(DEFERRED, days(0), absent_until=days(1))["failed"] is False
    assert result(DEFERRED, days(0), absent_until=days(0))["failed"] is True


def test_the_end_is_an_instant_of_the_sites_midnight() -> None:
    assert result(WAITING, date(2027, 3, 1))["access_until"] == "2027-02-28T23:59:59Z"
    paris = result(WAITING, date(2027, 3, 1), "Europe/Paris")
    assert paris["access_until"] == "2027-02-28T22:59:59Z"
    assert paris["msg"].values["until"] == date(2027, 2, 28)


def test_a_message_never_promises_access_that_has_ended() -> None:
    assert result(WAITING, days(0))["msg"].code == "done.no_new_bundle_and_ended"


def test_without_a_certificate_there_is_no_end() -> None:
    found = result(NONE, date(2027, 3, 1))
    assert (found["access_until"], found["access_days_left"]) == (None, None)
