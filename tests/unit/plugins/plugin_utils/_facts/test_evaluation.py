# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the statuses: where a certificate stands, which of two reasons counts, and where its holder stands by it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.signature import read_certificates
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.evaluation import (
    StatusRules,
    rate_certificates,
    rate_holder,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import Issuers, Profile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.use import Use
from lab.authority.signers import signer
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
        ({"not_before": NOW}, Status.VALID),
        ({"not_after": NOW + 41 * DAY}, Status.VALID),
        ({"key_state": "proven"}, Status.VALID),
        ({"key_state": "unusable"}, Status.KEY_MISSING),
        ({"key_size": 2047}, Status.WEAK),
        ({"use": Use.ENCRYPTION}, Status.VALID),
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
        ({"use": Use.ENCRYPTION}, False),
    ],
)
def test_it_is_superseded_by_a_newer_one_that_its_owner_can_use(changes: dict[str, Any], superseded: bool) -> None:
    newer = replace(NEWER, **changes)
    for order in ([record(), newer], [newer, record()]):
        old = statuses(*order)[order.index(record())]
        assert (old is Status.SUPERSEDED) is superseded


def test_it_is_superseded_only_by_one_for_the_same_use() -> None:
    signing = record(use=Use.SIGNATURE)
    assert statuses(signing, NEWER) == [Status.VALID, Status.VALID]


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


NO_KEY, MAIL, HIDDEN = {"key_state": "missing"}, {"use": Use.ENCRYPTION}, {"archived": True}


@pytest.mark.parametrize(
    ("held", "elsewhere", "unread", "expected", "by"),
    [
        # The usable one that ends last counts.
        ([record()], False, False, Status.VALID, 0),
        ([record(days=40)], False, False, Status.RENEWAL_DUE, 0),
        ([record(days=-1), record()], False, False, Status.VALID, 1),
        ([record(**HIDDEN), record(days=300)], False, False, Status.VALID, 1),
        ([NEWER, record(days=950, **NO_KEY)], False, False, Status.VALID, 0),
        ([record(), record(days=900, **MAIL)], False, False, Status.VALID, 0),
        ([record()], True, False, Status.VALID, 0),
        ([record(days=20)], False, True, Status.RENEWAL_DUE, 0),
        ([record(days=1), record(days=300), record(days=200)], False, False, Status.DUPLICATE, 1),
        ([record(), record(days=500, issuer="CN=Another AC")], False, False, Status.DUPLICATE, 1),
        ([record(), record(days=500, signed_by="self_signed")], False, False, Status.VALID, 0),
        # Where none is usable, the one that ends last counts, and none where the store could not be read.
        ([record(days=-5), record(days=-1), record(**HIDDEN), record(**MAIL)], False, False, Status.EXPIRED, 1),
        ([record(days=-1)], True, False, Status.EXPIRED, 0),
        ([record(days=-1)], False, True, Status.UNKNOWN, None),
        ([record(days=-1), record(days=1200)], False, False, Status.NOT_YET_VALID, 1),
        ([record(days=-1, **NO_KEY)], False, False, Status.KEY_MISSING, 0),
        ([], False, True, Status.UNKNOWN, None),
        ([], True, False, Status.WRONG_HOLDER, None),
        ([record(**HIDDEN)], False, False, Status.MISSING, None),
        ([record(**MAIL)], False, False, Status.MISSING, None),
    ],
)
def test_a_holder_stands_where_his_own_store_says(
    held: list[CertificateRecord], elsewhere: bool, unread: bool, expected: Status, by: int | None
) -> None:
    found = rate_holder(rate_certificates(held, RULES), elsewhere, unread, RULES)
    assert (found.status, found.elsewhere) == (expected, elsewhere)
    assert (found.record and found.record.not_after) == (None if by is None else held[by].not_after)


def test_a_status_is_of_the_time_of_the_rules_not_of_the_facts() -> None:
    kept = replace(rate_certificates([record()], RULES)[0].record, status=Status.VALID, days_left=400)
    later = status_rules(now=NOW + 401 * DAY)
    (rated,) = rate_certificates([kept], later)
    assert (rated.record.status, rated.record.days_left) == (Status.EXPIRED, -1)
    assert rate_holder([rated], False, False, later).status is Status.EXPIRED


def test_whose_signature_counts_is_of_the_rules_not_of_the_facts() -> None:
    """An authority that is withdrawn counts at once, also at a workstation that is off."""
    old, new = (read_certificates(signer("AC", key).pem.encode()) for key in ("people", "people 2"))
    kept = replace(record(signed_by=old[0].spki_sha256), status=Status.VALID)
    for authorities, expected in ((old, Status.VALID), ([*new, *old], Status.VALID), (new, Status.UNKNOWN_ISSUER)):
        now = replace(RULES, site=Issuers((Profile("people", "CN=AC", tuple(authorities)),)))
        (rated,) = rate_certificates([kept], now)
        assert rated.record.status is expected
        assert rate_holder([rated], False, False, now).status is expected


@pytest.mark.parametrize(
    ("shift", "usable"),
    [(-1095 * DAY - SECOND, False), (-1095 * DAY, True), (timedelta(0), True), (SECOND, False)],
)
def test_it_is_usable_from_its_first_second_to_its_last(shift: timedelta, usable: bool) -> None:
    at = status_rules(now=record().not_after + shift)
    assert at.in_date(record()) is at.is_usable(record()) is usable
