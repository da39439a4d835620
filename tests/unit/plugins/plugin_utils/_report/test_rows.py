# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One row for each holder, whatever his workstations say or do not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import UnreadRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Reachability
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.rows import holder_row, workstation_row
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.rules import evaluate_host
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, OFF, PAUL, RULES, host, problem, record

UNREAD = UnreadRecord("S-1-5-21-1", "CurrentUser\\My", "access_denied", "C:\\x")
NO_STORE = replace(UNREAD, code="no_store", detail="C:\\y")
AWAY = replace(JEANNE, logged_on=False)
NOBODY = replace(JEANNE, owner_sid=None, account=None, logged_on=None)
NEW = replace(NOBODY, in_facts=False)
WAITING = replace(JEANNE, outcome="waiting_for_issuer", outcome_at=NOW - DAY)
DEFERRED = replace(JEANNE, outcome="deferred", outcome_at=NOW - DAY)
EXPIRED_BUNDLE = problem("a_code_of_the_future")
TRIED = replace(AWAY, outcome="failed", outcome_at=NOW - DAY, problem=EXPIRED_BUNDLE)
LONG_AGO = replace(WAITING, outcome_at=NOW - 4 * DAY)


REFUSED = problem("logon_refused")
UNRESOLVED = problem("name_not_resolved")
FAILED = problem("defect")


def due(entry: HolderEntry) -> Host:
    """A workstation with a certificate that ends soon."""
    return host(record(days=20), entries=(entry,))


def unread(*stores: UnreadRecord) -> Host:
    """A workstation where these stores were not read."""
    return host(unread=stores)


@pytest.mark.parametrize(
    ("what", "status", "step", "actor"),
    [
        (host(record()), Status.VALID, NextStep.NOTHING, Actor.NOBODY),
        (host(record(days=20)), Status.RENEWAL_DUE, NextStep.RENEW, Actor.IT),
        (due(AWAY), Status.RENEWAL_DUE, NextStep.LOG_ON, Actor.HOLDER),
        (due(WAITING), Status.RENEWAL_DUE, NextStep.AWAIT_BUNDLE, Actor.ISSUER),
        (due(DEFERRED), Status.RENEWAL_DUE, NextStep.LOG_ON, Actor.HOLDER),
        (due(replace(DEFERRED, problem=FAILED)), Status.RENEWAL_DUE, NextStep.LOG_ON, Actor.HOLDER),
        (due(TRIED), Status.RENEWAL_DUE, NextStep.MEND_FAILURE, Actor.IT),
        (due(replace(TRIED, outcome="not_due")), Status.RENEWAL_DUE, NextStep.MEND_FAILURE, Actor.IT),
        (due(LONG_AGO), Status.RENEWAL_DUE, NextStep.RENEW, Actor.IT),
        (host(record(days=-1)), Status.EXPIRED, NextStep.RENEW, Actor.IT),
        (host(), Status.MISSING, NextStep.ENROL, Actor.IT),
        (host(entries=(NOBODY,)), Status.MISSING, NextStep.CORRECT_INVENTORY, Actor.IT),
        (host(record(days=2000)), Status.NOT_YET_VALID, NextStep.CHECK_CLOCK_OR_WAIT, Actor.IT),
        (host(record(), record(days=500)), Status.DUPLICATE, NextStep.RETIRE_OLDER, Actor.IT),
        (host(record(key_state="missing")), Status.KEY_MISSING, NextStep.ENROL, Actor.IT),
        (host(record(key_state="unusable")), Status.KEY_MISSING, NextStep.ENROL, Actor.IT),
        (host(record(key_size=1024)), Status.WEAK, NextStep.ASK_FOR_STRONGER, Actor.ISSUER),
        (host(record(owner_sid="S-1-5-18")), Status.WRONG_HOLDER, NextStep.REMOVE_FROM_OTHERS, Actor.IT),
        (host(record(), record(owner_sid="S-1-5-18", days=300)), Status.VALID, NextStep.REMOVE_FROM_OTHERS, Actor.IT),
        (host(record(archived=True)), Status.MISSING, NextStep.ENROL, Actor.IT),
        (unread(UNREAD), Status.UNKNOWN, NextStep.REPAIR_PROFILE, Actor.IT),
        (unread(NO_STORE), Status.UNKNOWN, NextStep.AUDIT_LOGGED_ON, Actor.IT),
        (unread(NO_STORE, UNREAD), Status.UNKNOWN, NextStep.REPAIR_PROFILE, Actor.IT),
        (unread(UNREAD, replace(NO_STORE, owner_sid="S-1-5-21-9")), Status.UNKNOWN, NextStep.REPAIR_PROFILE, Actor.IT),
        (unread(NO_STORE, replace(UNREAD, owner_sid="S-1-5-21-9")), Status.UNKNOWN, NextStep.AUDIT_LOGGED_ON, Actor.IT),
        (host(unread=(NO_STORE,), problem=OFF), Status.UNKNOWN, NextStep.REACH_WORKSTATION, Actor.IT),
        (host(entries=(NEW,)), Status.UNKNOWN, NextStep.RUN_AUDIT, Actor.IT),
        (host(entries=(replace(NEW, owner_sid=JEANNE.owner_sid),)), Status.UNKNOWN, NextStep.RUN_AUDIT, Actor.IT),
        (
            host(record(), entries=(replace(NEW, owner_sid=JEANNE.owner_sid),)),
            Status.VALID,
            NextStep.NOTHING,
            Actor.NOBODY,
        ),
        (host(entries=(NEW,), problem=OFF), Status.UNKNOWN, NextStep.REACH_WORKSTATION, Actor.IT),
        (host(record(), unread=(UNREAD,)), Status.VALID, NextStep.NOTHING, Actor.NOBODY),
        (host(record(), problem=OFF), Status.UNKNOWN, NextStep.REACH_WORKSTATION, Actor.IT),
        (host(record(), facts_at=NOW - 4 * DAY), Status.UNKNOWN, NextStep.REACH_WORKSTATION, Actor.IT),
        (host(record(), problem=REFUSED), Status.UNKNOWN, NextStep.ADMIT_ACCOUNT, Actor.IT),
        (host(record(), problem=FAILED), Status.UNKNOWN, NextStep.RUN_AUDIT, Actor.IT),
        (host(record(), problem=UNRESOLVED), Status.UNKNOWN, NextStep.CORRECT_NAME, Actor.IT),
        (Host("ws-1", (JEANNE,), problem=UNRESOLVED), Status.NEVER_SEEN, NextStep.CORRECT_NAME, Actor.IT),
        (Host("ws-1", (JEANNE,), problem=REFUSED), Status.NEVER_SEEN, NextStep.ADMIT_ACCOUNT, Actor.IT),
        (Host("ws-1", (JEANNE,), problem=OFF), Status.NEVER_SEEN, NextStep.SET_UP_WORKSTATION, Actor.IT),
        (Host("ws-1", (JEANNE,)), Status.NEVER_SEEN, NextStep.SET_UP_WORKSTATION, Actor.IT),
    ],
)
def test_a_holder_has_one_status_and_one_next_step(what: Host, status: Status, step: NextStep, actor: Actor) -> None:
    seen = evaluate_host(what, RULES)
    row = holder_row([(what.entries[0], seen)], RULES)
    assert (row.status, row.next_step, row.actor) == (status, step, actor)
    assert row.places[0].status is status


