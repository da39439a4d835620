# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One row for each holder, whatever his workstations say or do not say: of the certificate, the yearly authorisation, the procedure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import (
    Awaiting,
    HolderEntry,
    parse_holder,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord, UnreadRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import holders_csv
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import HolderRow, NextStep, Reachability
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.next_step import NOTHING
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.rows import (
    holder_row,
    lone_row,
    workstation_row,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.rules import evaluate_host
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import (
    Host,
    hosts_of,
    merged,
    people_of,
)
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, OFF, PAUL, RULES, host, problem, record, report

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
ANNEX = (NextStep.RETURN_DOCUMENT, Actor.EMPLOYER)
BUNDLE = (NextStep.AWAIT_BUNDLE, Actor.ISSUER)
UNREAD = UnreadRecord("S-1-5-21-1", "CurrentUser\\My", "access_denied", "C:\\x")
NO_STORE = replace(UNREAD, code="no_store", detail="C:\\y")
WRONG_ROW = replace(JEANNE, row_problem="people.xlsx:17")
AWAY = replace(JEANNE, logged_on=False)
NOBODY = replace(JEANNE, owner_sid=None, account=None, logged_on=None)
NEW = replace(NOBODY, in_facts=False)
WAITING = replace(JEANNE, outcome="waiting_for_issuer", outcome_at=NOW - DAY)
DEFERRED = replace(JEANNE, outcome="deferred", outcome_at=NOW - DAY)
EXPIRED_BUNDLE = problem("a_code_of_the_future")
TRIED = replace(AWAY, outcome="failed", outcome_at=NOW - DAY, problem=EXPIRED_BUNDLE)
FAILED_NOW = replace(TRIED, logged_on=True, outcome_at=NOW)
LONG_AGO = replace(WAITING, outcome_at=NOW - 4 * DAY)
REFUSED = problem("logon_refused")
UNRESOLVED = problem("name_not_resolved")
FAILED = problem("defect")


def of(entry: HolderEntry) -> Host:
    """A workstation with a certificate that is valid for long."""
    return host(record(), entries=(entry,))


def due(entry: HolderEntry) -> Host:
    """A workstation with a certificate that ends soon."""
    return host(record(days=20), entries=(entry,))


def unread(*stores: UnreadRecord) -> Host:
    """A workstation where these stores were not read."""
    return host(unread=stores)


def row_of(*seats: tuple[HolderEntry, Host], **rules: Any) -> HolderRow:
    """The row of a holder with these entries."""
    known = replace(RULES, **rules)
    return holder_row([(entry, evaluate_host(what, known)) for entry, what in seats], known)


def said(found: HolderRow) -> tuple[Status, NextStep, Actor]:
    return found.status, found.next_step, found.actor


@pytest.mark.parametrize(
    ("what", "status", "step", "actor"),
    [
        (host(record()), Status.VALID, NextStep.NOTHING, Actor.NOBODY),
        (of(FAILED_NOW), Status.VALID, NextStep.MEND_FAILURE, Actor.IT),
        (of(replace(FAILED_NOW, outcome="removal_failed")), Status.VALID, NextStep.MEND_FAILURE, Actor.IT),
        (of(replace(FAILED_NOW, outcome_at=NOW - DAY)), Status.VALID, NextStep.NOTHING, Actor.NOBODY),  # audited since
        (of(replace(FAILED_NOW, outcome="not_due")), Status.VALID, NextStep.NOTHING, Actor.NOBODY),
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
        (host(record(), entries=(WRONG_ROW,)), Status.VALID, NextStep.CORRECT_ROW, Actor.IT),
        (host(record(), entries=(WRONG_ROW,), problem=OFF), Status.UNKNOWN, NextStep.REACH_WORKSTATION, Actor.IT),
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
        (Host("ws-1", (JEANNE,)), Status.NEVER_SEEN, NextStep.RUN_AUDIT, Actor.IT),
    ],
)
def test_a_holder_has_one_status_and_one_next_step(what: Host, status: Status, step: NextStep, actor: Actor) -> None:
    row = row_of((what.entries[0], what))
    assert said(row) == (status, step, actor)
    assert row.places[0].status is status


def test_the_last_facts_of_a_workstation_that_is_off_still_tell_the_date() -> None:
    row = row_of((JEANNE, host(record(days=50), problem=OFF)))
    assert (row.status, row.days_left, row.valid_until) == (Status.UNKNOWN, 50, NOW + 50 * DAY)
    assert row.places[0].facts_at == NOW


def test_access_lasts_while_one_workstation_gives_it_and_the_status_is_the_worst() -> None:
    row = row_of((JEANNE, host(record(days=900))), (JEANNE, host(record(days=10), name="ws-2")))
    assert (row.status, row.days_left, len(row.places)) == (Status.RENEWAL_DUE, 900, 2)
    dates = row.valid_from, row.valid_until, row.certificate_days_left
    assert dates == (record(days=900).not_before, record(days=900).not_after, 900)
    assert [place.status for place in row.places] == [Status.VALID, Status.RENEWAL_DUE]


@pytest.mark.parametrize(
    ("place", "before", "step"),
    [
        (JEANNE.owner_sid, "F" * 40, NextStep.CLOSE_BROWSER),
        (None, None, NextStep.NOTHING),
        (JEANNE.user.casefold(), record().thumbprint, NextStep.NOTHING),
    ],
)
def test_a_browser_has_to_be_closed_after_the_certificate_was_replaced(place: Any, before: Any, step: NextStep) -> None:
    earlier = {("", "T1", "ws-1", place): before} if place else {}
    assert row_of((JEANNE, host(record())), earlier=earlier).next_step is step


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


@pytest.mark.parametrize(
    ("days", "status"), [(41, Status.VALID), (40, Status.RENEWAL_DUE), (1, Status.RENEWAL_DUE), (0, Status.EXPIRED)]
)
def test_access_ends_before_the_end_date_of_the_authorisation(days: int, status: Status) -> None:
    until = TODAY + timedelta(days=days)
    row = authorised(until)
    assert (row.authorisation_status, row.authorisation_until, row.authorisation_days_left) == (status, until, days)
    assert (row.status, row.days_left, row.ends_on) == (status, days, until)
    assert row.access_until == datetime.combine(until, time.min, timezone.utc) - timedelta(seconds=1)
    assert (row.valid_until, row.certificate_days_left) == (NOW + 400 * DAY, 400)
    expected = NOTHING if status is Status.VALID else (NextStep.RENEW_AUTHORISATION, Actor.EMPLOYER)
    assert (row.next_step, row.actor) == expected
    assert row.places[0].status is Status.VALID


def authorised(until: date | None, *certificates: CertificateRecord, **changes: Any) -> HolderRow:
    """The row of Jeanne with this end date."""
    return row_of((replace(JEANNE, anniversary=until, **changes), host(*(certificates or (record(),)))))


def test_without_an_anniversary_the_certificate_alone_counts() -> None:
    row = authorised(None)
    assert (row.authorisation_status, row.authorisation_until, row.authorisation_days_left) == (None, None, None)
    assert (row.status, row.access_until, row.days_left) == (Status.VALID, row.valid_until, 400)


def test_an_authorisation_that_ends_first_comes_before_the_certificate() -> None:
    """Whoever looks for what the employer has to do finds it; the rest stays in the row."""
    row = authorised(TODAY + timedelta(days=3), record(days=30), logged_on=False)
    assert (row.next_step, row.actor, row.days_left) == (NextStep.RENEW_AUTHORISATION, Actor.EMPLOYER, 3)
    assert (row.certificate_step, row.certificate_actor) == (NextStep.LOG_ON, Actor.HOLDER)
    row = authorised(TODAY + timedelta(days=35), record(days=30), logged_on=False)
    assert (row.next_step, row.actor) == (NextStep.LOG_ON, Actor.HOLDER)


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"key_state": "missing"}, Status.KEY_MISSING), ({"not_before": NOW + DAY}, Status.NOT_YET_VALID)],
)
def test_a_certificate_that_gives_no_access_has_no_end_of_access(changes: dict[str, Any], status: Status) -> None:
    """At another workstation there may be access."""
    useless = host(record(**changes), name="ws-2")
    row = row_of((JEANNE, useless))
    assert (row.status, row.access_until, row.days_left, row.ends_on) == (status, None, None, None)
    assert row.valid_until == NOW + 400 * DAY
    for days in (300, 500):
        row = row_of((JEANNE, useless), (JEANNE, host(record(days=days))))
        assert (row.status, row.access_until, row.days_left) == (status, NOW + days * DAY, days)
        assert row.valid_until == row.access_until


