# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elements as certificates: what cannot be read is listed as such, never dropped."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import (
    SerializedElement,
    StoreContents,
    UnreadSource,
    parse_elements,
    parse_store,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    CERTIFICATE,
    KeyProvInfo,
    store_hash,
)
from lab.authority import Authority
from lab.emulated.element import pack, properties
from unit.plugins.plugin_utils.fakes import SOFTWARE, issue


@pytest.fixture(scope="module")
def der(authority: Authority) -> bytes:
    return issue(authority).certificate.public_bytes(Encoding.DER)


def test_a_store_is_read_with_what_it_knows_of_its_certificates(der: bytes) -> None:
    link = KeyProvInfo("{1}", SOFTWARE, 0, 0, 0)
    raw = pack(properties(der, link, "SISERI", archived=True))
    found = parse_elements([SerializedElement("file", raw)])
    (one,) = found.certificates
    assert (one.friendly_name, one.archived, one.key, one.certificate.der) == ("SISERI", True, link, der)
    assert found.find(one.thumbprint) is one
    assert found.find("0" * 40) is None
    assert found.store_hash == store_hash([raw])


def test_the_file_comes_after_the_hive_and_wins(der: bytes) -> None:
    hive = SerializedElement("hive", pack(properties(der, friendly_name="old")))
    file = SerializedElement("file", pack(properties(der, friendly_name="new")))
    (one,) = parse_elements([hive, file]).certificates
    assert one.friendly_name == "new"


@pytest.mark.parametrize(
    "broken", [b"\1", pack({11: b""}), pack({CERTIFICATE: b"no DER"})], ids=["cut", "none", "noise"]
)
def test_what_cannot_be_parsed_is_unread_and_counts_in_the_hash(der: bytes, broken: bytes) -> None:
    good = SerializedElement("file", pack(properties(der)))
    denied = UnreadSource("access_denied", "C:\\Users", 5)
    found = parse_store(StoreContents((SerializedElement("file", broken), good), (denied,)))
    assert len(found.certificates) == 1
    assert [unread.code for unread in found.unread] == ["access_denied", "element"]
    assert found.unread[1].detail
    assert found.store_hash != parse_elements([good]).store_hash
