# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no certificate shows: a newcomer who waits, and a holder who is on leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import (
    Awaiting,
    HolderEntry,
    parse_holder,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import holders_csv
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import HolderRow, NextStep
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.rows import holder_row
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.rules import evaluate_host
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import (
    Host,
    hosts_of,
    merged,
    people_of,
)
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, OFF, RULES, host, record, report

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
ANNEX = (NextStep.RETURN_ANNEX_1, Actor.EMPLOYER)
BUNDLE = (NextStep.AWAIT_BUNDLE, Actor.ISSUER)


def row(what: Host, **changes: Any) -> HolderRow:
    entry = replace(JEANNE, **changes)
    return holder_row([(entry, evaluate_host(replace(what, entries=(entry,)), RULES))], RULES)


def said(found: HolderRow) -> tuple[Status, NextStep, Actor]:
    return found.status, found.next_step, found.actor


@pytest.mark.parametrize(("awaiting", "step"), [(Awaiting.ANNEX_1, ANNEX), (Awaiting.BUNDLE, BUNDLE)])
def test_a_newcomer_waits_for_the_employer_or_the_issuer_and_not_for_it(awaiting: Awaiting, step: Any) -> None:
    found = row(host(), awaiting=awaiting)
    assert said(found) == (Status.AWAITED, *step)
    assert (found.awaiting, found.places[0].status) == (awaiting, Status.AWAITED)
    nobody = row(host(), awaiting=awaiting, owner_sid=None, logged_on=None)
    assert said(nobody) == (Status.AWAITED, *step), "the account may not be there yet"


@pytest.mark.parametrize(
    ("expected", "status"), [(None, Status.AWAITED), (TOMORROW, Status.AWAITED), (TODAY, Status.MISSING)]
)
def test_from_the_day_on_which_it_is_expected_it_is_missing(expected: Any, status: Status) -> None:
    found = row(host(), awaiting=Awaiting.BUNDLE, expected_from=expected)
    assert (said(found), found.expected_from) == ((status, *BUNDLE), expected)


def test_with_a_certificate_the_entry_says_nothing_any_more() -> None:
    assert row(host(record()), awaiting=Awaiting.BUNDLE).status is Status.VALID
    assert row(host(record(days=-1)), awaiting=Awaiting.BUNDLE).next_step is NextStep.RENEW
    assert row(host(problem=OFF), awaiting=Awaiting.BUNDLE).status is Status.UNKNOWN


def test_a_newcomer_without_a_workstation_waits_too() -> None:
    anne = parse_holder({"user": "Anne", "name": "Anne", "authorisation": "T3", "awaiting": "annex_1"})
    (found,) = report(people=(anne,)).without_workstation
    assert said(found) == (Status.AWAITED, *ANNEX)
    late = replace(anne, expected_from=TODAY)
    assert said(report(people=(late,)).without_workstation[0]) == (Status.MISSING, *ANNEX)


def test_an_authorisation_that_has_ended_is_red_for_a_newcomer_too() -> None:
    found = row(host(), awaiting=Awaiting.BUNDLE, anniversary=TODAY)
    assert said(found) == (Status.EXPIRED, NextStep.RENEW_AUTHORISATION, Actor.EMPLOYER)


@pytest.mark.parametrize("days", [10, -3, None], ids=["due", "expired", "missing"])
@pytest.mark.parametrize(("back", "away"), [(TOMORROW, True), (TODAY, False), (None, False)])
def test_a_holder_on_leave_is_not_red_for_being_deferred(days: int | None, back: Any, away: bool) -> None:
    what = host(*(() if days is None else (record(days=days),)))
    for waits in ({"outcome": "deferred", "outcome_at": NOW - DAY}, {"logged_on": False}):
        found = row(what, absent_until=back, **waits)
        assert (found.status is Status.ON_LEAVE, found.next_step) == (away, NextStep.LOG_ON)
        assert found.absent_until == back