def test_the_end_is_a_day_of_the_site() -> None:
    """West of Greenwich, the last second before the end date is a second of the end date in UTC."""
    entry = replace(JEANNE, anniversary=date(2027, 3, 1))
    row = row_of((entry, host(record())), calendar=calendar_of("America/Martinique", 40))
    assert (row.ends_on, str(row.access_until)) == (date(2027, 3, 1), "2027-03-01 03:59:59+00:00")


@pytest.mark.parametrize(
    ("zone", "now", "back"),
    [
        ("Europe/Paris", "2026-11-24T22:59:59", False),
        ("Europe/Paris", "2026-11-24T23:00:00", True),
        ("America/Martinique", "2026-11-25T03:59:59", False),
        ("America/Martinique", "2026-11-25T04:00:00", True),
    ],
)
def test_absent_and_awaited_are_so_until_a_day_of_the_site(zone: str, now: str, back: bool) -> None:
    day = date(2026, 11, 25)
    rules: dict[str, Any] = {
        "calendar": calendar_of(zone, 40),
        "now": datetime.fromisoformat(now).replace(tzinfo=timezone.utc),
    }
    away = row_of((replace(JEANNE, absent_until=day), host(record())), **rules)
    assert (away.absent_until is None) == back
    newcomer = replace(JEANNE, awaiting=Awaiting.BUNDLE, expected_from=day)
    assert lone_row(newcomer, replace(RULES, **rules)).status is (Status.MISSING if back else Status.AWAITED)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_leaves_the_longer_one_counts(order: int) -> None:
    entries = [replace(JEANNE, absent_until=TODAY + days * DAY) for days in (1, 5, 0)][::order]
    assert row_of(*((each, host(record())) for each in entries)).absent_until == TODAY + 5 * DAY


