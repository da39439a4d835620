# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole report: nobody is left out or in it twice, the same facts give the same report, and what leavers have left is a finding."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_records import records_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import Issuers, Profile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Reachability, Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.summary import summary
from unit.plugins.plugin_utils._mail.deliveries import known
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, PARAMETERS, PAUL, host, problem, record, report

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


def test_the_summary_counts_what_is_there() -> None:
    found = summary(report(host(record(days=9)), Host("ws-2", (PAUL,)), people=(ANNE,)))
    counted = {status: 1 for status in Status if status in {Status.RENEWAL_DUE, Status.MISSING, Status.NEVER_SEEN}}
    assert list(found.by_status.items()) == list(counted.items())
    assert found.workstations == {Reachability.ANSWERED: 1, Reachability.NEVER_SEEN: 1}
    assert {type(answer) for answer in found.workstations} == {Reachability}, "statuses have the same names"
    assert (found.holders, found.without_workstation, found.first_end) == (3, 1, (NOW + 9 * DAY).date())


NINE = record("T9", subject_cn="Jeanne Dupont - T9")
LEFT = (NextStep.RETIRE_LEAVER, Actor.IT)


def left(*certificates: Any, leavers: frozenset[str] = frozenset(), **changes: Any) -> Report:
    """The report of one workstation and of who has left."""
    return build(Sources((host(*certificates, **changes),), (), None, None, leavers), PARAMETERS)


@pytest.mark.parametrize("entries", [(JEANNE, PAUL), (PAUL,)], ids=["in_the_inventory", "gone"])
def test_a_leaver_is_no_holder_and_the_certificate_is_a_finding(entries: Any) -> None:
    found = left(record(), entries=entries, leavers=frozenset({"T1"}))
    assert [row.authorisation for row in found.holders] == ["T2"]
    assert [(row.holder, row.next_step, row.actor) for row in found.without_holder] == [("T1", *LEFT)]
    assert "run the playbook retire" in page(found)
    assert "run the playbook retire" in markdown(found)


@pytest.mark.parametrize("written", ["t1", " T1 ", "T 1"])
def test_a_leaver_is_found_however_the_number_is_written(written: str) -> None:
    """A certificate must not count as a leaver's while its holder still counts as a holder."""
    found = left(record(), entries=(JEANNE, PAUL), leavers=frozenset({written}))
    assert [row.authorisation for row in found.holders] == ["T2"]
    assert [(row.holder, row.next_step, row.actor) for row in found.without_holder] == [("T1", *LEFT)]


def test_a_leaver_whom_the_inventory_writes_in_two_ways_has_left_in_both() -> None:
    again = replace(JEANNE, user="CHU\\second", owner_sid="S-1-5-21-9", person=ExpectedSubject("Jeanne Dupont", "t 1"))
    for entries in ((JEANNE, again, PAUL), (again, JEANNE, PAUL)):
        found = left(record(), entries=entries, leavers=frozenset({"T1"}))
        assert [row.authorisation for row in found.holders] == ["T2"]
        assert [(row.holder, row.next_step) for row in found.without_holder] == [("T1", NextStep.RETIRE_LEAVER)]


def test_a_leavers_certificate_in_an_account_that_others_share_is_in_the_own_store() -> None:
    shared = replace(PAUL, owner_sid=JEANNE.owner_sid)
    (row,) = left(record(), entries=(JEANNE, shared), leavers=frozenset({"T1"})).without_holder
    assert (row.status, row.next_step) == (Status.VALID, NextStep.RETIRE_LEAVER)


def test_a_leavers_certificate_in_the_store_of_another_holder_is_said_to_be_there() -> None:
    there = record(owner_sid=str(PAUL.owner_sid))
    for leaver in (JEANNE, replace(JEANNE, owner_sid=None)):
        (row,) = left(there, entries=(leaver, PAUL), leavers=frozenset({"T1"})).without_holder
        assert (row.status, row.next_step) == (Status.WRONG_HOLDER, NextStep.RETIRE_LEAVER)


@pytest.mark.parametrize("entries", [(JEANNE, PAUL), (PAUL,)], ids=["in_the_inventory", "gone"])
@pytest.mark.parametrize("owner", [JEANNE.owner_sid, PAUL.owner_sid])
def test_people_read_that_it_is_a_leavers(entries: Any, owner: str) -> None:
    there, pauls = record(owner_sid=owner), record("T2", owner_sid="S-1-5-21-2", thumbprint="B" * 40)
    found = left(there, pauls, entries=entries, leavers=frozenset({"T1"}))
    assert page(found).count("of a leaver<") == 2  # among the certificates without a holder, and among all
    assert markdown(found).count("| of a leaver, ") == 1
    assert "of a leaver" not in page(left(there, pauls, entries=(JEANNE, PAUL)))