def test_leave_hides_nothing_that_others_have_to_do() -> None:
    assert row(host(record(days=10)), absent_until=TOMORROW).status is Status.RENEWAL_DUE
    assert row(host(problem=OFF), absent_until=TOMORROW).status is Status.UNKNOWN
    waiting = row(host(record(days=-3)), absent_until=TOMORROW, outcome="waiting_for_issuer", outcome_at=NOW)
    assert said(waiting) == (Status.EXPIRED, *BUNDLE)
    over = row(host(record(days=10)), absent_until=TOMORROW, logged_on=False, anniversary=TODAY)
    assert (over.status, over.actor) == (Status.EXPIRED, Actor.EMPLOYER)


def test_a_slice_keeps_what_the_inventory_said() -> None:
    entry = replace(JEANNE, awaiting=Awaiting.BUNDLE, expected_from=TOMORROW, absent_until=TOMORROW)
    anne = HolderEntry("Anne", JEANNE.person, awaiting=Awaiting.ANNEX_1, expected_from=TOMORROW)
    whole = report(host(entries=(entry,)))
    assert report(*merged((), hosts_of(whole))) == whole
    apart = report(people=(anne,))
    assert report(people=people_of(apart)) == apart


CALL = (NextStep.CALL_ISSUER, Actor.IT)
AWAIT = (NextStep.AWAIT_BUNDLE, Actor.ISSUER)
WAITS = replace(JEANNE, outcome="waiting_for_issuer", outcome_at=NOW)


def step(what: Any, overdue: int | None = 10) -> Any:
    (row,) = report(what, issuer_overdue_days=overdue).holders
    assert (row.places[0].next_step, row.places[0].actor) == (row.next_step, row.actor)
    return row.next_step, row.actor


@pytest.mark.parametrize(
    ("left", "overdue", "expected"),
    [(31, 10, AWAIT), (30, 10, CALL), (-5, 10, CALL), (30, None, AWAIT), (40, 0, CALL), (-500, None, AWAIT)],
)
def test_it_is_counted_from_the_day_on_which_the_certificate_was_due(left: int, overdue: Any, expected: Any) -> None:
    assert step(host(record(days=left), entries=(WAITS,)), overdue) == expected


@pytest.mark.parametrize(("days", "expected"), [(10, CALL), (9, AWAIT), (-3, AWAIT), (None, AWAIT)])
def test_a_newcomers_is_counted_from_the_day_on_which_it_was_expected(days: Any, expected: Any) -> None:
    day = None if days is None else NOW.date() - timedelta(days=days)
    assert step(host(entries=(replace(JEANNE, awaiting=Awaiting.BUNDLE, expected_from=day),))) == expected


def test_who_does_not_wait_for_the_issuer_calls_nobody() -> None:
    assert step(host(record(days=5)))[0] is NextStep.RENEW
    assert step(host(record(days=5), entries=(replace(JEANNE, logged_on=False),)))[0] is NextStep.LOG_ON
    newcomer = replace(JEANNE, awaiting=Awaiting.ANNEX_1, expected_from=NOW.date() - timedelta(days=90))
    assert step(host(entries=(newcomer,)))[0] is NextStep.RETURN_ANNEX_1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_step_says_what_to_look_for_and_whom_to_call(language: str) -> None:
    said = {"issuer_contact": "{x} 0158", "issuer_mail_sender": "a@b.example", "issuer_mail_subject": "Key <1>"}
    found = report(host(record(days=5), entries=(WAITS,)), issuer_overdue_days=1, language=language, **said)
    assert all(each in markdown(found).replace("\\", "") for each in said.values())
    assert all(each in holders_csv(found).decode("utf-8-sig") for each in said.values())
    assert "(a@b.example, Key &lt;1&gt;)" in page(found)
    plain = markdown(report(host(record(days=5), entries=(WAITS,)), issuer_overdue_days=1, language=language))
    assert "()" not in plain and "{" not in plain
