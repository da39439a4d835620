# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is reminded of what: steps on each side of their days, and each next step of the report."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import Awaiting
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import Acceptable, Accepted
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import HolderRow, NextStep
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.reminders.plan import (
    ReminderItem,
    Terms,
    day_reached,
    matters_of,
)
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, OFF, host, problem, record, report

TERMS = Terms((40, 14, 7, 1), 5)
TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "step"), [(41, None), (40, 40), (15, 40), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1), (0, 1), (-300, 1)]
)
def test_step_lasts_from_its_day_until_the_next(days: int, step: int | None) -> None:
    assert day_reached(days, (1, 40, 7, 14)) == step


def test_steps_after_the_end() -> None:
    assert [day_reached(days, (7, -7)) for days in (-6, -7, -8)] == [7, -7, -7]


def matters(terms: Terms = TERMS, **changes: object) -> tuple[ReminderItem, ...]:
    """Of a report with Jeanne's row changed: by itself it is valid for long."""
    usual = report(host(record(days=400)))
    (place,) = usual.holders[0].places
    if "certificate_step" in changes:
        step, left = changes["certificate_step"], changes.get("certificate_days_left", place.days_left)
        changes = {"places": (replace(place, next_step=step, days_left=left),), **changes}  # type: ignore[arg-type]
    row: HolderRow = replace(usual.holders[0], **changes)  # type: ignore[arg-type]
    return matters_of(replace(usual, holders=(row,)), terms)


def to_do(step: NextStep, actor: Actor) -> dict[str, NextStep | Actor]:
    """A next step that is about the certificate."""
    return {"next_step": step, "actor": actor, "certificate_step": step, "certificate_actor": actor}


@pytest.mark.parametrize("step", [each for each in NextStep if each is not NextStep.RENEW_AUTHORISATION])
@pytest.mark.parametrize("actor", list(Actor))
def test_everybody_who_has_to_act_is_reminded_and_the_rest_is_its(step: NextStep, actor: Actor) -> None:
    """Steps that a later version of the report has reach IT, too."""
    found = matters(**to_do(step, actor), days_left=10, certificate_days_left=10)
    if step is NextStep.NOTHING:
        assert found == ()
        return
    (matter,) = found
    usual = actor.value if actor in (Actor.HOLDER, Actor.EMPLOYER) else "it"
    assert matter.recipient.value == ("holder" if step is NextStep.AWAIT_BUNDLE else usual)
    assert matter.reminder_day == (None if step is NextStep.CLOSE_BROWSER else 14)


@pytest.mark.parametrize(
    ("left", "expected", "asked"),
    [
        (36, None, False),
        (35, None, True),
        (None, None, True),  # without access, nobody has time to wait
        (None, 4, False),
        (None, 5, True),
        (None, -9, False),
        (36, 90, False),  # who has a certificate waits for the next one
    ],
)
def test_bundle_is_asked_for_when_it_is_late(left: int | None, expected: int | None, asked: bool) -> None:
    """``expected``: so many days ago."""
    day = None if expected is None else TODAY - timedelta(days=expected)
    found = matters(
        **to_do(NextStep.AWAIT_BUNDLE, Actor.ISSUER),
        days_left=left,
        certificate_days_left=left,
        access_until=None if left is None else NOW + left * DAY,
        expected_from=day,
    )
    assert [each.recipient.value for each in found] == (["holder"] if asked else [])


def test_the_workstation_whose_certificate_ends_first_says_how_long_the_bundle_is_late() -> None:
    usual = report(host(record(days=39)))
    (row,) = usual.holders
    places = tuple(replace(row.places[0], next_step=NextStep.AWAIT_BUNDLE, days_left=left) for left in (39, 5, 38))
    row = replace(row, **to_do(NextStep.AWAIT_BUNDLE, Actor.ISSUER), places=places, days_left=5)  # type: ignore[arg-type]
    assert [each.recipient.value for each in matters_of(replace(usual, holders=(row,)), TERMS)] == ["holder"]


def test_nobody_is_asked_for_a_first_bundle_of_which_nobody_knows_when_it_comes() -> None:
    waiting = to_do(NextStep.AWAIT_BUNDLE, Actor.ISSUER)
    newcomer = {"awaiting": Awaiting.BUNDLE, "access_until": None, "days_left": None, "certificate_days_left": None}
    assert matters(**waiting, **newcomer) == ()


def test_a_bundle_for_a_certificate_without_its_key_is_asked_for_at_once() -> None:
    """However long that certificate would last."""
    usual = report(host(record(days=700, key_state="missing")))
    (row,) = usual.holders
    row = replace(
        row,
        **to_do(NextStep.AWAIT_BUNDLE, Actor.ISSUER),
        places=(replace(row.places[0], next_step=NextStep.AWAIT_BUNDLE),),
    )
    assert [each.recipient.value for each in matters_of(replace(usual, holders=(row,)), TERMS)] == ["holder"]


