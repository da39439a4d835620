# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run for one issuer keeps what facts have of another, and a corrected setting continues the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import KeyProvInfo
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.build import FactsScope, workstation_record
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.history import holders_of_facts, merge_known
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry, resolve_accounts
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.issuer_settings import (
    People,
    by_profiles,
    holders_under,
    issuer_settings,
    known_holders,
    listed_under,
    matches,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.selection import Selection
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import (
    Issuers,
    Profile,
    issuers_of_pattern,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject, index_holders
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import Account
from lab.authority import Authority
from lab.emulated.element import pack, properties
from unit.plugins.plugin_utils.fakes import HOLDER, NOW, OTHER_SID, SID, SOFTWARE, inventory, issue, profile
from unit.plugins.plugin_utils.problems import sample

OURS, THEIRS, SLIP = "CN=AC Personnes", "CN=AC Autres", "CN=AC Personne$"
OTHER = "CHU\\pmartin"
JEANNE = HolderEntry(HOLDER, ExpectedSubject("Jeanne Dupont", "T123456"))
PAUL = HolderEntry(OTHER, ExpectedSubject("Paul Martin", "T200000"))
ACCOUNTS = (Account(HOLDER, SID, HOLDER, None), Account(OTHER, OTHER_SID, OTHER, None))
Store = dict[str, list[bytes]]
"""Elements by the SID of the store's owner."""
Records = set[tuple[str, str | None, str]]


@pytest.fixture(scope="module")
def theirs() -> Authority:
    return Authority.create("AC Autres")


def element(authority: Authority, person: str = "Jeanne Dupont - T123456", days: int = 365) -> bytes:
    der = issue(authority, person, timedelta(days=days)).certificate.public_bytes(Encoding.DER)
    return pack(properties(der, KeyProvInfo("{1}", SOFTWARE, 0, 0, 0)))


def audit(issuer: str | None, before: Any, store: Store, people: Sequence[HolderEntry] = (JEANNE,)) -> dict[str, Any]:
    """The facts after a run for these people."""
    profiles = tuple(profile(*elements, owner_sid=sid) for sid, elements in store.items())
    found = inventory(profiles=profiles, accounts=ACCOUNTS)
    entries = resolve_accounts(merge_known(people, known_holders(before, issuers_of_pattern(issuer))), found)
    index = index_holders([each.person.authorisation or "" for each in people], None)
    scope = FactsScope(
        Selection(issuers_of_pattern(issuer), index=index),
        entries,
        Calendar(),
        issuers=issuer_settings(issuers_of_pattern(issuer), before),
    )
    return to_map(workstation_record(found, {}, scope, NOW))


def records(facts: dict[str, Any]) -> Records:
    """Number, setting and status of each."""
    return {(row["authorisation"], row["issuer_setting"], row["status"]) for row in facts["holders"]}


def settings_of(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Issuer and setting of each certificate."""
    return sorted((row["issuer_cn"], row["issuer_setting"]) for row in facts["certificates"])


def run(steps: Iterable[tuple[str | None, Store]]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for issuer, store in steps:
        facts = audit(issuer, facts, store)
    return facts


def test_what_facts_have_of_another_issuer_stays(authority: Authority, theirs: Authority) -> None:
    both = {SID: [element(authority), element(theirs)]}
    for order in ((THEIRS, OURS), (OURS, THEIRS, OURS), (OURS, THEIRS, None), (None, OURS, THEIRS, " ")):
        facts = run((issuer, both) for issuer in order)
        assert records(facts) == {("T123456", OURS, "valid"), ("T123456", THEIRS, "valid")}
        assert settings_of(facts) == [("AC Autres", THEIRS), ("AC Personnes", OURS)]


def test_what_is_gone_is_missing_and_not_forgotten(authority: Authority, theirs: Authority) -> None:
    both, rest = {SID: [element(authority), element(theirs)]}, {SID: [element(authority)]}
    facts = run([(OURS, both), (THEIRS, both), (OURS, rest), (OURS, rest), (None, rest)])
    assert records(facts) == {("T123456", OURS, "valid"), ("T123456", THEIRS, "missing")}


def test_a_newer_certificate_of_another_issuer_is_in_its_record(authority: Authority, theirs: Authority) -> None:
    both = {SID: [element(authority), element(theirs)]}
    newer = {SID: [element(authority), element(theirs, days=10)]}
    facts = run([(OURS, both), (THEIRS, both), (OURS, newer)])
    assert records(facts) == {("T123456", OURS, "valid"), ("T123456", THEIRS, "renewal_due")}


def test_one_setting_that_matches_both_is_one_record(authority: Authority, theirs: Authority) -> None:
    both = {SID: [element(authority), element(theirs)]}
    facts = run([("CN=AC", both)])
    assert records(facts) == {("T123456", "CN=AC", "duplicate")}
    assert records(audit("CN=AC", run([(OURS, both), (THEIRS, both)]), both)) == {("T123456", "CN=AC", "duplicate")}


@pytest.mark.parametrize("first", [None, SLIP, "CN=AC P"])
def test_a_corrected_setting_continues_the_record(authority: Authority, first: str | None) -> None:
    store = {SID: [element(authority)]}
    facts = run([(first, store), (OURS, store)])
    assert records(facts) == {("T123456", OURS, "valid")}
    assert settings_of(facts) == [("AC Personnes", OURS)]


def test_a_new_issuing_authority_continues_the_record(authority: Authority) -> None:
    names = ["AC Personnes", *(f"AC Personnes {number}" for number in range(2, 7))]
    authorities = [authority, *map(Authority.create, names[1:])]
    facts = run([(OURS, {SID: [element(each)]}) for each in authorities])
    assert records(facts) == {("T123456", OURS, "valid")}
    (holder,) = facts["holders"]
    assert {name.partition(",")[0] for name in holder["issuer_names"]} == {f"CN={each}" for each in names}
    assert holder["issuer_names"] == sorted(holder["issuer_names"])


def test_a_task_without_a_setting_continues_the_only_record(authority: Authority, theirs: Authority) -> None:
    """Also with a certificate that the setting does not match: it has no other."""
    facts = run([(OURS, {SID: [element(authority)]}), (None, {SID: [element(theirs)]})])
    assert records(facts) == {("T123456", OURS, "valid")}
    assert settings_of(facts) == [("AC Autres", OURS)]


def test_who_never_had_one_there_has_a_record_while_something_lasts_under_the_setting(
    authority: Authority, theirs: Authority
) -> None:
    ours, people = element(authority), (JEANNE, PAUL)
    pauls = element(theirs, "Paul Martin - T200000")
    facts = {}
    for issuer in (OURS, THEIRS, OURS):
        facts = audit(issuer, facts, {SID: [ours], OTHER_SID: [pauls]}, people)
    assert records(facts) == {
        ("T123456", OURS, "valid"),
        ("T123456", THEIRS, "missing"),
        ("T200000", THEIRS, "valid"),
        ("T200000", OURS, "missing"),
    }


def test_a_record_of_somebody_who_is_not_asked_for_is_continued_too(authority: Authority) -> None:
    store = {SID: [element(authority)], OTHER_SID: [element(authority, "Paul Martin - T200000")]}
    facts = audit(OURS, audit(None, {}, store, (JEANNE, PAUL)), store, (JEANNE,))
    assert records(facts) == {("T123456", OURS, "valid"), ("T200000", OURS, "valid")}


def test_a_certificate_of_nobody_stays_with_the_setting_that_found_it(authority: Authority, theirs: Authority) -> None:
    store = {SID: [element(authority), element(theirs, "Anne Roux - T900000")]}
    facts = run([(THEIRS, store), (OURS, store)])
    assert settings_of(facts) == [("AC Autres", THEIRS), ("AC Personnes", OURS)]
    since = run([(THEIRS, {SID: store[SID][:1]}), (OURS, store)])
    assert settings_of(since) == [("AC Personnes", OURS)]


def test_who_never_had_one_there_has_no_record_where_nothing_lasts() -> None:
    assert records(run((setting, {SID: []}) for setting in (THEIRS, OURS))) == {("T123456", OURS, "missing")}


def test_what_came_of_a_run_is_about_its_issuer_alone(authority: Authority, theirs: Authority) -> None:
    both, why = {SID: [element(authority), element(theirs)]}, sample("no_bundle")
    facts = run([(OURS, both), (THEIRS, both)])
    (failed,) = (row for row in facts["holders"] if row["issuer_setting"] == OURS)
    failed |= {"outcome": "failed", "outcome_at": "2026-11-25T00:00:00Z", "problem": why.to_map()}
    after = audit(THEIRS, facts, both)
    assert {row["issuer_setting"]: (row["outcome"], row["problem"]) for row in after["holders"]} == {
        OURS: ("failed", why.to_map()),
        THEIRS: (None, None),
    }
    assert [(each.outcome, each.problem) for each in holders_under(facts, issuers_of_pattern(OURS))] == [
        ("failed", why)
    ]
    for holders in (facts["holders"], facts["holders"][::-1]):
        (account,) = known_holders({**facts, "holders": holders}, issuers_of_pattern("CN=New"))
        assert (account.outcome, account.problem) == (None, None)
    assert holders_under(facts, Issuers()) == ()  # nobody knows which of the two is meant
    for earlier in (holders_of_facts(facts), holders_of_facts(after)):
        rows = listed_under([JEANNE], earlier, issuers_of_pattern(THEIRS))
        assert {each.issuer_setting: each.problem for each in rows} == {OURS: why, THEIRS: None}


@pytest.mark.parametrize(
    ("setting", "found"), [("", False), ("CN=AC", True), ("cn=ac", False), ("CN=(", False), ("Autres$", True)]
)
def test_a_setting_is_a_pattern_and_matches_nothing_without_one(setting: str, found: bool) -> None:
    assert matches(setting, "CN=AC Autres") is found


KNOWN = HolderEntry("CHU\\A", ExpectedSubject(None, "T1"), owner_sid="S-1")


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"user": "a@chu.example"}, True),
        ({"owner_sid": None, "user": "chu\\a"}, True),
        ({"owner_sid": None, "user": "CHU\\B"}, False),
        ({"owner_sid": "S-2"}, False),
        ({"person": ExpectedSubject(None, "T2")}, False),
        ({"issuer_setting": THEIRS}, True),
    ],
)
def test_records_are_one_persons_by_number_and_account(changes: dict[str, Any], same: bool) -> None:
    other = replace(KNOWN, **changes)
    assert (other in People([KNOWN]), KNOWN in People([other])) == (same, same)


def account(setting: str, *names: str) -> HolderEntry:
    return replace(JEANNE, owner_sid=SID, issuer_setting=setting, issuer_names=names)


IN_OURS, IN_THEIRS, NEVER = account(OURS, f"{OURS} 1"), account(THEIRS, f"{THEIRS} 1"), account(SLIP)


@pytest.mark.parametrize(
    ("earlier", "setting", "rows"),
    [
        # A row for each setting and for the site's.
        ([], OURS, [OURS]),
        ([IN_OURS, IN_THEIRS], OURS, [OURS, THEIRS]),
        ([IN_THEIRS], OURS, [OURS, THEIRS]),
        ([account("", "x"), IN_THEIRS], OURS, ["", THEIRS]),
        ([account("", "x"), IN_THEIRS], "", ["", THEIRS]),
        ([IN_THEIRS], "", [THEIRS]),
        ([], "", [""]),
        # A record that the site's setting will continue needs no other.
        ([NEVER], OURS, [OURS, SLIP]),
        ([account(SLIP, OURS)], OURS, [SLIP]),
        ([account(SLIP, OURS, f"{OURS} 2")], OURS, [SLIP]),
        ([account(SLIP, OURS, THEIRS)], OURS, [OURS, SLIP]),
        # Who never had one there has no row beside the site's.
        ([IN_OURS, NEVER], OURS, [OURS]),
        ([NEVER, account("CN=AC", OURS)], OURS, ["CN=AC"]),
        ([NEVER, account("")], OURS, [""]),
        ([NEVER, IN_THEIRS], "", [THEIRS]),
        ([NEVER, IN_THEIRS], OURS, [OURS, THEIRS, SLIP]),
        ([NEVER], "", [SLIP]),
    ],
)
def test_a_holder_has_a_row_for_each_setting_and_for_the_sites(
    earlier: list[HolderEntry], setting: str, rows: list[str]
) -> None:
    found = listed_under([JEANNE], earlier, issuers_of_pattern(setting))
    assert [each.issuer_setting for each in found] == rows
    assert [each.in_facts for each in found] == [each in {row.issuer_setting for row in earlier} for each in rows]
    assert all(each.owner_sid == (SID if earlier else None) for each in found)


def test_of_two_people_one_may_be_unknown_to_the_sites_setting_and_every_row_may_be_listed() -> None:
    found = listed_under([JEANNE, PAUL], [IN_OURS], issuers_of_pattern(OURS))
    rows = [(each.user, each.issuer_setting, each.in_facts) for each in found]
    assert rows == [(HOLDER, OURS, True), (OTHER, OURS, False)]
    every = listed_under([JEANNE], [IN_OURS, NEVER], issuers_of_pattern(OURS), every=True)
    assert [each.issuer_setting for each in every] == [OURS, SLIP]


PROFILES = Issuers((Profile("people", OURS), Profile("cards", THEIRS)))


@pytest.mark.parametrize(
    ("earlier", "now"),
    [
        # The issuers of a record say whose it is now; who never had a certificate is the first one's.
        ([account("", f"{OURS} 1", f"{THEIRS} 1")], {"people": (f"{OURS} 1",), "cards": (f"{THEIRS} 1",)}),
        ([account("CN=AC", f"{THEIRS} 1")], {"cards": (f"{THEIRS} 1",)}),
        ([account("gone")], {"people": ()}),
        # One of issuers that the site has no more leaves the account alone, where nothing else has it.
        ([account("gone", "CN=Gone")], {"people": ()}),
        ([account("gone", "CN=Gone"), account("cards", f"{THEIRS} 1")], {"cards": (f"{THEIRS} 1",)}),
        # Nobody has two records of one profile.
        ([account("gone", f"{OURS} 1"), account("people", f"{OURS} 2")], {"people": (f"{OURS} 2",)}),
    ],
)
def test_profiles_are_all_that_a_site_has(earlier: list[HolderEntry], now: dict[str, tuple[str, ...]]) -> None:
    found = by_profiles([replace(each, outcome="failed") for each in earlier], PROFILES)
    assert [(each.issuer_setting, each.issuer_names) for each in found] == [*now.items()]
    assert all(each.owner_sid == SID for each in found)
    assert [each.outcome for each in found] == [None if earlier == [account("gone", "CN=Gone")] else "failed"] * len(
        now
    )
    assert by_profiles(earlier, issuers_of_pattern(OURS)) == tuple(earlier)  # it may be one of several runs
