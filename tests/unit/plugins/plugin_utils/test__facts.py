# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import Logging, Store, Unread
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import PkcsError
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts import Selection, workstation_facts
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._observed import view_elements
from lab.authority import IssuedBundle
from unit.plugins.plugin_utils.fakes import JEANNE, LINK, NOW, element, inventory, profile

UNKNOWN = "S-1-5-21-1-2-3-9999"


def facts(found: Any, selection: Selection | None = None, views: Any = None, skew: int = 0) -> dict[str, Any]:
    return workstation_facts(found, views or {}, selection or Selection(), NOW - timedelta(seconds=skew))


def test_every_users_certificates_are_listed_with_their_owner(issued: IssuedBundle, other: IssuedBundle) -> None:
    found = inventory(profile(element(issued)), profile(element(other, key=None), sid=UNKNOWN))
    rows = facts(found)["certificates"]
    seen = [(row["owner_sid"], row["owner"], row["thumbprint"], row["key_state"]) for row in rows]
    assert seen == [
        (JEANNE.sid, "CHU\\jdupont", issued.thumbprint, "linked"),
        (UNKNOWN, None, other.thumbprint, "missing"),
    ]
    assert {row["store"] for row in rows} == {"CurrentUser\\My"}
    assert (rows[0]["key_provider"], rows[1]["key_provider"]) == (LINK.provider, None)


def test_computers_own_store_is_the_systems(issued: IssuedBundle) -> None:
    found = replace(inventory(), machine=Store((element(issued),), ()))
    (row,) = facts(found)["certificates"]
    assert (row["owner_sid"], row["store"]) == ("S-1-5-18", "LocalMachine\\My")


def test_others_are_counted_and_not_listed(issued: IssuedBundle, other: IssuedBundle) -> None:
    found = inventory(profile(element(issued), element(other, archived=True)))
    assert facts(found)["certificates_not_listed"] == 1
    assert facts(found, Selection(include_archived=True))["certificates_not_listed"] == 0
    by_issuer = facts(found, Selection(issuer="AC Personnes", include_unrelated=False))
    assert [row["thumbprint"] for row in by_issuer["certificates"]] == [issued.thumbprint]
    nobodys = facts(found, Selection(issuer="Somebody else", include_unrelated=False, include_archived=True))
    assert (nobodys["certificates"], nobodys["certificates_not_listed"]) == ([], 2)


def test_newer_view_of_a_store_counts(issued: IssuedBundle) -> None:
    after = facts(inventory(profile()), views={JEANNE.sid: view_elements([element(issued)])})
    assert [row["thumbprint"] for row in after["certificates"]] == [issued.thumbprint]


def test_store_that_could_not_be_read_is_never_empty() -> None:
    unread = Store((), (Unread("access_denied", "C:\\Users\\jdupont", 0x80070005),))
    found = facts(inventory(replace(profile(), my=unread)))
    (reason,) = found["unread"]
    assert (reason["owner_sid"], reason["code"], reason["reason"]) == (JEANNE.sid, "access_denied", "access was denied")
    assert [one["readable"] for one in found["profiles"]] == [False]
    assert [one["readable"] for one in facts(inventory(profile()))["profiles"]] == [True]


def test_renewal_is_due_when_the_reader_says(issued: IssuedBundle) -> None:
    found = inventory(profile(element(issued)))
    assert facts(found)["certificates"][0]["status"] == "valid"
    assert facts(found, Selection(renew_before_days=2000))["certificates"][0]["status"] == "renewal_due"


def test_workstation_tells_of_itself() -> None:
    found = replace(inventory(), logging=Logging(script_block=True, module=False, transcription=True))
    told = facts(found, skew=90)
    assert (told["schema"], told["workstation"], told["clock_skew_seconds"]) == (1, "WS-CARDIO", 90)
    assert told["logging"] == ["script block logging", "transcription"]
    assert told["connection_account"] == "CHU\\svc-ansible"


def test_facts_are_plain_json(issued: IssuedBundle) -> None:
    """A fact cache keeps them."""
    found = facts(inventory(profile(element(issued))))
    assert json.loads(json.dumps(found)) == found


def test_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(PkcsError) as refused:
        Selection(issuer="(")
    assert refused.value.code == "bad_pattern"