@pytest.mark.parametrize(
    ("outcome", "days_ago", "step"),
    [
        ("removal_failed", 0, NextStep.MEND_FAILURE),
        ("removal_failed", 9, NextStep.RETIRE_LEAVER),  # nobody knows whether it would fail today
        ("failed", 0, NextStep.RETIRE_LEAVER),  # a renewal from before the last day
    ],
)
def test_a_leavers_row_has_what_the_last_removal_came_to(outcome: str, days_ago: int, step: NextStep) -> None:
    refused = problem("ambiguous_key", name="CHU\\jdupont", file="C:\\copy", computer="WS-1")
    jeanne = replace(JEANNE, outcome=outcome, outcome_at=NOW - timedelta(days=days_ago), problem=refused)
    found = left(record(), entries=(jeanne, PAUL), leavers=frozenset({"T1"}))
    (row,) = found.without_holder
    assert (row.next_step, row.problem) == (step, refused if step is NextStep.MEND_FAILURE else None)
    for shown in (page(found), markdown(found)):
        assert ("the removal failed" in shown) == (step is NextStep.MEND_FAILURE)


def test_what_retire_would_keep_of_a_leaver_is_not_left_to_it() -> None:
    signed, own, another = record(), record(signed_by="self_signed"), Issuers((Profile("", "CN=Another"),))
    for given, site, step in (
        (signed, Issuers(), NextStep.RETIRE_LEAVER),
        (own, Issuers(), NextStep.REMOVE_BY_THUMBPRINT),
        (signed, another, NextStep.REMOVE_BY_THUMBPRINT),
    ):
        known = Sources((host(given, entries=(JEANNE, PAUL)),), (), None, None, frozenset({"T1"}), site=site)
        found = build(known, PARAMETERS)
        assert [(row.next_step, row.actor) for row in found.without_holder] == [(step, Actor.IT)]
        assert ("remove it by its thumbprint" in page(found)) == (step is NextStep.REMOVE_BY_THUMBPRINT)


def test_nobody_renews_what_a_leaver_has() -> None:
    ends_soon = record(not_after=NOW + 20 * DAY, status=Status.RENEWAL_DUE)
    (row,) = left(ends_soon, entries=(JEANNE, PAUL), leavers=frozenset({"T1"})).without_holder
    assert row.status is Status.VALID
    (mine,) = left(ends_soon).certificates
    assert mine.status is Status.RENEWAL_DUE


def test_a_leaver_without_a_certificate_is_no_finding() -> None:
    found = left(record("T2", owner_sid="S-1-5-21-2"), entries=(JEANNE, PAUL), leavers=frozenset({"T1"}))
    assert (found.without_holder, [row.authorisation for row in found.holders]) == ((), ["T2"])


def test_a_number_of_nobody_is_a_finding_and_what_is_not_offered_is_no_work() -> None:
    (row,) = left(record(), record("T9")).without_holder
    assert (row.holder, row.next_step, row.actor) == (None, *LEFT)
    (row,) = left(record("T9", archived=True)).without_holder
    assert (row.next_step, row.actor) == (NextStep.NOTHING, Actor.NOBODY)
    (mine,) = left(record()).certificates
    assert (mine.next_step, mine.actor) == (NextStep.NOTHING, Actor.NOBODY)
    assert left(record("T9", related=False)).without_holder == ()


@pytest.mark.parametrize("name", ["Jeanne Dupont", "Dupont Jeanne", None])
def test_a_certificate_of_nobody_in_the_name_of_a_holder_who_has_none_points_to_the_number(name: str | None) -> None:
    """A typing error in the inventory must not lead to the removal of a good certificate."""
    jeanne = replace(JEANNE, person=ExpectedSubject(name, "T1"))
    found = left(NINE, entries=(jeanne,))
    (row,) = found.without_holder
    assert (row.next_step, row.actor) == (NextStep.CHECK_NUMBER, Actor.IT)
    assert "check the holder\u2019s number in the inventory" in markdown(found)


def test_one_in_the_store_of_somebody_else_says_nothing_of_the_number() -> None:
    there = replace(NINE, owner_sid=str(PAUL.owner_sid))
    (row,) = left(there, entries=(JEANNE, PAUL)).without_holder
    assert (row.next_step, row.actor) == LEFT


def test_one_that_is_left_from_whoever_had_the_account_before_has_to_go() -> None:
    """The account is right, and so is the number of the holder who has it now."""
    anna = replace(JEANNE, person=ExpectedSubject("Anna Weber", "T1"))
    (row,) = left(NINE, entries=(anna,)).without_holder
    assert (row.next_step, row.actor) == LEFT
    married = replace(JEANNE, person=ExpectedSubject("Anna Weber", "T1", former_name="Jeanne Dupont"))
    (row,) = left(NINE, entries=(married,)).without_holder
    assert row.next_step is NextStep.CHECK_NUMBER
