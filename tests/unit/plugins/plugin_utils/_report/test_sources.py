# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a workstation, wherever it comes from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor, Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import (
    HolderEntry,
    holder_record,
    workstation_rules,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    SCHEMA,
    AuditRecord,
    BrowserProblem,
    BrowserRecord,
    ProfileRecord,
    UnreadRecord,
    WorkstationRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, StoreOwner
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import host_of, hosts_of, merged
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, OFF, PAUL, RULES, host, problem, record, report

ENTRY = {"user": "CHU\\jdupont", "name": "Jeanne Dupont", "authorisation": "T1"}

UNREADABLE = Pkcs12Error(problem("bad_arguments.a_code_of_the_future"))


def facts(**changes: Any) -> dict[str, Any]:
    rules = workstation_rules([JEANNE], None, RULES.calendar, NOW)
    holders = (holder_record(JEANNE, (), (), rules),)
    usual = WorkstationRecord(
        SCHEMA, NOW, "WS-1", NOW, -2, 19045, "CHU\\svc", "FullLanguage", (), holders, (record(),), 3, (), ()
    )
    return to_map(usual) | changes


WRONG = problem("unusable_variables.workstation")


def audit(problem: Problem | None = None, at: datetime = NOW) -> dict[str, Any]:
    return to_map(AuditRecord(problem, at))


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (audit(OFF, NOW + DAY), OFF),
        (audit(OFF), OFF),
        (audit(OFF, NOW - DAY), None),
        (audit(), None),
        (None, None),
        ({"problem": "No route."}, None),
    ],
    ids=["since", "at_once", "before", "answered", "nobody_asked", "somebody_elses_fact"],
)
def test_what_an_audit_said_holds_until_the_workstation_answers(said: Any, problem: Problem | None) -> None:
    assert host_of("ws-1", {"ansible_facts": {"pkcs12": facts(), "pkcs12_fact_audit": said}}).problem == problem


def test_a_host_is_its_inventory_and_its_facts() -> None:
    entry = ENTRY | {"authorisation_anniversary": "2027-03-01"}
    found = host_of(
        "ws-1", {"ansible_facts": {"pkcs12": facts(), "pkcs12_fact_audit": audit()}, "pkcs12_holders": [entry]}
    )
    assert found.entries == (replace(JEANNE, anniversary=date(2027, 3, 1)),)
    assert (found.computer, found.facts_at, found.clock_skew_seconds, found.not_listed) == ("WS-1", NOW, -2, 3)
    assert found.certificates == (record(),)


@pytest.mark.parametrize("facts_are_there", [True, False])
def test_what_browsers_lack_is_known_with_and_without_an_audit(facts_are_there: bool) -> None:
    cached = {"pkcs12_fact_browsers": to_map(BrowserRecord((BrowserProblem.EDGE,), NOW))}
    cached |= {"pkcs12": facts()} if facts_are_there else {}
    assert host_of("ws-1", {"ansible_facts": cached}).browsers == (BrowserProblem.EDGE,)


@pytest.mark.parametrize("said", [None, {}, {"problems": ["lynx"], "at": "2026-11-25T12:00:00Z"}, "edge"])
def test_what_is_no_fact_about_browsers_is_passed_over(said: Any) -> None:
    assert host_of("ws-1", {"ansible_facts": {"pkcs12_fact_browsers": said}}).browsers == ()


def test_a_host_that_was_never_asked_has_its_inventory_alone() -> None:
    found = host_of("ws-1", {"pkcs12_holders": [ENTRY], "ansible_facts": {"pkcs12_fact_audit": audit(OFF)}})
    assert (found.facts_at, found.problem, found.certificates) == (None, OFF, ())
    assert found.entries == (HolderEntry("CHU\\jdupont", ExpectedSubject("Jeanne Dupont", "T1")),)