def test_the_last_facts_of_a_workstation_that_is_off_still_tell_the_date() -> None:
    row = holder_row([(JEANNE, evaluate_host(host(record(days=50), problem=OFF), RULES))], RULES)
    assert (row.status, row.days_left, row.valid_until) == (Status.UNKNOWN, 50, NOW + 50 * DAY)
    assert row.places[0].facts_at == NOW


def test_a_holder_is_as_well_off_as_at_the_worst_workstation() -> None:
    both = host(record(days=900)), host(record(days=10), name="ws-2")
    row = holder_row([(JEANNE, evaluate_host(each, RULES)) for each in both], RULES)
    assert (row.status, row.days_left, len(row.places)) == (Status.RENEWAL_DUE, 10, 2)
    assert [place.status for place in row.places] == [Status.VALID, Status.RENEWAL_DUE]


@pytest.mark.parametrize(("before", "step"), [("F" * 40, NextStep.CLOSE_BROWSER), (None, NextStep.NOTHING)])
def test_a_browser_has_to_be_closed_after_the_certificate_was_replaced(before: str | None, step: NextStep) -> None:
    rules = replace(RULES, earlier={("", "T1", "ws-1", JEANNE.owner_sid or ""): before} if before else {})
    row = holder_row([(JEANNE, evaluate_host(host(record()), rules))], rules)
    assert row.next_step is step
    same = replace(RULES, earlier={("", "T1", "ws-1", JEANNE.user.casefold()): record().thumbprint})
    assert holder_row([(JEANNE, evaluate_host(host(record()), same))], same).next_step is NextStep.NOTHING


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, Reachability.ANSWERED),
        ({"problem": None}, Reachability.ANSWERED),
        ({"problem": None, "facts_at": NOW - 3 * DAY}, Reachability.ANSWERED),
        ({"problem": None, "facts_at": NOW - 3 * DAY - timedelta(seconds=1)}, Reachability.UNKNOWN),
        ({"problem": OFF}, Reachability.UNKNOWN),
        ({"problem": OFF, "facts_at": None}, Reachability.NEVER_SEEN),
    ],
    ids=["now", "cache", "cache_old_enough", "cache_too_old", "off", "never"],
)
def test_a_workstation_answered_or_did_not(changes: dict[str, Any], answer: Reachability) -> None:
    assert workstation_row(evaluate_host(host(**changes), RULES), RULES).answer is answer


def test_a_certificate_of_somebody_who_does_not_work_there_is_in_the_wrong_store() -> None:
    seen = evaluate_host(host(record("T2"), entries=(JEANNE,)), RULES)
    assert [(each.holder, each.record.status) for each in seen.rated] == [("T2", Status.WRONG_HOLDER)]
    assert (
        evaluate_host(host(record("T2", owner_sid="S-1-5-21-2"), entries=(PAUL,)), RULES).rated[0].record.status
        is Status.VALID
    )


def test_of_two_workstations_the_later_anniversary_counts() -> None:
    first, second = (replace(JEANNE, anniversary=date(2027, month, 1)) for month in (1, 3))
    seen = evaluate_host(host(record()), RULES)
    assert holder_row([(first, seen), (second, seen)], RULES).authorisation_until == date(2027, 3, 1)
