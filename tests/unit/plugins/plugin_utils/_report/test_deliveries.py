# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the issuer has delivered changes the next step of who needs a bundle, and of nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_records import (
    DeliveryRecord,
    records_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.deliveries import (
    OPEN,
    deliveries_of,
    is_past,
    with_delivery,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep
from unit.plugins.plugin_utils._mail.deliveries import known
from unit.plugins.plugin_utils._report.reports import holder, sample

CAME = datetime(2026, 11, 20, 8, tzinfo=timezone.utc)
HOLDER = holder(1)
THREE_YEARS = timedelta(days=3 * 365)
OLD, OWN = CAME - timedelta(days=3 * 365 - 40), CAME - timedelta(minutes=1)
"""When the certificate began that is replaced, and the one that was delivered."""


def delivery(state: str) -> DeliveryRecord:
    return records_of(known("T1", state=state))["T1"]


def stepped(
    step: tuple[NextStep, Actor], found: DeliveryRecord | None, valid_from: datetime | None
) -> tuple[NextStep, Actor]:
    until = valid_from + THREE_YEARS if valid_from else None
    return with_delivery(step, replace(HOLDER, valid_from=valid_from, valid_until=until), found)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("new", NextStep.COLLECT),
        ("failed", NextStep.COLLECT),
        ("passphrase_not_stored", NextStep.COLLECT),
        ("link_used", NextStep.FIND_BUNDLE),
        ("code_wrong", NextStep.CHECK_DELIVERY),
        ("not_authentic", NextStep.CHECK_DELIVERY),
        ("refused", NextStep.CHECK_DELIVERY),
    ],
)
@pytest.mark.parametrize("needed", OPEN)
def test_a_delivery_that_needs_a_person_is_the_next_step(state: str, step: NextStep, needed: NextStep) -> None:
    assert stepped((needed, Actor.ISSUER), delivery(state), OLD) == (step, Actor.IT)
    assert stepped((needed, Actor.ISSUER), delivery(state), None) == (step, Actor.IT)


def test_a_collected_bundle_ends_the_waiting_for_the_issuer() -> None:
    waits = (NextStep.AWAIT_BUNDLE, Actor.ISSUER)
    assert stepped(waits, delivery("collected"), OLD) == (NextStep.RENEW, Actor.IT)
    assert stepped(waits, delivery("collected"), None) == (NextStep.ENROL, Actor.IT)


@pytest.mark.parametrize(
    ("state", "outcome", "after", "step"),
    [
        ("collected", "waiting_for_issuer", 1, NextStep.AWAIT_BUNDLE),  # the run had it, and needed another one
        ("collected", "waiting_for_issuer", -1, NextStep.RENEW),
        ("collected", "failed", 1, NextStep.RENEW),
        ("new", "waiting_for_issuer", 1, NextStep.COLLECT),  # the run could not have it
    ],
)
def test_a_withdrawal_before_a_run_that_had_to_wait_is_past(
    state: str, outcome: str, after: int, step: NextStep
) -> None:
    found = delivery(state)
    at = found.recorded_at + timedelta(seconds=after)
    (first, *_others) = HOLDER.places
    place = replace(first, outcome=outcome, outcome_at=at, valid_from=OLD, valid_until=OLD + THREE_YEARS)
    waits = (NextStep.AWAIT_BUNDLE, Actor.ISSUER)
    assert with_delivery(waits, place, found, (place,))[0] is step
    before = replace(place, workstation="ws-9", outcome_at=found.recorded_at - timedelta(days=1))
    assert with_delivery(waits, before, found, (before, place))[0] is step, "all places take from one folder"
    row = replace(HOLDER, places=(place,), valid_from=OLD, valid_until=OLD + THREE_YEARS)
    assert is_past(found, row, row.places) is (step is NextStep.AWAIT_BUNDLE)


def test_a_holder_whose_key_is_missing_is_still_enrolled() -> None:
    step = (NextStep.ENROL, Actor.IT)
    assert stepped(step, delivery("collected"), OLD) == step


def test_of_facts_and_merged_reports_the_latest_record_counts() -> None:
    (row, *_others) = (row for row in sample().holders if row.delivery)
    fact = known(row.authorisation)
    newer, older = (
        replace(sample(), holders=(replace(row, delivery=replace(row.delivery, recorded_at=at)),))
        for at in (datetime(2999, 1, 1, tzinfo=timezone.utc), datetime(1999, 1, 1, tzinfo=timezone.utc))
        if row.delivery
    )
    assert deliveries_of(fact, [newer])[row.authorisation].recorded_at.year == 2999
    assert deliveries_of(fact, [older])[row.authorisation].recorded_at.year > 1999
    assert deliveries_of({}, [older])[row.authorisation].recorded_at.year == 1999


@pytest.mark.parametrize("state", ["collected", "acknowledged", "unknown_holder"])
def test_what_needs_nobody_changes_nothing(state: str) -> None:
    step = (NextStep.RENEW, Actor.IT)
    assert stepped(step, delivery(state), OLD) == step


@pytest.mark.parametrize("step", [step for step in NextStep if step not in OPEN])
def test_who_needs_no_bundle_keeps_his_step(step: NextStep) -> None:
    assert stepped((step, Actor.HOLDER), delivery("link_used"), OLD) == (step, Actor.HOLDER)


def test_the_mail_of_the_installed_certificate_changes_nothing() -> None:
    step = (NextStep.RENEW, Actor.IT)
    assert stepped(step, delivery("link_used"), OWN) == step
    assert stepped(step, delivery("link_used"), CAME + timedelta(days=1)) == step
    assert stepped(step, None, None) == step


def test_records_of_damaged_facts_are_left_out() -> None:
    fact = known("T1", "T2", "T3")
    fact["deliveries"][0]["mail_at"] = "yesterday"
    fact["deliveries"][1]["recorded_at"] = None
    assert set(deliveries_of(fact, [])) == {"T3"}
