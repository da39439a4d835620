# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of a workstation: flat, of schema 1, and silent on what is nobody's business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import read_certificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import (
    SerializedElement,
    StoreContents,
    UnreadSource,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.build import (
    FactsScope,
    workstation_record,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry, resolve_accounts
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.selection import Selection
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import issuers_of_pattern
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import Account, Logging
from lab.authority import Authority
from lab.emulated.element import pack, properties
from unit.plugins.plugin_utils.crls import URL, point, pointing
from unit.plugins.plugin_utils.fakes import (
    CARD,
    HOLDER,
    NOW,
    OTHER_SID,
    SID,
    SOFTWARE,
    inventory,
    issue,
    profile,
    view,
)

DAY = timedelta(days=1)


def facts(selection: Selection, entries: Sequence[HolderEntry] = (), **changes: Any) -> dict[str, Any]:
    found = inventory(**changes)
    return to_map(
        workstation_record(found, {}, FactsScope(selection, resolve_accounts(entries, found), Calendar()), NOW)
    )


@pytest.fixture(scope="module")
def element(authority: Authority) -> bytes:
    der = issue(authority).certificate.public_bytes(Encoding.DER)
    return pack(properties(der, KeyProvInfo("{1}", SOFTWARE, 0, 0, 0), "SISERI"))


@pytest.fixture(scope="module")
def others(authority: Authority) -> dict[str, bytes]:
    """A newer one, one that is archived, and one on a smart card."""

    def packed(days: int, provider: str = SOFTWARE, *, archived: bool = False) -> bytes:
        der = issue(authority, left=days * DAY).certificate.public_bytes(Encoding.DER)
        return pack(properties(der, KeyProvInfo("{1}", provider, 0, 0, 0), archived=archived))

    return {"newer": packed(500), "archived": packed(900, archived=True), "card": packed(400, CARD)}


def test_facts_say_what_the_workstation_its_profiles_and_its_certificates_say() -> None:
    der = pointing(point(URL))
    away = profile(pack(properties(der, None, "SISERI")), loaded=False, path="D:\\Profils\\jdupont")
    profiles = (away, profile(owner_sid=OTHER_SID), profile(owner_sid="S-1-5-21-9"))
    found = inventory(
        profiles=profiles,
        accounts=(Account(HOLDER, SID, HOLDER, None), Account("x", None, None, 1)),
        utc=NOW - timedelta(seconds=90),
        language_mode="ConstrainedLanguage",
        logging=Logging(True, False, True),
    )
    late = NOW.replace(microsecond=400_000)
    facts = workstation_record(found, {}, FactsScope(Selection(), (), Calendar()), late)
    record = to_map(facts)
    assert facts.gathered_at == NOW
    said = read_certificate(der)
    row = {
        "owner_sid": SID,
        "owner": HOLDER,
        "store": "CurrentUser\\My",
        **{
            name: getattr(said, name)
            for name in ("thumbprint", "subject", "subject_cn", "issuer", "issuer_cn", "serial")
        },
        "not_before": f"{said.not_before:%Y-%m-%dT%H:%M:%SZ}",
        "not_after": f"{said.not_after:%Y-%m-%dT%H:%M:%SZ}",
        "days_left": 1,
        "status": "self_signed",
        "eku": [],
        "use": "authentication",
        "key_type": "EC secp256r1",
        "key_size": 256,
        "signature_hash": "sha256",
        "friendly_name": "SISERI",
        "archived": False,
        "key_state": "missing",
        "key_provider": None,
        "related": True,
        "issuer_setting": "",
        "crl_urls": [URL],
        "key_exportable": None,
        "signed_by": "self_signed",
        "issuer_key_id": "",
        "issuer_urls": [],
    }
    whose = {"path": "D:\\Profils\\jdupont", "loaded": False, "temporary": False, "readable": True}
    assert record["profiles"][0] == {"owner_sid": SID, "owner": HOLDER, **whose}
    assert [each["owner"] for each in record["profiles"]] == [HOLDER, "CHU\\svc-ansible", None]
    assert record == {
        "schema": 5,
        "gathered_at": "2026-11-25T12:00:00Z",
        "workstation": "WS-1",
        "workstation_utc": "2026-11-25T11:58:30Z",
        "clock_skew_seconds": -90,
        "os_build": 19045,
        "connection_account": "CHU\\svc-ansible",
        "language_mode": "ConstrainedLanguage",
        "logging": ["script block logging", "transcription"],
        "holders": [],
        "certificates": [row],
        "certificates_not_listed": 0,
        "profiles": record["profiles"],
        "unread": [],
        "strangers": "searched",
    }


def test_a_store_that_is_newer_than_the_inventory_counts(element: bytes) -> None:
    found = inventory(profiles=(profile(element), profile(element, owner_sid=OTHER_SID)))
    scope = FactsScope(Selection(), (), Calendar())
    empty = replace(view(), unread=(UnreadSource("element", "no certificate", None),))
    record = workstation_record(found, {SID: empty}, scope, NOW)
    assert [each.owner_sid for each in record.certificates] == [OTHER_SID]
    assert [(each.owner_sid, each.code) for each in record.unread] == [(SID, "element")]


def test_what_is_not_listed_is_counted_whatever_the_reason(element: bytes, others: dict[str, bytes]) -> None:
    store = profile(element, *others.values())
    listed = {
        "nothing said": (Selection(), 2, 2),
        "another issuer": (Selection(issuers_of_pattern("Another CA")), 0, 4),
        "archived too": (Selection(include_archived=True), 3, 1),
        "unrelated too": (Selection(include_unrelated=True), 3, 1),
        "everything": (Selection(include_unrelated=True, include_archived=True), 4, 0),
        "another's store": (Selection(owners=frozenset({OTHER_SID})), 0, 4),
    }
    for what, (selection, rows, count) in listed.items():
        found = facts(selection, profiles=(store,))
        assert (len(found["certificates"]), found["certificates_not_listed"]) == (rows, count), what
    everything = facts(Selection(include_unrelated=True, include_archived=True), profiles=(store,))
    assert [row["related"] for row in everything["certificates"]] == [True, True, True, False]


def test_a_certificate_that_is_not_listed_still_counts_for_its_neighbours(
    element: bytes, others: dict[str, bytes]
) -> None:
    """Status is that of the whole store: the archived one is the newest, and not listed; it supersedes nobody."""
    newer = facts(Selection(), profiles=(profile(others["newer"], element),))
    assert [row["status"] for row in newer["certificates"]] == ["valid", "superseded"]
    hidden = facts(Selection(), profiles=(profile(others["archived"], element),))
    assert [row["status"] for row in hidden["certificates"]] == ["valid"]


def test_the_workstations_own_store_is_listed_under_the_system(element: bytes) -> None:
    machine = StoreContents(
        (SerializedElement("hive", element),), (UnreadSource("access_denied", "HKEY_LOCAL_MACHINE", 5),)
    )
    found = facts(Selection(), machine=machine)
    (row,) = found["certificates"]
    assert (row["owner_sid"], row["owner"], row["store"]) == ("S-1-5-18", None, "LocalMachine\\My")
    assert [(each["owner_sid"], each["store"]) for each in found["unread"]] == [("S-1-5-18", "LocalMachine\\My")]


def test_a_place_that_cannot_be_read_is_listed_with_its_code() -> None:
    denied = profile(
        my=StoreContents((SerializedElement("file", b"\1"),), (UnreadSource("access_denied", "C:\\Users\\jdupont", 5),))
    )
    found = facts(Selection(), [JEANNE], profiles=(denied,))
    assert [row["code"] for row in found["unread"]] == ["access_denied", "element"]
    assert found["profiles"][0]["readable"] is False
    assert [row["status"] for row in found["holders"]] == ["unknown"]


JEANNE = HolderEntry(HOLDER, ExpectedSubject("Jeanne Dupont", "T123456"))


def test_a_temporary_profile_is_not_the_persons_own(element: bytes) -> None:
    given = profile(element, path="C:\\Users\\TEMP", temporary=True)
    found = facts(Selection(), [JEANNE], profiles=(given,))
    assert [(row["owner_sid"], row["store"], row["code"], row["detail"]) for row in found["unread"]] == [
        (SID, "CurrentUser\\My", "temporary", "C:\\Users\\TEMP")
    ]
    assert [row["status"] for row in found["holders"]] == ["unknown"]
    assert [row["status"] for row in found["certificates"]] == ["valid"]


def test_one_element_that_cannot_be_parsed_hides_no_other(element: bytes) -> None:
    found = facts(Selection(), [JEANNE], profiles=(profile(b"\1", element, b"\2"),))
    assert [row["code"] for row in found["unread"]] == ["element", "element"]
    assert [row["status"] for row in found["certificates"]] == ["valid"]
    assert [row["status"] for row in found["holders"]] == ["valid"]
    assert found["profiles"][0]["readable"]


def test_holders_are_in_the_order_of_the_task_also_those_whom_nobody_knows() -> None:
    nobody = HolderEntry("CHU\\nobody", ExpectedSubject(None, "T9"))
    for entries in ([JEANNE, nobody], [nobody, JEANNE]):
        found = facts(Selection(), entries)["holders"]
        assert [(row["user"], row["owner_sid"]) for row in found] == [
            (each.user, SID if each is JEANNE else None) for each in entries
        ]
