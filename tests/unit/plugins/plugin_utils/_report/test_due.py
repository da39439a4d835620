# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is due: a status that the site names, who had to log on, and who is unknown with an end that is near or not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status, Subject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.due import due_result, is_due
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, OFF, PAUL, host, record, report
from unit.plugins.plugin_utils._report.reports import places

(PLACE,) = places(1)
STATUSES = [status for status in Status if Subject.HOLDER in status.of and status is not Status.UNKNOWN]


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_due_when_the_site_names_it_however_far_its_end_is(status: Status) -> None:
    for days_left in (-3, 40, 400, None):
        place = replace(PLACE, status=status, days_left=days_left, outcome=None)
        others = [each.value for each in STATUSES if each is not status]
        assert [is_due(place, named, 40) for named in ([status.value], others)] == [True, False]


@pytest.mark.parametrize(("outcome", "due"), [("deferred", True), ("renewed", False), ("failed", False), (None, False)])
def test_who_had_to_log_on_in_the_last_run_is_due(outcome: str | None, due: bool) -> None:
    assert is_due(replace(PLACE, status=Status.VALID, days_left=400, outcome=outcome), ["missing"], 40) is due


@pytest.mark.parametrize(("days_left", "due"), [(None, True), (-3, True), (40, True), (41, False)])
def test_who_is_unknown_is_due_without_an_end_and_with_one_within_the_days(days_left: int | None, due: bool) -> None:
    place = replace(PLACE, status=Status.UNKNOWN, days_left=days_left, outcome=None)
    assert is_due(place, ["missing"], 40) is due
    assert is_due(place, ["unknown"], 40)


def test_a_workstation_is_due_when_one_of_its_holders_is() -> None:
    both = host(record(), record("T2", days=20, owner_sid="S-1-5-21-2", owner="CHU\\pmartin"), entries=(JEANNE, PAUL))
    found = due_result(report(both), ["renewal_due"], 40)
    assert (found["due"], found["revoked"]) == (True, False)
    assert [(row["name"], row["status"]) for row in found["rows"]] == [
        ("Jeanne Dupont", "valid"),
        ("Paul Martin", "renewal_due"),
    ]
    assert not due_result(report(both), ["missing"], 40)["due"]


def test_a_row_says_until_when_there_is_access_and_whether_the_workstation_was_seen() -> None:
    valid, missing, silent, new = (
        due_result(report(what), [], 40)["rows"][0]
        for what in (
            host(record()),
            host(),
            host(record(), problem=OFF, facts_at=NOW - DAY),
            host(facts_at=None, entries=(replace(JEANNE, in_facts=False),)),
        )
    )
    assert valid["ends_on"] == (NOW + 400 * DAY).date().isoformat()
    assert [(row["status"], row["ends_on"], row["was_seen"]) for row in (missing, new)] == [
        ("missing", None, True),
        ("never_seen", None, False),
    ]
    assert (silent["status"], silent["was_seen"]) == ("unknown", True)


def test_a_revoked_certificate_is_told_apart_because_the_workstation_does_not_know_it() -> None:
    known = report(host(record()))
    (row,) = known.holders
    revoked = replace(row, places=tuple(replace(place, status=Status.REVOKED) for place in row.places))
    for statuses, due in ((["revoked"], True), (["missing"], False)):
        found = due_result(replace(known, holders=(revoked,)), statuses, 40)
        assert (found["due"], found["revoked"]) == (due, True)


def test_a_host_without_holders_and_facts_has_no_rows_and_is_not_due() -> None:
    assert due_result(report(), ["never_seen"], 40) == {"due": False, "revoked": False, "rows": []}
