# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import Store, StoredElement, Unread
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._observed import view_elements, view_store
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._properties import store_hash
from lab.authority import IssuedBundle
from unit.plugins.plugin_utils.fakes import LINK, element


def test_certificate_is_seen_as_the_store_has_it(issued: IssuedBundle) -> None:
    view = view_elements([element(issued, friendly_name="SISERI", archived=True)])
    found = view.find(issued.thumbprint)
    assert found is not None
    assert (found.friendly_name, found.archived, found.key) == ("SISERI", True, LINK)
    assert found.certificate.subject_cn == "Jeanne Dupont - T123456"
    assert view.unread == ()
    assert view.find("00") is None


def test_what_cannot_be_read_is_listed_and_not_passed_over(issued: IssuedBundle) -> None:
    denied = Unread("access_denied", "C:\\Users", 5)
    broken = [StoredElement("file", b"\1\2"), StoredElement("file", b"\x20\0\0\0\1\0\0\0\1\0\0\0\0")]
    view = view_store(Store((*broken, element(issued)), (denied,)))
    assert [unread.code for unread in view.unread] == ["access_denied", "element", "element"]
    assert all(unread.detail for unread in view.unread)
    assert [found.thumbprint for found in view.certificates] == [issued.thumbprint]


def test_file_wins_over_the_hive(issued: IssuedBundle) -> None:
    """The driver sends what is in the hive first."""
    hive = replace(element(issued, friendly_name="old"), source="hive")
    view = view_elements([hive, element(issued, friendly_name="new")])
    assert [found.friendly_name for found in view.certificates] == ["new"]


def test_hash_is_over_all_that_was_sent(issued: IssuedBundle, other: IssuedBundle) -> None:
    broken = StoredElement("file", b"\1\2")
    elements = [element(issued), element(other), broken]
    assert view_elements(elements).observed == store_hash(one.data for one in elements)
    assert view_elements(elements).observed != view_elements(elements[:2]).observed
    assert view_elements(reversed(elements)).observed == view_elements(elements).observed