def test_no_access_stays_no_access_while_the_workstation_is_silent() -> None:
    """What is known of its last answer counts: there was a certificate without its key."""
    silent = host(record(days=700, key_state="missing"), problem=OFF)
    found = report(silent)
    (row,) = found.holders
    assert (row.status, row.access_until, row.ends_on) == (Status.UNKNOWN, None, None)
    (matter,) = matters_of(found, TERMS)
    assert (matter.recipient.value, matter.reminder_day, matter.ends_on) == ("it", None, None)


@pytest.mark.parametrize(("actor", "reminded"), [(Actor.HOLDER, False), (Actor.IT, True), (Actor.EMPLOYER, True)])
def test_only_holders_who_are_away_are_left_in_peace(actor: Actor, reminded: bool) -> None:
    away = TODAY + timedelta(days=1)
    found = matters(**to_do(NextStep.RENEW, actor), certificate_days_left=10, absent_until=away)
    assert bool(found) is reminded


@pytest.mark.parametrize("there", [(), (record(days=400, key_state="missing"),)], ids=["no certificate", "no key"])
def test_who_has_no_access_at_one_workstation_is_not_made_to_wait(there: tuple[CertificateRecord, ...]) -> None:
    """Access at another one lasts for long."""
    (matter,) = matters_of(report(host(record(days=400)), host(*there, name="ws-2")), TERMS)
    assert (matter.recipient.value, matter.next_step, matter.reminder_day) == ("it", NextStep.ENROL, None)
    assert (matter.ends_on, matter.days_left) == (None, None)  # that of the other one is not the reason
    assert matter.workstations == ("ws-2",)


def test_only_workstations_of_the_step_are_named() -> None:
    both = report(host(record(days=3)), host(name="ws-2"))
    (row,) = both.holders
    first, second = row.places
    places = (replace(first, next_step=NextStep.LOG_ON), replace(second, next_step=NextStep.NOTHING))
    row = replace(row, **to_do(NextStep.LOG_ON, Actor.HOLDER), places=places)
    assert [each.workstations for each in matters_of(replace(both, holders=(row,)), TERMS)] == [("ws-1",)]
    row = replace(row, **to_do(NextStep.RENEW, Actor.IT))
    assert [each.workstations for each in matters_of(replace(both, holders=(row,)), TERMS)] == [("ws-1", "ws-2")]


def test_where_access_ends_soon_the_mail_says_when_also_if_another_workstation_has_none() -> None:
    both = report(host(record(days=3)), host(name="ws-2"))
    (row,) = both.holders
    places = tuple(replace(each, next_step=NextStep.LOG_ON) for each in row.places)
    row = replace(row, **to_do(NextStep.LOG_ON, Actor.HOLDER), places=places)
    (matter,) = matters_of(replace(both, holders=(row,)), TERMS)
    assert (matter.workstations, matter.days_left, matter.reminder_day) == (("ws-1", "ws-2"), 3, 7)


@pytest.mark.parametrize("at", [0, 1])
def test_only_the_failure_that_is_to_be_mended_is_told(at: int) -> None:
    """Whether its workstation comes first or not. What the last run found at another one says nothing about this step."""
    both = report(host(record(days=5)), host(record(days=5), name="ws-2"))
    (row,) = both.holders
    wrong, none = problem("wrong_passphrase"), problem("no_bundle")
    places = [replace(each, next_step=NextStep.LOG_ON, problem=none) for each in row.places]
    places[at] = replace(row.places[at], next_step=NextStep.MEND_FAILURE, problem=wrong)
    row = replace(row, **to_do(NextStep.MEND_FAILURE, Actor.IT), places=tuple(places))
    (matter,) = matters_of(replace(both, holders=(row,)), TERMS)
    assert (matter.workstations, matter.problems) == ((row.places[at].workstation,), (wrong,))


def test_each_failure_that_is_to_be_mended_is_told_once() -> None:
    tried = replace(JEANNE, outcome="failed", outcome_at=NOW, problem=problem("wrong_passphrase"))
    other = replace(tried, problem=problem("dest_taken"))
    entries = {"ws-1": tried, "ws-2": tried, "ws-3": other}
    hosts = [host(record(days=5), name=name, entries=(entry,)) for name, entry in entries.items()]
    (matter,) = matters_of(report(*hosts), TERMS)
    assert (matter.workstations, matter.problems) == (tuple(entries), (tried.problem, other.problem))


def test_last_day_is_that_of_the_site() -> None:
    usual = report(host(record(days=400)), time_zone="Pacific/Kiritimati")
    row = replace(
        usual.holders[0], **to_do(NextStep.RENEW, Actor.IT), certificate_days_left=1, certificate_ends_on=TOMORROW
    )
    (matter,) = matters_of(replace(usual, holders=(row,)), TERMS)
    assert matter.ends_on == TOMORROW


