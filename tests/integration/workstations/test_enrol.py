# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role enrol keeps its promises in the demo's hospital, twice in a row, under a become that the site sets for everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from integration.plays import SITE_WIDE_BECOME, holder, modules, row, run_play
from integration.stores import Contents, Held, contents
from lab.hospital import Hospital
from lab.people import DESKS, Desk, Seat
from lab.playbook import Run
from lab.winrm import tally

EMULATED = tuple(desk for desk in DESKS if not desk.windows)
SEATS = [(desk, seat) for desk in EMULATED for seat in desk.seats]
LOGGED_ON = [(desk, seat) for desk, seat in SEATS if seat.logged_on]
ABSENT = [(desk, seat) for desk, seat in SEATS if not seat.logged_on]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The hospital after two runs of the same play."""

    hospital: Hospital
    first: Run
    second: Run

    def contents(self, desk: Desk, seat: Seat) -> Contents:
        """The holder's store and key containers."""
        return contents(self.hospital.emulated(desk.name).store_of(seat.person.sid))


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Enrolled]:
    with Hospital(tmp_path_factory.mktemp("hospital"), EMULATED) as hospital:
        runs = [run_play(hospital, roles=["hospital_it.pkcs12.enrol"], **SITE_WIDE_BECOME) for _rest in range(2)]
        yield Enrolled(hospital, *runs)


def name(value: Desk | Seat) -> str:
    return value.name if isinstance(value, Desk) else value.person.login


def test_both_runs_end_well(enrolled: Enrolled) -> None:
    assert [run.exit_code for run in (enrolled.first, enrolled.second)] == [0, 0], enrolled.first.stdout


@pytest.mark.parametrize(("desk", "seat"), LOGGED_ON, ids=name)
def test_holder_has_his_certificate_and_its_key_alone(enrolled: Enrolled, desk: Desk, seat: Seat) -> None:
    person = seat.person
    thumbprint = enrolled.hospital.bundles[person.authorisation].thumbprint
    his = Held(thumbprint, f"{person.name} - {person.authorisation}", works=True)
    assert enrolled.contents(desk, seat) == Contents((his,), orphans=0)


def test_workstation_is_read_once_and_each_enrolment_is_one_command_more(enrolled: Enrolled) -> None:
    per_holder = {desk.name: len(desk.seats) for desk in EMULATED if desk.seats[0].logged_on}
    for desk, holders in per_holder.items():
        enrolment = modules(enrolled.first.requests, desk)
        assert enrolment == ["store_inventory", *["store_exchange"] * holders]
        assert modules(enrolled.second.requests, desk) == ["store_inventory"]
    assert tally(enrolled.first.requests).commands == len(EMULATED) + len(LOGGED_ON)
    assert tally(enrolled.second.requests).commands == len(EMULATED)


def test_second_run_changes_nothing_and_sends_no_bundle(enrolled: Enrolled) -> None:
    assert [found.result["changed"] for found in enrolled.first.holders()].count(True) == len(LOGGED_ON)
    assert [found.result["changed"] for found in enrolled.second.holders()] == [False] * len(SEATS)
    assert set(modules(enrolled.second.requests)) == {"store_inventory"}


@pytest.mark.parametrize(("desk", "seat"), ABSENT, ids=name)
def test_holder_who_is_not_logged_on_is_deferred_by_one_command(enrolled: Enrolled, desk: Desk, seat: Seat) -> None:
    result = holder(enrolled.first, desk.name).result
    assert (result["deferred"], result["failed"], result["changed"]) == (True, False, False)
    assert seat.person.account in result["msg"]
    assert modules(enrolled.first.requests, desk.name) == ["store_inventory"]
    assert enrolled.contents(desk, seat) == Contents((), orphans=0)


def test_read_has_no_become_and_exchange_is_the_holders_without_a_password(enrolled: Enrolled) -> None:
    sent = [entry for entry in enrolled.first.requests if entry.module]
    asked = {(modules([entry])[0], entry.become_user, entry.become_password_given) for entry in sent}
    holders = {("store_exchange", seat.person.account, False) for _rest, seat in LOGGED_ON}
    assert asked == {("store_inventory", None, False)} | holders


def test_sites_become_password_was_tried_on_no_account(enrolled: Enrolled) -> None:
    tried = {desk.name: dict(enrolled.hospital.emulated(desk.name).accounts.bad_passwords) for desk in EMULATED}
    assert tried == {desk.name: {} for desk in EMULATED}


def test_facts_of_a_workstation_list_all_its_holders(enrolled: Enrolled) -> None:
    cardio = next(desk for desk in EMULATED if len(desk.seats) == 2)
    facts = row(enrolled.first, "holder_certificates", cardio.name).result["ansible_facts"]["pkcs12"]
    listed = {found["owner_sid"]: found["key_state"] for found in facts["certificates"]}
    first, second = (seat.person.sid for seat in cardio.seats)
    assert listed == {first: "proven", second: "proven"}