@pytest.mark.parametrize(
    "broken",
    [facts(schema=1), {"schema": 5}, facts(certificates=[{}]), facts(gathered_at="yesterday"), ["schema"]],
    ids=["newer", "empty", "certificate", "date", "list"],
)
def test_facts_that_cannot_be_read_are_a_problem_with_a_reason(broken: Any) -> None:
    found = host_of("ws-1", {"ansible_facts": {"pkcs12": broken, "pkcs12_fact_audit": audit()}})
    assert found.facts_at is None
    assert found.problem
    assert found.problem.kind == "unusable_facts"


def test_facts_of_the_schema_before_are_unusable_until_the_next_audit() -> None:
    """They say why a run failed in another form. Nothing of them is told, and an audit replaces them."""
    found = host_of("ws-1", {"pkcs12_holders": [ENTRY], "ansible_facts": {"pkcs12": facts(schema=2)}})
    assert found.problem == problem("unusable_facts.schema", schema="2")
    assert (found.facts_at, found.certificates) == (None, ())
    assert found.entries == (HolderEntry("CHU\\jdupont", ExpectedSubject("Jeanne Dupont", "T1")),)
    (row,) = report(found).holders
    assert (row.status, row.next_step, row.actor) == (Status.NEVER_SEEN, NextStep.RUN_AUDIT, Actor.IT)


UNUSABLE: list[tuple[dict[str, Any], str]] = [
    ({"pkcs12_holders": [ENTRY | {"authorisation_anniversary": "1st of March"}]}, "1st of March"),
    # A misspelt date would be no date, and access would seem to last longer.
    ({"pkcs12_holders": [ENTRY | {"authorization_anniversary": "2026-12-01"}]}, "authorization_anniversary"),
    ({"pkcs12_holders": ENTRY}, "a_mapping"),
    ({"pkcs12_holders": [ENTRY], "pkcs12_authorisation_anniversary": "soon"}, "soon"),
    ({"pkcs12_holders": UNREADABLE}, "bad_arguments"),
    ({"pkcs12_holders": [ENTRY], "pkcs12_authorisation_anniversary": UNREADABLE}, "bad_arguments"),
    ({"pkcs12_holders": [ENTRY], "pkcs12_leavers": UNREADABLE}, "bad_arguments"),
]


@pytest.mark.parametrize(("variables", "said"), UNUSABLE, ids=[str(number) for number in range(len(UNUSABLE))])
def test_of_unusable_variables_the_facts_still_say_who_works_there(variables: dict[str, Any], said: str) -> None:
    cached = {"pkcs12": facts(), "pkcs12_fact_audit": audit(OFF, NOW + DAY)}
    found = host_of("ws-1", variables | {"ansible_facts": cached})
    assert found.problem
    assert found.problem.code == "unusable_variables.workstation"
    assert said in str(found.problem.causes)
    assert found.refusal
    assert [entry.person.authorisation for entry in found.entries] == ["T1"]
    assert (found.facts_at, len(found.certificates)) == (NOW, 1)


def test_of_unusable_variables_without_facts_nobody_is_known() -> None:
    found = host_of("ws-1", {"pkcs12_holders": ENTRY})
    assert (found.entries, found.facts_at) == ((), None)
    assert found.refusal
    assert found.refusal.code == "bad_arguments"


@pytest.mark.parametrize("newer", ["inventory", "slice"])
def test_a_slice_does_not_hide_unusable_variables(newer: str) -> None:
    ages = {"inventory": NOW - DAY, "slice": NOW - DAY} | {newer: NOW}
    mine = host(entries=(), facts_at=ages["inventory"], problem=WRONG, refusal=UNREADABLE)
    (found,) = merged([mine], [host(record(), facts_at=ages["slice"], problem=None)])
    assert (found.problem, found.refusal, found.facts_at) == (WRONG, UNREADABLE, NOW)
    assert found.entries == (JEANNE,)


def test_workstations_come_back_from_their_report() -> None:
    entry = replace(JEANNE, anniversary=date(2027, 3, 1), account=None, outcome="deferred", outcome_at=NOW - DAY)
    told = host(record(), entries=(entry,), not_listed=2, problem=None, browsers=(BrowserProblem.FIREFOX,))
    (back,) = hosts_of(report(told))
    assert back == told


