# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the statuses: where a certificate stands, which of two reasons counts, and where its holder stands by it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.evaluation import (
    StatusRules,
    rate_certificates,
    rate_holder,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from unit.plugins.plugin_utils.fakes import EMAIL
from unit.plugins.plugin_utils.records import DAY, JEANNES, NOW, PAULS, SECOND, STRANGERS, record, status_rules

RULES = status_rules()
NEWER = record(days=900)


def statuses(*records: CertificateRecord, by: StatusRules = RULES) -> list[Status]:
    return [each.record.status for each in rate_certificates(records, by)]


def status(*records: CertificateRecord, by: StatusRules = RULES) -> Status:
    """That of the first of them."""
    return statuses(*records, by=by)[0]


# What makes a status, the one that counts most first; what comes later is overruled by what comes earlier.
REASONS: dict[Status, dict[str, Any]] = {
    Status.ARCHIVED: {"archived": True},
    Status.WRONG_HOLDER: {"owner_sid": PAULS},
    Status.SUPERSEDED: {},
    Status.KEY_MISSING: {"key_state": "missing"},
    Status.EXPIRED: {"not_after": NOW - SECOND},
    Status.NOT_YET_VALID: {"not_before": NOW + SECOND},
    Status.RENEWAL_DUE: {"not_after": NOW + 40 * DAY},
    Status.WEAK: {"signature_hash": "sha1"},
    Status.VALID: {},
}


def with_reasons(*reasons: Status) -> list[CertificateRecord]:
    """A certificate to which all of these apply, and the newer one beside it where it is superseded."""
    changes: dict[str, Any] = {}
    for reason in reversed([reason for reason in REASONS if reason in reasons]):
        changes |= REASONS[reason]
    one = record(**changes)
    newer = replace(NEWER, owner_sid=one.owner_sid)
    return [one, newer] if Status.SUPERSEDED in reasons else [one]


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.value)
def test_each_reason_alone_has_its_status_and_the_days_left(reason: Status) -> None:
    one = with_reasons(reason)[0]
    rated, *_others = rate_certificates(with_reasons(reason), RULES)
    assert (rated.record.status, rated.record.days_left) == (reason, (one.not_after.date() - NOW.date()).days)


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(REASONS, 2)), ids=lambda reason: reason.value)
def test_of_two_reasons_the_first_of_the_table_counts(first: Status, second: Status) -> None:
    assert status(*with_reasons(first, second)) is first
    assert status(*with_reasons(*list(REASONS)[list(REASONS).index(first) :])) is first


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"not_after": NOW}, Status.RENEWAL_DUE),
        ({"not_after": NOW + 41 * DAY}, Status.VALID),
        ({"key_state": "proven"}, Status.VALID),
        ({"key_state": "unusable"}, Status.KEY_MISSING),
        ({"key_size": 2047}, Status.WEAK),
        ({"eku": (EMAIL,)}, Status.VALID),
    ],
)
def test_a_status_changes_where_the_table_says(changes: dict[str, Any], expected: Status) -> None:
    assert status(record(**changes)) is expected


@pytest.mark.parametrize(
    ("changes", "superseded"),
    [
        ({}, True),
        ({"not_after": NOW + 400 * DAY, "not_before": NOW - DAY}, True),
        ({"subject": "CN=Jeanne Durand - T1", "subject_cn": "Jeanne Durand - T1"}, True),
        ({"not_after": NOW + 399 * DAY}, False),
        ({"issuer": "CN=Another AC"}, False),
        ({"store": "LocalMachine\\My"}, False),
        ({"owner_sid": STRANGERS}, False),
        ({"subject": "CN=Somebody - T2", "subject_cn": "Somebody - T2"}, False),
        ({"related": False}, False),
        ({"archived": True}, False),
        ({"key_state": "missing"}, False),
    ],
)
def test_it_is_superseded_by_a_newer_one_that_its_owner_can_use(changes: dict[str, Any], superseded: bool) -> None:
    newer = replace(NEWER, **changes)
    for order in ([record(), newer], [newer, record()]):
        old = statuses(*order)[order.index(record())]
        assert (old is Status.SUPERSEDED) is superseded


def test_of_people_who_are_not_known_the_subject_says_who_follows_whom() -> None:
    old, same, other = record("X1"), record("X1", 900), record("X2", 900)
    assert status(old, same) is Status.SUPERSEDED
    assert status(old, other) is Status.VALID


def test_of_those_that_end_together_exactly_one_is_left() -> None:
    twins = [record(thumbprint=digit * 40) for digit in "A1F"]
    assert statuses(*twins) == [Status.SUPERSEDED, Status.SUPERSEDED, Status.VALID]


@pytest.mark.parametrize(
    ("number", "owner_sid", "related", "wrong"),
    [
        ("T1", JEANNES, True, False),
        ("T1", PAULS, True, True),
        ("T1", "S-1-5-18", True, True),
        ("T1", PAULS, False, False),  # nobody has asked for it, so nobody is looked for
        ("T3", JEANNES, True, True),  # no workstation is his, and the store is Jeanne's
        ("T3", STRANGERS, True, False),  # it may be his own store: nobody has said which account he has
        ("T4", JEANNES, True, False),  # an account that this workstation does not know: his store may be any
        ("T9", JEANNES, True, False),  # nobody's number
    ],
)
def test_a_holders_certificate_belongs_into_his_own_store(
    number: str, owner_sid: str, related: bool, wrong: bool
) -> None:
    accounts = {"t1": frozenset({JEANNES}), "t2": frozenset({PAULS}), "t4": frozenset[str]()}
    by = status_rules(accounts, known=("T1", "T2", "T3", "T4"))
    found = record(number, owner_sid=owner_sid, related=related)
    assert (status(found, by=by) is Status.WRONG_HOLDER) is wrong