@pytest.mark.parametrize(
    ("zone", "hours", "age"),
    [("UTC", 12, 0), ("UTC", 13, 1), ("Europe/Paris", 13, 0), ("Europe/Paris", 14, 1), ("America/Martinique", 8, 0)],
)
def test_facts_are_as_old_as_the_days_of_the_site(zone: str, hours: int, age: int) -> None:
    rules = replace(RULES, calendar=calendar_of(zone, 40))
    seen = evaluate_host(host(facts_at=NOW - timedelta(hours=hours)), rules)
    assert workstation_row(seen, rules).facts_age_days == age


def test_a_certificate_that_ends_first_ends_access() -> None:
    row = authorised(TODAY + timedelta(days=300), record(days=10))
    assert (row.status, row.access_until, row.days_left) == (Status.RENEWAL_DUE, NOW + 10 * DAY, 10)
    assert row.authorisation_status is Status.VALID


@pytest.mark.parametrize(
    ("what", "status", "step"),
    [
        (host(record(days=10)), Status.EXPIRED, NextStep.RENEW_AUTHORISATION),
        (host(), Status.MISSING, NextStep.RENEW_AUTHORISATION),
        (host(record(), problem=OFF), Status.EXPIRED, NextStep.RENEW_AUTHORISATION),
        (host(record(owner_sid="S-1-5-21-2")), Status.EXPIRED, NextStep.REMOVE_FROM_OTHERS),
    ],
    ids=["due", "missing", "off", "with_another"],
)
def test_nothing_but_a_certificate_with_another_comes_before_an_authorisation_that_has_ended(
    what: Host, status: Status, step: NextStep
) -> None:
    row = row_of((replace(JEANNE, anniversary=TODAY), what))
    assert (row.status, row.next_step) == (status, step)


