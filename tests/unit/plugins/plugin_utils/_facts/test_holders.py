# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A holder's entry in the inventory, the account that the workstation knows for it, and where its holder stands there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.evaluation import rate_certificates
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.history import holders_of_facts
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import (
    HolderEntry,
    accounts_of,
    holder_record,
    holder_status,
    parse_day,
    parse_holder,
    resolve_accounts,
    with_holder,
    workstation_rules,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    CertificateRecord,
    UnreadRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import (
    NOT_KNOWN,
    SELF_SIGNED,
    Issuers,
    Profile,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.findings import TEMPORARY
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import Account
from unit.plugins.plugin_utils.fakes import HOLDER, OTHER_SID, SID, inventory, profile
from unit.plugins.plugin_utils.problems import error_of
from unit.plugins.plugin_utils.records import DAY, JEANNES, NOW, PAULS, STRANGERS, record

JEANNE = HolderEntry(
    "CHU\\jdupont", ExpectedSubject("Jeanne Dupont", "T1"), date(2027, 3, 1), JEANNES, "CHU\\jdupont", logged_on=True
)
PAUL = HolderEntry("CHU\\pmartin", ExpectedSubject("Paul Martin", "T2"), None, PAULS, "CHU\\pmartin", logged_on=False)
LOCUM = HolderEntry("S-1-5-21-9", ExpectedSubject("Anne Roux"), None, "S-1-5-21-9", None, logged_on=False)
NOBODY = HolderEntry("CHU\\nobody", ExpectedSubject("Karim Benali", "T3"))


@pytest.mark.parametrize(
    ("raw", "changes"),
    [
        ({}, {}),
        ({"name": None, "authorisation": None, "authorisation_anniversary": None}, {}),
        ({"name": "", "authorisation": " ", "authorisation_anniversary": ""}, {}),
        ({"name": "A B", "authorisation": "T1"}, {"person": ExpectedSubject("A B", "T1")}),
        ({"absent_until": "2027-01-04"}, {"absent_until": date(2027, 1, 4)}),
        ({"authorisation_anniversary": "2028-02-29"}, {"anniversary": date(2028, 2, 29)}),
        ({"authorisation_anniversary": date(2027, 3, 1)}, {"anniversary": date(2027, 3, 1)}),
        ({"desk": "12"}, {}),
        ({"function": " radiation\n protection  officer "}, {"function": "radiation protection officer"}),
        ({"function": ""}, {}),
        ({"function": "f" * 100}, {"function": "f" * 100}),
        (
            {"leaves_on": "2027-01-04", "authorisation": "T1"},
            {"leaves_on": date(2027, 1, 4), "person": ExpectedSubject(None, "T1")},
        ),
        ({"group": "radiology; ward 2"}, {"group": "radiology; ward 2"}),
    ],
)
def test_an_entry_of_the_inventory_is_parsed(raw: dict[str, Any], changes: dict[str, Any]) -> None:
    assert parse_holder({"user": "CHU\\x", **raw}) == replace(HolderEntry("CHU\\x", ExpectedSubject()), **changes)


def test_an_absence_has_an_end_and_begins_when_it_says_so() -> None:
    entry = parse_holder({"user": "x", "absent_from": "2027-01-04", "absent_until": "2027-01-06"})
    assert [entry.is_on_leave(date(2027, 1, day)) for day in (3, 4, 5, 6)] == [False, True, True, False]


@pytest.mark.parametrize("until", [None, "2027-01-04", "2027-01-03"])
def test_an_absence_without_a_later_return_is_refused(until: str | None) -> None:
    refusal = error_of(lambda: parse_holder({"user": "x", "absent_from": "2027-01-04", "absent_until": until}))
    assert refusal.problem == Problem("bad_arguments.holder_absence", {"whose": "x"})


def test_who_leaves_is_known_by_a_number() -> None:
    refusal = error_of(lambda: parse_holder({"user": "x", "leaves_on": "2027-01-04"}))
    assert refusal.problem == Problem("bad_arguments.leaves_without_number", {"whose": "x"})


def test_a_wrong_row_of_a_register_is_named_with_its_file_and_line() -> None:
    entry = parse_holder({"user": "x", "row_problem": "C:people.xlsx:17"})
    assert entry.row_refusal == Problem("register_row.person", {"file": "C:people.xlsx", "line": "17"})
    assert parse_holder({"user": "x"}).row_refusal is None


def test_a_function_is_one_line_of_a_table() -> None:
    assert error_of(lambda: parse_holder({"user": "x", "function": "f" * 101})).code == "bad_arguments"


@pytest.mark.parametrize("number", [42798, True, ["T1"]])
def test_a_number_that_is_no_text_is_refused_with_the_cure(number: Any) -> None:
    refusal = error_of(lambda: parse_holder({"user": "CHU\\jdupont", "authorisation": number}))
    said = {"whose": "CHU\\jdupont", "number": str(number)}
    assert refusal.problem == Problem("bad_arguments.number_of_holder", said)


def test_holders_come_back_from_the_facts_that_named_them() -> None:
    entries = (replace(JEANNE, outcome="deferred", outcome_at=NOW), PAUL, LOCUM, NOBODY)
    by = workstation_rules(entries, None, calendar_of("UTC", 40), NOW)
    holders = [to_map(holder_record(entry, (), (), by)) for entry in entries]
    assert holders_of_facts(json.loads(json.dumps({"schema": 5, "holders": holders}))) == entries


HELD = to_map(holder_record(NOBODY, (), (), workstation_rules((NOBODY,), None, calendar_of("UTC", 40), NOW)))


@pytest.mark.parametrize(
    "facts",
    [
        None,
        {},
        *({"schema": 5, "holders": holders} for holders in (None, "x", [{"user": "x"}], ["x"])),
        {"schema": 1, "holders": [HELD]},
    ],
)
def test_facts_that_say_nothing_of_holders_name_nobody(facts: Any) -> None:
    assert holders_of_facts(facts) == ()
    assert holders_of_facts({"schema": 5, "holders": [HELD]}) == (NOBODY,)


def named(user: str, name: str | None = None, number: str | None = None) -> HolderEntry:
    return HolderEntry(user, ExpectedSubject(name, number))


def test_a_task_names_one_holder_and_the_others_stay() -> None:
    known = (JEANNE, PAUL)
    assert with_holder(known, named(PAUL.user)) == (JEANNE, PAUL)
    assert with_holder(known, named(JEANNE.user.upper())) == (PAUL, replace(JEANNE, user=JEANNE.user.upper()))
    assert with_holder(known, named("CHU\\new", "A B", "T9")) == (*known, named("CHU\\new", "A B", "T9"))
    assert with_holder((), named("CHU\\new")) == (named("CHU\\new"),)


def test_what_a_task_says_of_a_holder_counts_and_what_it_leaves_out_stays() -> None:
    (married,) = with_holder([JEANNE], named(JEANNE.user, "Jeanne Durand"))
    assert married == replace(JEANNE, person=ExpectedSubject("Jeanne Durand", "T1"))


def test_another_number_at_the_same_account_is_another_person() -> None:
    colleague = named(JEANNE.user, "Karim Benali", "T7")
    assert with_holder([JEANNE], colleague) == (JEANNE, colleague)
    assert JEANNE.key != colleague.key


def resolved(*entries: HolderEntry, **found: Any) -> tuple[HolderEntry, ...]:
    return resolve_accounts(entries, inventory(**found))


@pytest.mark.parametrize(
    ("profiles", "logged_on"), [((), None), ((profile(),), True), ((profile(loaded=False),), False)]
)
def test_the_workstation_says_whose_account_it_is_and_who_is_logged_on(
    profiles: tuple[Any, ...], logged_on: bool | None
) -> None:
    entry = HolderEntry(HOLDER, ExpectedSubject("Jeanne Dupont", "T1"), date(2027, 3, 1))
    assert resolved(entry, profiles=profiles) == (replace(entry, owner_sid=SID, account=HOLDER, logged_on=logged_on),)


def test_what_the_workstation_says_now_counts_more_than_what_it_once_said() -> None:
    once = HolderEntry(HOLDER, ExpectedSubject(), None, OTHER_SID, "CHU\\old", logged_on=False)
    assert resolved(once) == (HolderEntry(HOLDER, ExpectedSubject(), None, SID, HOLDER, logged_on=True),)
    forgotten = (Account(HOLDER, None, None, 0x80070534),)
    assert resolved(once, accounts=forgotten) == (HolderEntry(HOLDER, ExpectedSubject()),)


def test_a_holder_who_was_not_asked_for_keeps_his_account() -> None:
    once = HolderEntry("CHU\\other", ExpectedSubject(), None, SID, "CHU\\other", logged_on=False)
    assert resolved(once, accounts=()) == (replace(once, logged_on=True),)


def test_each_number_has_the_accounts_that_are_known_for_it() -> None:
    second = replace(JEANNE, user="CHU\\jdupont-adm", owner_sid="S-1-5-21-11")
    assert accounts_of([JEANNE, second, replace(JEANNE, owner_sid=None), LOCUM, NOBODY]) == {
        "t1": frozenset({JEANNES, "S-1-5-21-11"}),
        "t3": frozenset(),
    }


ADMIN = replace(JEANNE, user="CHU\\jdupont-adm", owner_sid=STRANGERS, person=ExpectedSubject(None, "t 1"))
SEATS = (JEANNE, PAUL, LOCUM, NOBODY)
UNREAD = UnreadRecord(JEANNES, "CurrentUser\\My", "access_denied", "C:\\Users")
LOST = replace(UNREAD, code=TEMPORARY)
OWN = record("X9", owner_sid="S-1-5-21-9")


@pytest.mark.parametrize(
    ("entry", "records", "unread", "status"),
    [
        # By the certificates of his number in his own store.
        (JEANNE, [record()], [], Status.VALID),
        (JEANNE, [record(days=20)], [], Status.RENEWAL_DUE),
        (JEANNE, [], [], Status.MISSING),
        (JEANNE, [record(related=False)], [], Status.MISSING),
        (JEANNE, [record("T2")], [], Status.MISSING),
        (JEANNE, [record(owner_sid=PAULS)], [], Status.WRONG_HOLDER),
        (PAUL, [record(owner_sid=PAULS)], [], Status.MISSING),
        # Without a number by all that is related in his own store.
        (LOCUM, [OWN], [], Status.VALID),
        (LOCUM, [OWN, replace(OWN, issuer="CN=Another AC")], [], Status.DUPLICATE),
        (LOCUM, [replace(OWN, related=False)], [], Status.MISSING),
        (LOCUM, [record("X9")], [], Status.MISSING),
        (LOCUM, [record("T2", owner_sid="S-1-5-21-9")], [], Status.WRONG_HOLDER),
        # Of one whom the workstation does not know nothing is in the wrong store.
        (NOBODY, [record("T3")], [], Status.MISSING),
        # A store that was not read to its end leaves its owner unknown and nobody else.
        (JEANNE, [], [UNREAD], Status.UNKNOWN),
        (JEANNE, [record(days=-1)], [UNREAD], Status.UNKNOWN),
        (JEANNE, [record()], [UNREAD], Status.VALID),
        (PAUL, [], [UNREAD], Status.MISSING),
        (NOBODY, [], [UNREAD], Status.MISSING),
        # What lies in a temporary profile is no access.
        (JEANNE, [record()], [LOST], Status.UNKNOWN),
        (JEANNE, [record()], [UNREAD, LOST], Status.UNKNOWN),
        (PAUL, [record("T2", owner_sid=PAULS)], [LOST], Status.VALID),
        # A second account is not the wrong one, however the number is written.
        (ADMIN, [record(owner_sid=STRANGERS)], [], Status.VALID),
    ],
)
def test_a_holder_stands_by_his_own_certificates_in_his_own_store(
    entry: HolderEntry, records: list[CertificateRecord], unread: list[UnreadRecord], status: Status
) -> None:
    rules = workstation_rules((*SEATS, ADMIN) if entry is ADMIN else SEATS, None, calendar_of("UTC", 40), NOW)
    rated = rate_certificates(records, rules)
    assert holder_status(entry, rated, unread, rules).status is status
    if entry is ADMIN:
        assert holder_status(JEANNE, rated, unread, rules).status is Status.MISSING


TWO = Issuers((Profile("people", "CN=AC$"), Profile("cards", "CN=AC Cartes", ())))
SIGNED = record(days=300, issuer_setting="people")
CARD = record(issuer="CN=AC Cartes", issuer_setting="cards", signed_by=NOT_KNOWN)
NO_PROFILES = record(issuer="CN=Another AC", issuer_setting="people", signed_by=NOT_KNOWN)


@pytest.mark.parametrize(
    ("setting", "records", "status"),
    [
        ("people", [CARD], Status.UNKNOWN_ISSUER),
        ("cards", [CARD], Status.UNKNOWN_ISSUER),
        ("people", [CARD, replace(SIGNED, signed_by=SELF_SIGNED)], Status.UNKNOWN_ISSUER),
        ("people", [replace(CARD, signed_by=SELF_SIGNED)], Status.MISSING),
        # Who has another one stands by that, in each profile.
        ("people", [CARD, SIGNED], Status.VALID),
        ("people", [CARD, record(days=-1, issuer_setting="people")], Status.EXPIRED),
        ("cards", [SIGNED, NO_PROFILES], Status.MISSING),
    ],
)
def test_what_nobody_signed_is_about_a_holder_of_any_profile_who_has_nothing_else(
    setting: str, records: list[CertificateRecord], status: Status
) -> None:
    rules = workstation_rules(SEATS, None, calendar_of("UTC", 40), NOW, site=TWO)
    entry = replace(JEANNE, issuer_setting=setting)
    assert holder_status(entry, rate_certificates(records, rules), [], rules).status is status


def test_facts_keep_the_entry_the_account_and_the_certificate_that_counts() -> None:
    by = workstation_rules(SEATS, None, calendar_of("Europe/Paris", 40), NOW)
    ends = record(days=20, not_after=(NOW + 20 * DAY).replace(hour=23, minute=30))
    kept = holder_record(JEANNE, rate_certificates([ends], by), (), by)
    said = (kept.user, kept.name, kept.authorisation, kept.authorisation_anniversary, kept.account, kept.logged_on)
    assert said == ("CHU\\jdupont", "Jeanne Dupont", "T1", date(2027, 3, 1), "CHU\\jdupont", True)
    assert (kept.status, kept.thumbprint, kept.access_until) == (Status.RENEWAL_DUE, ends.thumbprint, ends.not_after)
    assert kept.days_left == 21  # in Paris it ends half an hour after midnight
    assert (kept.proof, kept.proof_detail) == (None, None)


def test_whose_number_it_is_may_be_for_a_pattern_to_find() -> None:
    by = workstation_rules(SEATS, r"^(T\d+)", calendar_of("UTC", 40), NOW)
    assert by.index.holder_of(record("T1")) is None
    assert by.index.holder_of(record(subject_cn="T1 Dupont")) == "T1"


SITE = date(2027, 3, 1)


def test_access_ends_with_the_first() -> None:
    entry = replace(JEANNE, anniversary=date(2027, 1, 4))
    rules = workstation_rules([entry], None, calendar_of("UTC", 10, 40), NOW)
    found = holder_record(entry, rate_certificates([record(days=400)], rules), (), rules)
    assert (found.status, found.days_left, found.ends_on) == (Status.RENEWAL_DUE, 40, date(2027, 1, 4))
    assert found.access_until == datetime(2027, 1, 3, 23, 59, 59, tzinfo=timezone.utc)
    assert (found.certificate_status, found.certificate_until) == (Status.VALID, NOW + 400 * DAY)


def test_the_end_date_of_the_task_counts_for_a_holder_without_an_own_one() -> None:
    theirs = parse_holder({"user": "x"}, site_anniversary=SITE)
    assert (theirs.anniversary, theirs.is_site_anniversary) == (SITE, True)
    own = parse_holder({"user": "x", "authorisation_anniversary": "2027-06-01"}, site_anniversary=SITE)
    assert (own.anniversary, own.is_site_anniversary) == (date(2027, 6, 1), False)
    none = parse_holder({"user": "x"})
    assert (none.anniversary, none.is_site_anniversary) == (None, False)


@pytest.mark.parametrize("given", ["01/03/2027", "2027-02-30", "2027-03-01T08:00:00", 20270301.5, ["x"]], ids=str)
def test_what_is_no_day_is_refused_by_its_name(given: object) -> None:
    said = {"given": str(given)}
    whose = {"key": "authorisation_anniversary", "whose": "x", **said}
    for call, problem in (
        (lambda: parse_holder({"user": "x", "authorisation_anniversary": given}), ("no_day_of_holder", whose)),
        (lambda: parse_day(given, key="end", whose="x"), ("no_day_of", {"key": "end", "whose": "x", **said})),
        (lambda: parse_day(given, key="end"), ("no_day_in", {"key": "end", **said})),
        (lambda: parse_day(given, setting="end"), ("no_day", said, "end")),
    ):
        code, *others = problem
        assert error_of(call).problem == Problem(f"bad_arguments.{code}", *others)  # type: ignore[arg-type]
