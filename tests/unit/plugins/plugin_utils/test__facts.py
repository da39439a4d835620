# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of a workstation: flat, of schema 1, and silent on what is nobody's business."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._calendar import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import Account, Store, StoredElement, Unread
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import PkcsError
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts import (
    Scope,
    certificate_row,
    workstation_record,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._flat import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._properties import KeyLink
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._selection import Selection
from lab.authority import Authority
from lab.emulated.element import pack, properties
from unit.plugins.plugin_utils.fakes import (
    HOLDER,
    NOW,
    OTHER_SID,
    SID,
    SOFTWARE,
    certificate,
    inventory,
    issue,
    profile,
    stored,
    view,
)

DAY = timedelta(days=1)


def facts(selection: Selection, **changes: Any) -> dict[str, Any]:
    return to_map(workstation_record(inventory(**changes), {}, Scope(selection, (), Calendar()), NOW))


@pytest.fixture(scope="module")
def element(authority: Authority) -> bytes:
    der = issue(authority).certificate.public_bytes(Encoding.DER)
    return pack(properties(der, KeyLink("{1}", SOFTWARE, 0, 0, 0), "SISERI"))


def test_a_certificate_is_a_row_with_its_owner_and_store(element: bytes) -> None:
    found = facts(Selection(), profiles=(profile(element),))
    (row,) = found["certificates"]
    assert (row["owner_sid"], row["owner"], row["store"]) == (SID, HOLDER, "CurrentUser\\My")
    assert (row["status"], row["days_left"], row["key_state"], row["key_provider"]) == (
        "valid",
        365,
        "linked",
        SOFTWARE,
    )
    assert (found["schema"], found["gathered_at"], found["certificates_not_listed"]) == (1, "2026-11-25T12:00:00Z", 0)
    assert not [value for value in row.values() if isinstance(value, (dict, bytes))]


def test_others_are_counted_not_listed(element: bytes) -> None:
    found = facts(Selection("Another CA"), profiles=(profile(element),))
    assert (found["certificates"], found["certificates_not_listed"]) == ([], 1)
    listed = facts(Selection("Personnes"), profiles=(profile(element),))
    assert len(listed["certificates"]) == 1


def test_a_store_that_is_newer_than_the_inventory_counts(element: bytes) -> None:
    found = workstation_record(
        inventory(profiles=(profile(element),)), {SID: view()}, Scope(Selection(), (), Calendar()), NOW
    )
    assert found.certificates == ()


def test_archived_ones_are_listed_on_request_only() -> None:
    hidden = stored(certificate(), archived=True)
    assert not Selection().lists(hidden, related=True)
    assert Selection(include_archived=True).lists(hidden, related=True)


def test_a_place_that_cannot_be_read_is_listed_with_the_reason() -> None:
    denied = profile(my=Store((StoredElement("file", b"\1"),), (Unread("access_denied", "C:\\Users\\jdupont", 5),)))
    found = facts(Selection(), profiles=(denied,))
    assert [row["code"] for row in found["unread"]] == ["access_denied", "element"]
    assert found["unread"][0]["reason"] == "access was denied"
    assert found["profiles"][0]["readable"] is False


def test_names_are_those_that_were_asked_for_and_the_connections_own() -> None:
    both = (profile(), profile(owner_sid=OTHER_SID), profile(owner_sid="S-1-5-21-9"))
    found = facts(
        Selection(), profiles=both, accounts=(Account(HOLDER, SID, HOLDER, None), Account("x", None, None, 1))
    )
    assert [each["owner"] for each in found["profiles"]] == [HOLDER, "CHU\\svc-ansible", None]


def test_the_skew_of_the_clocks_is_in_seconds() -> None:
    assert facts(Selection(), utc=NOW - timedelta(seconds=90))["clock_skew_seconds"] == -90


@pytest.mark.parametrize(
    ("left", "status"),
    [(41 * DAY, "valid"), (40 * DAY, "renewal_due"), (-DAY, "expired"), (4 * 365 * DAY, "not_yet_valid")],
)
def test_the_status_is_of_the_moment(left: timedelta, status: str) -> None:
    row = certificate_row(stored(certificate(left=left), None), Calendar(), NOW)
    assert (row["status"], row["days_left"]) == (status, left.days)
    assert (row["key_state"], row["key_provider"]) == ("missing", None)


def test_an_issuer_that_is_no_pattern_is_refused_at_once() -> None:
    with pytest.raises(PkcsError, match="issuer cannot be used"):
        replace(Selection(), issuer="*")