def test_a_holders_own_anniversary_overrides_the_sites_and_the_later_one_counts() -> None:
    own, of_site, later = (replace(JEANNE, anniversary=date(2027, month, 1)) for month in (3, 6, 9))
    of_site, at_another = (replace(each, is_site_anniversary=True) for each in (of_site, later))

    def until(*entries: HolderEntry, **rules: Any) -> date | None:
        return row_of(*((each, host(record())) for each in entries), **rules).authorisation_until

    assert until(of_site, own) == until(own, of_site) == until(of_site, register={"T1": (own,)}) == date(2027, 3, 1)
    assert until(of_site, at_another) == until(own, later) == date(2027, 9, 1)


def test_the_function_of_any_entry_is_shown() -> None:
    here, physician = host(record()), replace(JEANNE, function="physician")
    assert row_of((JEANNE, here), (physician, here)).function == "physician"
    assert row_of((JEANNE, here), register={"T1": (physician,)}).function == "physician"
    assert row_of((JEANNE, here)).function is None


def row(what: Host, **changes: Any) -> HolderRow:
    entry = replace(JEANNE, **changes)
    return row_of((entry, replace(what, entries=(entry,))))


@pytest.mark.parametrize(
    ("user", "number", "name"),
    [("CHU\\x", "T1", "CHU\\x"), ("S-1-5-21-7", "T1", "T1"), ("S-1-5-21-7", None, "S-1-5-21-7")],
)
def test_a_sid_names_nobody_who_has_a_number(user: str, number: str | None, name: str) -> None:
    assert row(host(), user=user, person=ExpectedSubject(None, number)).name == name


@pytest.mark.parametrize(("awaiting", "step"), [(Awaiting.DOCUMENT, ANNEX), (Awaiting.BUNDLE, BUNDLE)])
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
    anne = parse_holder({"user": "Anne", "name": "Anne", "authorisation": "T3", "awaiting": "document"})
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
        assert found.absent_until == (back if away else None)


def test_leave_hides_nothing_that_others_have_to_do() -> None:
    assert row(host(record(days=10)), absent_until=TOMORROW).status is Status.RENEWAL_DUE
    assert row(host(problem=OFF), absent_until=TOMORROW).status is Status.UNKNOWN
    waiting = row(host(record(days=-3)), absent_until=TOMORROW, outcome="waiting_for_issuer", outcome_at=NOW)
    assert said(waiting) == (Status.EXPIRED, *BUNDLE)
    over = row(host(record(days=10)), absent_until=TOMORROW, logged_on=False, anniversary=TODAY)
    assert (over.status, over.actor) == (Status.EXPIRED, Actor.EMPLOYER)


def test_a_slice_keeps_what_the_inventory_said() -> None:
    entry = replace(JEANNE, awaiting=Awaiting.BUNDLE, expected_from=TOMORROW, absent_until=TOMORROW)
    anne = HolderEntry("Anne", JEANNE.person, awaiting=Awaiting.DOCUMENT, expected_from=TOMORROW)
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
    newcomer = replace(JEANNE, awaiting=Awaiting.DOCUMENT, expected_from=NOW.date() - timedelta(days=90))
    assert step(host(entries=(newcomer,)))[0] is NextStep.RETURN_DOCUMENT


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_step_says_what_to_look_for_and_whom_to_call(language: str) -> None:
    said = {"issuer_contact": "{x} 0158", "issuer_mail_sender": "a@b.example", "issuer_mail_subject": "Key <1>"}
    found = report(host(record(days=5), entries=(WAITS,)), issuer_overdue_days=1, language=language, **said)
    assert all(each in markdown(found).replace("\\", "") for each in said.values())
    assert all(each in holders_csv(found).decode("utf-8-sig") for each in said.values())
    assert "(a@b.example, Key &lt;1&gt;)" in page(found)
    plain = markdown(report(host(record(days=5), entries=(WAITS,)), issuer_overdue_days=1, language=language))
    assert "()" not in plain and "{" not in plain