def test_a_merge_of_slices_is_the_report_of_the_whole() -> None:
    strangers = (record("T2", days=300), record())
    one, two = host(*strangers, problem=None), host(name="ws-2", entries=(PAUL,), problem=None)
    whole = report(one, two)
    slices = [report(one), report(two)]
    assert report(*merged((), [host for part in slices for host in hosts_of(part)])) == whole
    # Only the whole knows that the stranger in ws-1 is Paul, whose workstation is ws-2.
    assert [row.holder for row in slices[0].without_holder] == [None]
    assert whole.without_holder == ()


def test_the_newest_facts_count_and_the_inventory_says_who_works_there() -> None:
    old, new = host(record(), facts_at=NOW - DAY), host(record(days=900))
    inventory = host(entries=(replace(PAUL, owner_sid=None), JEANNE), facts_at=None)
    for order in ((old, new), (new, old)):
        (found,) = merged((inventory,), order)
        assert (found.facts_at, found.certificates) == (NOW, new.certificates)
        assert [entry.user for entry in found.entries] == [PAUL.user, JEANNE.user]
    (alone,) = merged((), (old, new))
    assert alone == new


def test_of_the_same_facts_those_count_that_know_of_a_later_silence() -> None:
    """Every slice has the facts of all from the cache; the one that asked the workstation knows that it is off by now."""
    before, since = host(record()), host(record(), problem=OFF)
    never, tried = host(facts_at=None, problem=None), host(facts_at=None, problem=OFF)
    for order in ((before, since), (since, before)):
        assert merged((), order) == (since,)
    for order in ((never, tried), (tried, never)):
        assert merged((), order) == (tried,)
        assert merged(order[:1], order[1:]) == (tried,)


def test_what_the_inventory_has_stays_when_the_earlier_report_is_older() -> None:
    (found,) = merged((host(record()),), (host(facts_at=NOW - DAY, entries=(PAUL,)),))
    assert found == host(record())


def test_of_equally_new_facts_the_inventorys_count() -> None:
    (found,) = merged((host(computer="HERE"),), (host(computer="THERE"),))
    assert found.computer == "HERE"


def test_the_owner_of_an_unread_store_has_the_name_of_the_profile_also_in_an_earlier_report() -> None:
    sids = ("S-1-5-21-7", "S-1-5-21-8", "S-1-5-21-9")
    unread = [to_map(UnreadRecord(sid, "CurrentUser\\My", "redirected", "")) for sid in sids[:2]]
    profiles = [
        to_map(ProfileRecord(sid, owner, "C:\\Users\\x", False, False, False))
        for sid, owner in zip(sids, ("CHU\\guest", None, "CHU\\other"), strict=True)
    ]
    variables = {"ansible_facts": {"pkcs12": facts(unread=unread, profiles=profiles)}, "pkcs12_holders": [ENTRY]}
    found = host_of("ws-1", variables)
    assert found.store_owners == (StoreOwner("S-1-5-21-7", "CHU\\guest"), StoreOwner("S-1-5-21-8", "C:\\Users\\x"))
    assert hosts_of(report(found))[0].store_owners == found.store_owners


def test_the_owner_of_a_certificate_that_names_nobody_is_known_by_the_profile() -> None:
    profiles = [
        to_map(ProfileRecord(sid, None, f"C:\\Users\\{sid[-1]}", True, False, True))
        for sid in ("S-1-5-21-7", "S-1-5-21-8")
    ]
    rows = [to_map(record(owner_sid="S-1-5-21-7", owner=None)), to_map(record(owner_sid="S-1-5-21-8"))]
    variables = {"ansible_facts": {"pkcs12": facts(certificates=rows, profiles=profiles)}, "pkcs12_holders": [ENTRY]}
    assert host_of("ws-1", variables).store_owners == (StoreOwner("S-1-5-21-7", "C:\\Users\\7"),)