def test_the_holder_is_said_with_each_certificate_and_the_order_stays() -> None:
    records = [record("T2", owner_sid=PAULS), record("X9"), record(), record("T2", owner_sid=PAULS, related=False)]
    rated = rate_certificates(records, RULES)
    assert [each.holder for each in rated] == ["T2", None, "T1", None]
    assert [each.record.thumbprint for each in rated] == [each.thumbprint for each in records]


# Name, what is in the holder's store, whether there is one elsewhere, whether the store is unread, where he stands.
HOLDERS: list[tuple[str, list[CertificateRecord], bool, bool, Status]] = [
    ("valid", [record()], False, False, Status.VALID),
    ("due", [record(days=40)], False, False, Status.RENEWAL_DUE),
    ("duplicate", [record(), NEWER], False, False, Status.DUPLICATE),
    ("duplicate of two issuers", [record(), record(days=500, issuer="CN=Another AC")], False, False, Status.DUPLICATE),
    ("expired beside", [record(days=-1), record()], False, False, Status.VALID),
    ("archived beside", [record(archived=True), record(days=300)], False, False, Status.VALID),
    ("without a key beside", [NEWER, record(days=950, key_state="missing")], False, False, Status.VALID),
    ("mail beside", [record(), record(days=900, eku=(EMAIL,))], False, False, Status.VALID),
    ("usable and elsewhere", [record()], True, False, Status.VALID),
    ("usable and unread", [record(days=20)], False, True, Status.RENEWAL_DUE),
    ("expired", [record(days=-1)], False, False, Status.EXPIRED),
    ("expired and elsewhere", [record(days=-1)], True, False, Status.EXPIRED),
    ("expired and unread", [record(days=-1)], False, True, Status.UNKNOWN),
    ("expired, then not yet valid", [record(days=-1), record(days=1200)], False, False, Status.NOT_YET_VALID),
    ("key missing, then expired", [record(days=-1, key_state="missing")], False, False, Status.KEY_MISSING),
    ("unread", [], False, True, Status.UNKNOWN),
    ("elsewhere", [], True, False, Status.WRONG_HOLDER),
    ("archived", [record(archived=True)], False, False, Status.MISSING),
    ("for mail", [record(eku=(EMAIL,))], False, False, Status.MISSING),
    ("nothing", [], False, False, Status.MISSING),
]


@pytest.mark.parametrize(
    ("held", "elsewhere", "unread", "expected"), [row[1:] for row in HOLDERS], ids=[row[0] for row in HOLDERS]
)
def test_a_holder_stands_where_his_own_store_says(
    held: list[CertificateRecord], elsewhere: bool, unread: bool, expected: Status
) -> None:
    assert rate_holder(rate_certificates(held, RULES), elsewhere, unread, RULES).status is expected


def counts(*held: CertificateRecord, unread: bool = False) -> CertificateRecord | None:
    """The certificate by which the holder stands there, with its status as it was judged."""
    return rate_holder(rate_certificates(held, RULES), False, unread, RULES).record


def test_the_certificate_that_counts_is_the_usable_one_that_ends_last() -> None:
    chosen = counts(record(days=1), record(days=300), record(days=200), record(days=950, key_state="missing"))
    assert chosen is not None
    assert (chosen.not_after, chosen.status) == (NOW + 300 * DAY, Status.VALID)


def test_where_none_is_usable_the_one_that_ends_last_counts() -> None:
    chosen = counts(record(days=-5), record(days=-1), record(days=950, archived=True), record(days=970, eku=(EMAIL,)))
    assert chosen is not None
    assert chosen.not_after == NOW - DAY


@pytest.mark.parametrize("held", [[], [record(days=-1)]], ids=["empty", "expired"])
def test_there_is_no_date_where_the_store_could_not_be_read(held: list[CertificateRecord]) -> None:
    assert counts(*held, unread=True) is None


def test_a_status_is_of_the_time_of_the_rules_not_of_the_facts() -> None:
    kept = replace(rate_certificates([record()], RULES)[0].record, status=Status.VALID, days_left=400)
    later = status_rules(now=NOW + 401 * DAY)
    (rated,) = rate_certificates([kept], later)
    assert (rated.record.status, rated.record.days_left) == (Status.EXPIRED, -1)
    assert rate_holder([rated], False, False, later).status is Status.EXPIRED


@pytest.mark.parametrize(
    ("shift", "usable"),
    [(-1095 * DAY - SECOND, False), (-1095 * DAY, True), (timedelta(0), True), (SECOND, False)],
)
def test_it_is_usable_from_its_first_second_to_its_last(shift: timedelta, usable: bool) -> None:
    at = status_rules(now=record().not_after + shift)
    assert at.in_date(record()) is at.is_usable(record()) is usable
