# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole report: nobody is left out, nobody is in it twice, and the same facts give the same report."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_records import records_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import (
    NextStep,
    Reachability,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.summary import summary
from unit.plugins.plugin_utils._mail.deliveries import known
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, PARAMETERS, PAUL, host, record, report

ANNE = HolderEntry("Anne Roux", ExpectedSubject("Anne Roux", "T3"), NOW.date() + timedelta(days=5))


def test_everybody_is_in_it_once() -> None:
    found = report(
        host(record(), entries=(JEANNE, PAUL)), host(name="ws-2"), Host("ws-3", (PAUL,)), people=(ANNE, ANNE, JEANNE)
    )
    assert [row.authorisation for row in found.holders] == ["T1", "T2"]
    assert [len(row.places) for row in found.holders] == [2, 2]
    (anne,) = found.without_workstation
    assert (anne.status, anne.next_step, anne.actor) == (Status.MISSING, NextStep.ASSIGN_WORKSTATION, Actor.IT)
    assert anne.authorisation_status is Status.RENEWAL_DUE
    assert [row.workstation for row in found.workstations] == ["ws-1", "ws-2", "ws-3"]


def test_a_number_that_is_written_in_several_ways_is_one_holder_with_his_certificate_and_delivery() -> None:
    second = replace(JEANNE, user="CHU\\second", person=ExpectedSubject("Jeanne Dupont", "t 1"))
    collected = records_of(known("T 1 "))
    for entries in ((JEANNE, second), (second, JEANNE)):
        (row,) = build(
            Sources((host(record(), entries=entries),), (), None, None, deliveries=collected), PARAMETERS
        ).holders
        assert (row.authorisation, row.status, len(row.places)) == ("T1", Status.VALID, 2)
        assert row.delivery is not None


def test_a_certificate_that_nobody_has_is_listed_apart() -> None:
    card = record("T9", days=300, related=False)
    found = report(host(record(), record("T9"), card))
    assert [row.certificate.subject_cn for row in found.without_holder] == ["Somebody - T9"]
    assert len(found.certificates) == 3


def test_somebody_without_a_workstation_has_a_certificate_in_another_store() -> None:
    found = report(host(record("T3")), people=(ANNE,))
    assert (found.certificates[0].holder, found.certificates[0].status) == ("T3", Status.WRONG_HOLDER)
    assert found.without_holder == ()


def test_who_is_well_off_and_whose_certificate_is_where_he_does_not_work_is_a_task_for_it() -> None:
    pauls = record(days=300, owner_sid=PAUL.owner_sid)
    found = report(host(record()), host(pauls, entries=(PAUL,), name="ws-2"))
    jeanne, paul = found.holders
    assert (jeanne.status, jeanne.next_step, jeanne.actor) == (Status.VALID, NextStep.REMOVE_FROM_OTHERS, Actor.IT)
    assert jeanne.places[0].next_step is NextStep.NOTHING
    assert (paul.status, paul.next_step) == (Status.MISSING, NextStep.ENROL)


def test_a_holders_own_store_is_his_at_every_workstation() -> None:
    """Where the inventory does not know that he works there, it is the inventory that lacks something."""
    found = report(host(record()), host(record(days=300), entries=(PAUL,), name="ws-2"))
    assert [row.status for row in found.certificates] == [Status.VALID, Status.VALID]
    jeanne = found.holders[0]
    assert (jeanne.status, jeanne.next_step, jeanne.actor) == (Status.VALID, NextStep.ASSIGN_WORKSTATION, Actor.IT)
    for unusable in (record(days=-1), record(archived=True)):
        found = report(host(record()), host(unusable, entries=(PAUL,), name="ws-2"))
        assert found.holders[0].next_step is NextStep.NOTHING


def test_the_order_of_what_comes_in_does_not_matter() -> None:
    hosts = (host(record(), record(days=5)), host(record("T2"), name="ws-2", entries=(PAUL, JEANNE)), Host("ws-0", ()))
    first, *others = (report(*order, people=(ANNE,)) for order in itertools.permutations(hosts))
    assert others
    assert all(other == first for other in others)


def test_names_are_sorted_as_in_a_register() -> None:
    names = ["Zo\u00e9 Roux", "\u00c9lodie Lef\u00e8vre", "Eric Blanc", "anne Roux", "Farid Amrani"]
    people = tuple(HolderEntry(name, ExpectedSubject(name, f"T{number}")) for number, name in enumerate(names, 10))
    found = [row.name for row in report(people=people).without_workstation]
    assert found == ["anne Roux", "\u00c9lodie Lef\u00e8vre", "Eric Blanc", "Farid Amrani", "Zo\u00e9 Roux"]


@pytest.mark.parametrize(("inventory", "register", "days"), [(None, 5, 5), (9, 5, 9), (9, 370, 370), (9, None, 9)])
def test_the_register_may_know_until_when_somebody_is_authorised(
    inventory: int | None, register: int | None, days: int
) -> None:
    entries = [
        replace(JEANNE, anniversary=NOW.date() + timedelta(days=end) if end else None) for end in (inventory, register)
    ]
    (row,) = report(host(record(), entries=(entries[0],)), people=(ANNE, entries[1])).holders
    assert row.authorisation_days_left == days


def test_days_are_the_sites() -> None:
    late = NOW.replace(hour=23, minute=30)
    end = record(not_after=(late + 41 * DAY).replace(hour=1))
    in_utc, in_paris = (
        report(host(end, facts_at=late), report_date=late, time_zone=zone).holders[0].days_left
        for zone in ("UTC", "Europe/Paris")
    )
    assert (in_utc, in_paris) == (41, 40)


def test_the_summary_counts_what_is_there() -> None:
    found = summary(report(host(record(days=9)), Host("ws-2", (PAUL,)), people=(ANNE,)))
    counted = {status: 1 for status in Status if status in {Status.RENEWAL_DUE, Status.MISSING, Status.NEVER_SEEN}}
    assert list(found.by_status.items()) == list(counted.items())
    assert found.workstations == {Reachability.ANSWERED: 1, Reachability.NEVER_SEEN: 1}
    assert {type(answer) for answer in found.workstations} == {Reachability}, "statuses have the same names"
    assert (found.holders, found.without_workstation, found.first_end) == (3, 1, NOW + 9 * DAY)
