# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier facts say of a key holds until a proof says something else, in whatever makes facts."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import KeyResult
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.build import FactsScope
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.history import (
    exportable_keys,
    merge_known,
    unusable_keys,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry, resolve_accounts
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import SCHEMA, KeyId
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.selection import Selection
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.key_proof import (
    WorkstationReading,
    proven_record,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from lab.authority import Authority, IssuedBundle
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import HOLDER, NOW, OTHER_SID, SID, YEAR, inventory, issue, profile
from unit.plugins.plugin_utils.problems import sample
from unit.plugins.plugin_utils.records import JEANNES, PAULS


@pytest.fixture(scope="module")
def issued(authority: Authority) -> IssuedBundle:
    return issue(authority)


def reading(
    drivers: FakeDrivers, dead: Set[KeyId] = frozenset(), exportable: Set[KeyId] = frozenset()
) -> WorkstationReading:
    found = drivers.inventory([])
    entries = resolve_accounts([HolderEntry(HOLDER, ExpectedSubject())], found)
    scope = FactsScope(Selection(), entries, Calendar(), dead, exportable=exportable)
    return WorkstationReading(found, scope, NOW)


def others(thumbprint: str) -> Set[KeyId]:
    """The same certificate of somebody else, and another one of the owner, such as the predecessor."""
    return {KeyId(OTHER_SID, thumbprint), KeyId(SID, "0" * 40)}


@pytest.mark.parametrize(
    ("dead", "signs", "state", "status"),
    [
        (True, None, "unusable", "key_missing"),
        (True, True, "proven", "valid"),
        (False, None, "linked", "valid"),
        (False, False, "unusable", "key_missing"),
    ],
)
def test_facts_remember_until_the_key_has_signed(
    issued: IssuedBundle, dead: bool, signs: bool | None, state: str, status: str
) -> None:
    drivers = FakeDrivers()
    thumbprint = drivers.plant(issued)
    gathered = reading(drivers, {KeyId(SID, thumbprint)} if dead else others(thumbprint))
    known = to_map(gathered.record({} if signs is None else {KeyId(SID, thumbprint): KeyResult(signs)}))
    (certificate,), (holder,) = known["certificates"], known["holders"]
    assert (certificate["key_state"], certificate["status"], holder["status"]) == (state, status, status)
    assert unusable_keys(known) == ({KeyId(SID, thumbprint)} if state == "unusable" else set())


@pytest.mark.parametrize(
    ("remembered", "result", "exportable"),
    [
        (True, None, True),
        (True, KeyResult(works=False), True),
        (True, KeyResult(works=True), True),
        (True, KeyResult(works=True, exportable=False), False),
        (False, None, None),
        (False, KeyResult(works=True), None),
        (False, KeyResult(works=True, exportable=False), False),
        (False, KeyResult(works=True, exportable=True), True),
    ],
)
def test_a_key_that_can_be_exported_is_remembered_until_a_proof_says_no(
    issued: IssuedBundle, remembered: bool, result: KeyResult | None, exportable: bool | None
) -> None:
    drivers = FakeDrivers()
    key = KeyId(SID, drivers.plant(issued))
    gathered = reading(drivers, exportable={key} if remembered else others(key.thumbprint))
    known = to_map(gathered.record({key: result} if result else {}))
    assert [each["key_exportable"] for each in known["certificates"]] == [exportable]
    assert exportable_keys(known) == ({key} if exportable else set())


def test_a_certificate_without_its_key_has_none_to_export(issued: IssuedBundle) -> None:
    drivers = FakeDrivers()
    thumbprint = drivers.plant(issued)
    del drivers.elements[thumbprint][2]
    (certificate,) = reading(drivers, exportable={KeyId(SID, thumbprint)}).record({}).certificates
    assert (certificate.key_state.value, certificate.key_exportable) == ("missing", None)


@pytest.mark.parametrize(
    "odd",
    [None, {}, {"schema": 1, "certificates": [{"key_state": "unusable", "key_exportable": True}]}]
    + [{"schema": 5, "certificates": each} for each in ("x", [None, "x", {}, {"key_state": "linked"}])],
    ids=str,
)
def test_facts_that_are_none_of_ours_remember_nothing(odd: Any) -> None:
    assert unusable_keys(odd) == exportable_keys(odd) == frozenset()


@pytest.mark.parametrize(
    ("logged_on", "remembered", "proof", "codes"),
    [
        (False, True, "unusable", ["proof.not_tried_again", "not_logged_on"]),
        (False, False, "not_proven", ["not_logged_on"]),
        (True, True, "proven", []),
    ],
    ids=["away", "away_unknown", "there"],
)
def test_an_audit_takes_a_key_that_it_cannot_try_for_what_it_was(
    issued: IssuedBundle, logged_on: bool, remembered: bool, proof: str, codes: list[str]
) -> None:
    drivers = FakeDrivers(inventory(profiles=(profile(loaded=logged_on),)))
    thumbprint = drivers.plant(issued)
    gathered = reading(drivers, {KeyId(SID, thumbprint)} if remembered else frozenset())
    (holder,) = proven_record(gathered, drivers, False).holders
    assert (holder.proof, holder.status) == (proof, "key_missing" if proof == "unusable" else "valid")
    detail = holder.proof_detail
    assert [each.code for each in (detail, *detail.causes)] == codes if detail else not codes
    again = gathered.record({})
    assert (again.holders[0].proof, len(unusable_keys(to_map(again)))) == (None, int(remembered))


def test_an_audit_forgets_no_dead_key_whose_turn_does_not_come(authority: Authority, issued: IssuedBundle) -> None:
    """The holder has access by a newer certificate, so that one's key is asked, and the older one's is not."""
    drivers = FakeDrivers()
    older, newer = drivers.plant(issued), drivers.plant(issue(authority, left=3 * YEAR))
    record = proven_record(reading(drivers, {KeyId(SID, older)}), drivers, False)
    states = {each.thumbprint: each.key_state.value for each in record.certificates}
    assert states == {older: "unusable", newer: "proven"}
    assert drivers.calls.count("exchange") == 1


JEANNE = HolderEntry(
    "CHU\\jdupont", ExpectedSubject("Jeanne Dupont", "T1"), date(2027, 3, 1), JEANNES, "CHU\\jdupont", logged_on=True
)
PAUL = HolderEntry("CHU\\pmartin", ExpectedSubject("Paul Martin", "T2"), None, PAULS, "CHU\\pmartin", logged_on=False)
NOBODY = HolderEntry("CHU\\nobody", ExpectedSubject("Karim Benali", "T3"))


def test_who_works_here_is_the_inventorys_to_say_and_the_rest_is_remembered() -> None:
    once = replace(
        JEANNE,
        person=ExpectedSubject("Jeanne Dupond", "T0"),
        anniversary=None,
        outcome="failed",
        outcome_at=NOW,
        problem=sample("expired"),
    )
    entry = HolderEntry(JEANNE.user, ExpectedSubject("Jeanne Dupont", "T1"), date(2027, 3, 1))
    assert merge_known([entry, NOBODY], [once, PAUL, replace(once, owner_sid=PAULS)]) == (
        replace(JEANNE, in_facts=False),  # the account is known, the person is not
        replace(NOBODY, in_facts=False),
    )
    assert merge_known([], [once]) == ()


def test_an_account_is_that_of_the_sid_and_keeps_the_name_that_it_has() -> None:
    entry = HolderEntry("CHU\\new", ExpectedSubject(None, "T9"), owner_sid=JEANNES)
    found = merge_known([entry, replace(entry, account="CHU\\JD")], [replace(PAUL, user="CHU\\new"), JEANNE])
    assert [(each.account, each.logged_on) for each in found] == [(JEANNE.account, True), ("CHU\\JD", True)]


@pytest.mark.parametrize(
    ("entry", "earlier", "sid", "in_facts"),
    [
        (HolderEntry("chu\\JDUPONT", ExpectedSubject(None, "T1")), (JEANNE,), JEANNES, True),
        (HolderEntry("jdupont@chu.example", ExpectedSubject(None, "T1")), (JEANNE,), JEANNES, True),
        (HolderEntry(JEANNES, ExpectedSubject()), (replace(JEANNE, person=ExpectedSubject()),), JEANNES, True),
        (HolderEntry(JEANNE.user, ExpectedSubject(None, "T7")), (JEANNE,), JEANNES, False),
        (HolderEntry("CHU\\new", ExpectedSubject(None, "T7")), (JEANNE,), None, False),
        (HolderEntry("CHU\\right", ExpectedSubject(None, "T1")), (replace(JEANNE, owner_sid=None),), None, False),
        (HolderEntry(JEANNE.user, ExpectedSubject(None, "T1")), (replace(JEANNE, in_facts=False),), JEANNES, False),
    ],
    ids=["case", "upn", "sid_no_number", "another", "new", "corrected", "of_a_slice"],
)
def test_earlier_facts_know_a_holder_by_account_and_number_however_it_is_written(
    entry: HolderEntry, earlier: tuple[HolderEntry, ...], sid: str | None, in_facts: bool
) -> None:
    (found,) = merge_known([entry], earlier)
    assert (found.owner_sid, found.in_facts, found.user) == (sid, in_facts, entry.user)


@pytest.mark.parametrize(
    ("user", "number", "known"),
    [
        ("chu\\JDUPONT", "T1", True),
        ("CHU\\other", "T1", False),  # the same person at another account has no access there
        (JEANNE.user, "T7", False),
    ],
)
def test_the_end_of_access_is_remembered_for_this_person_at_this_account(user: str, number: str, known: bool) -> None:
    (found,) = merge_known([HolderEntry(user, ExpectedSubject(None, number))], [replace(JEANNE, certificate_until=NOW)])
    assert found.certificate_until == (NOW if known else None)


def test_of_two_accounts_of_one_person_that_of_the_sid_counts() -> None:
    """Windows may have given the name of one account to the other."""
    here, there = (replace(JEANNE, certificate_until=NOW, outcome=each) for each in ("renewed", "failed"))
    there = replace(there, user="CHU\\spare", owner_sid=PAULS, certificate_until=None)
    entry = replace(JEANNE, user=there.user, outcome=None)
    for earlier in ([here, there], [there, here]):
        (found,) = merge_known([entry], earlier)
        assert (found.certificate_until, found.outcome) == (NOW, "renewed")


def test_the_location_of_a_store_is_a_part_of_the_key() -> None:
    rows = [
        {"owner_sid": SID, "thumbprint": "AB", "store": f"{where}\\My", "key_state": "unusable"}
        for where in ("CurrentUser", "LocalMachine")
    ]
    found = unusable_keys({"schema": SCHEMA, "certificates": rows})
    assert found == {KeyId(SID, "AB"), KeyId(SID, "AB", "LocalMachine")}
