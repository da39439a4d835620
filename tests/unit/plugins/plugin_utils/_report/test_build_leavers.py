# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate of a leaver, or of nobody, is a finding, whether or not the inventory still has the person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Report
from unit.plugins.plugin_utils._report.known import JEANNE, PARAMETERS, PAUL, host, record

NINE = record("T9", subject_cn="Jeanne Dupont - T9")
LEFT = (NextStep.RETIRE_LEAVER, Actor.IT)


def report(*certificates: Any, leavers: frozenset[str] = frozenset(), **changes: Any) -> Report:
    return build(Sources((host(*certificates, **changes),), (), None, None, leavers), PARAMETERS)


@pytest.mark.parametrize("entries", [(JEANNE, PAUL), (PAUL,)], ids=["in_the_inventory", "gone"])
def test_a_leaver_is_no_holder_and_the_certificate_is_a_finding(entries: Any) -> None:
    found = report(record(), entries=entries, leavers=frozenset({"T1"}))
    assert [row.authorisation for row in found.holders] == ["T2"]
    assert [(row.holder, row.next_step, row.actor) for row in found.without_holder] == [("T1", *LEFT)]
    assert "with the role retire" in page(found)
    assert "with the role retire" in markdown(found)


@pytest.mark.parametrize("written", ["t1", " T1 ", "T 1"])
def test_a_leaver_is_found_however_the_number_is_written(written: str) -> None:
    """A certificate must not count as a leaver's while its holder still counts as a holder."""
    found = report(record(), entries=(JEANNE, PAUL), leavers=frozenset({written}))
    assert [row.authorisation for row in found.holders] == ["T2"]
    assert [(row.holder, row.next_step, row.actor) for row in found.without_holder] == [("T1", *LEFT)]


def test_a_leaver_whom_the_inventory_writes_in_two_ways_has_left_in_both() -> None:
    again = replace(JEANNE, user="CHU\\second", owner_sid="S-1-5-21-9", person=ExpectedSubject("Jeanne Dupont", "t 1"))
    for entries in ((JEANNE, again, PAUL), (again, JEANNE, PAUL)):
        found = report(record(), entries=entries, leavers=frozenset({"T1"}))
        assert [row.authorisation for row in found.holders] == ["T2"]
        assert [(row.holder, row.next_step) for row in found.without_holder] == [("T1", NextStep.RETIRE_LEAVER)]


def test_a_leavers_certificate_in_an_account_that_others_share_is_in_the_own_store() -> None:
    shared = replace(PAUL, owner_sid=JEANNE.owner_sid)
    (row,) = report(record(), entries=(JEANNE, shared), leavers=frozenset({"T1"})).without_holder
    assert (row.status, row.next_step) == (Status.VALID, NextStep.RETIRE_LEAVER)


def test_a_leavers_certificate_in_the_store_of_another_holder_is_said_to_be_there() -> None:
    there = record(owner_sid=str(PAUL.owner_sid))
    for leaver in (JEANNE, replace(JEANNE, owner_sid=None)):
        (row,) = report(there, entries=(leaver, PAUL), leavers=frozenset({"T1"})).without_holder
        assert (row.status, row.next_step) == (Status.WRONG_HOLDER, NextStep.RETIRE_LEAVER)


@pytest.mark.parametrize("entries", [(JEANNE, PAUL), (PAUL,)], ids=["in_the_inventory", "gone"])
@pytest.mark.parametrize("owner", [JEANNE.owner_sid, PAUL.owner_sid])
def test_people_read_that_it_is_a_leavers(entries: Any, owner: str) -> None:
    there, pauls = record(owner_sid=owner), record("T2", owner_sid="S-1-5-21-2", thumbprint="B" * 40)
    found = report(there, pauls, entries=entries, leavers=frozenset({"T1"}))
    assert page(found).count("of a leaver<") == 2  # among the certificates without a holder, and among all
    assert markdown(found).count("| of a leaver, ") == 1
    assert "of a leaver" not in page(report(there, pauls, entries=(JEANNE, PAUL)))


def test_a_leaver_without_a_certificate_is_no_finding() -> None:
    found = report(record("T2", owner_sid="S-1-5-21-2"), entries=(JEANNE, PAUL), leavers=frozenset({"T1"}))
    assert (found.without_holder, [row.authorisation for row in found.holders]) == ((), ["T2"])


def test_a_number_of_nobody_is_a_finding_and_what_is_not_offered_is_no_work() -> None:
    (row,) = report(record(), record("T9")).without_holder
    assert (row.holder, row.next_step, row.actor) == (None, *LEFT)
    (row,) = report(record("T9", archived=True)).without_holder
    assert (row.next_step, row.actor) == (NextStep.NOTHING, Actor.NOBODY)
    (mine,) = report(record()).certificates
    assert (mine.next_step, mine.actor) == (NextStep.NOTHING, Actor.NOBODY)
    assert report(record("T9", related=False)).without_holder == ()


@pytest.mark.parametrize("name", ["Jeanne Dupont", "Dupont Jeanne", None])
def test_a_certificate_of_nobody_in_the_name_of_a_holder_who_has_none_points_to_the_number(name: str | None) -> None:
    """A typing error in the inventory must not lead to the removal of a good certificate."""
    jeanne = replace(JEANNE, person=ExpectedSubject(name, "T1"))
    found = report(NINE, entries=(jeanne,))
    (row,) = found.without_holder
    assert (row.next_step, row.actor) == (NextStep.CHECK_NUMBER, Actor.IT)
    assert "check the holder\u2019s number in the inventory" in markdown(found)


def test_one_in_the_store_of_somebody_else_says_nothing_of_the_number() -> None:
    there = replace(NINE, owner_sid=str(PAUL.owner_sid))
    (row,) = report(there, entries=(JEANNE, PAUL)).without_holder
    assert (row.next_step, row.actor) == LEFT


def test_one_that_is_left_from_whoever_had_the_account_before_has_to_go() -> None:
    """The account is right, and so is the number of the holder who has it now."""
    anna = replace(JEANNE, person=ExpectedSubject("Anna Weber", "T1"))
    (row,) = report(NINE, entries=(anna,)).without_holder
    assert (row.next_step, row.actor) == LEFT
    married = replace(JEANNE, person=ExpectedSubject("Anna Weber", "T1", former_name="Jeanne Dupont"))
    (row,) = report(NINE, entries=(married,)).without_holder
    assert row.next_step is NextStep.CHECK_NUMBER