def test_who_has_no_access_yet_has_no_step() -> None:
    (matter,) = matters(**to_do(NextStep.LOG_ON, Actor.HOLDER), days_left=None, access_until=None, ends_on=None)
    assert (matter.reminder_day, matter.ends_on) == (None, None)


@pytest.mark.parametrize(("number", "person"), [("T1", "T1"), ("", "jeanne dupont")])
def test_a_matter_says_who_it_is(number: str, person: str) -> None:
    about = {"authorisation": number, "function": "nurse", "certificate_days_left": 3}
    (matter,) = matters(TERMS, **to_do(NextStep.LOG_ON, Actor.HOLDER), **about)
    assert (matter.person, matter.name, matter.function) == (person, "Jeanne Dupont", "nurse")


def test_another_step_at_a_workstation_without_access_makes_nobody_hurry() -> None:
    both = report(host(record(days=400)), host(name="ws-2"))
    (row,) = both.holders
    places = tuple(
        replace(place, next_step=step)
        for place, step in zip(row.places, (NextStep.LOG_ON, NextStep.NOTHING), strict=True)
    )
    row = replace(row, **to_do(NextStep.LOG_ON, Actor.HOLDER), places=places)
    assert matters_of(replace(both, holders=(row,)), TERMS) == ()


def yearly(left: int, status: Status, accepted: Acceptable | None, **changes: object) -> tuple[ReminderItem, ...]:
    """Of a holder whose authorisation ends in so many days."""
    return matters(
        authorisation_until=TODAY + timedelta(days=left),
        authorisation_days_left=left,
        authorisation_status=status,
        accepted=(Accepted(accepted, None, "She retires.", TODAY),) if accepted else (),
        **changes,
    )


@pytest.mark.parametrize(
    ("left", "status", "accepted", "step"),
    [
        (40, Status.RENEWAL_DUE, None, 40),
        (41, Status.RENEWAL_DUE, None, None),
        (0, Status.EXPIRED, None, 1),
        (30, Status.VALID, None, None),
        (10, Status.RENEWAL_DUE, Acceptable.AUTHORISATION_RENEWAL_DUE, None),
        (10, Status.EXPIRED, Acceptable.AUTHORISATION_RENEWAL_DUE, 14),
        (10, Status.EXPIRED, Acceptable.AUTHORISATION_EXPIRED, None),
        (10, Status.EXPIRED, Acceptable.EXPIRED, 14),
    ],
)
def test_the_yearly_document_is_due_by_the_end_date_and_only_the_exception_for_it_holds_it_back(
    left: int, status: Status, accepted: Acceptable | None, step: int | None
) -> None:
    found = [(each.recipient.value, each.reminder_day, each.ends_on) for each in yearly(left, status, accepted)]
    assert found == ([] if step is None else [("employer", step, TODAY + timedelta(days=left))])
    shared = yearly(left, status, accepted, **to_do(NextStep.GIVE_OWN_NUMBER, Actor.IT), certificate_days_left=3)
    assert [each.recipient.value for each in shared] == ["it"]  # the end may be another person's


@pytest.mark.parametrize(
    ("left", "status", "accepted", "certificate", "reminded"),
    [
        (20, Status.RENEWAL_DUE, None, 10, {"employer": 40, "holder": 14}),
        (3, Status.RENEWAL_DUE, None, 30, {"employer": 7, "holder": 40}),
        (0, Status.EXPIRED, None, 10, {"employer": 1}),
        (3, Status.VALID, None, 30, {"holder": 40}),  # it is due within fewer days than the certificate
        (3, Status.RENEWAL_DUE, Acceptable.AUTHORISATION_RENEWAL_DUE, 30, {"holder": 40}),
    ],
)
def test_the_holder_is_reminded_by_the_certificate_beside_the_authorisation_until_that_has_ended(
    left: int, status: Status, accepted: Acceptable | None, certificate: int, reminded: dict[str, int]
) -> None:
    """To log on does not change the end of an authorisation."""
    is_first = left < certificate and "employer" in reminded
    changes = to_do(NextStep.LOG_ON, Actor.HOLDER)
    changes |= {"next_step": NextStep.RENEW_AUTHORISATION, "actor": Actor.EMPLOYER} if is_first else {}
    days = {"days_left": min(left, certificate), "certificate_days_left": certificate}
    found = yearly(left, status, accepted, **changes, **days)
    last = {"employer": TODAY + timedelta(days=left), "holder": (NOW + 400 * DAY).date()}
    assert {each.recipient.value: each.reminder_day for each in found} == reminded
    assert {each.recipient.value: each.ends_on for each in found} == {who: last[who] for who in reminded}
    assert [each.days_left for each in found if each.next_step is NextStep.LOG_ON] == [certificate] * (
        "holder" in reminded
    )
