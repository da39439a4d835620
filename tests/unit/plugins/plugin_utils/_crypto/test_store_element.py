# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serialized certificate elements: what Windows wrote is read, and what is damaged is refused with a reason."""

from __future__ import annotations

import base64
import hashlib
import itertools
import random
import struct
from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    ElementError,
    KeyProvInfo,
    StoreElement,
    parse_element,
    read_records,
    store_hash,
)

# A serialized element, byte by byte. Each record is [property id][encoding, always 1][length of the data], three little-endian
# numbers of 32 bits, then the data. Nothing but the last byte says where it ends.
GOLDEN_LINK = bytes.fromhex(
    "1c000000"  # CRYPT_KEY_PROV_INFO: the container's name is at byte 28 of the data
    "24000000"  # the provider's name is at byte 36
    "00000000"  # provider type 0: a CNG key storage provider
    "20000000"  # flags: CRYPT_MACHINE_KEYSET, the container is the machine's
    "00000000"  # no parameters,
    "00000000"  # which are nowhere
    "00000000"  # key spec 0, as CNG has none
    "7b00 4100 7d00 0000"  # at 28: {A} in UTF-16LE with its NUL
    "5300 6f00 6600 7400 7700 6100 7200 6500 2000 4b00 5300 5000 0000"  # at 36: Software KSP
)
GOLDEN_NAME = bytes.fromhex("5300 4900 5300 4500 5200 4900 0000")  # SISERI
GOLDEN_DER = bytes.fromhex("3003 020101")  # SEQUENCE { INTEGER 1 }: only the bytes matter here
GOLDEN_RECORDS = {
    9: bytes.fromhex("09000000 01000000 01000000 ff"),  # CERT_ENHKEY_USAGE_PROP_ID, of no use here: 1 byte
    11: bytes.fromhex("0b000000 01000000 0e000000") + GOLDEN_NAME,  # CERT_FRIENDLY_NAME_PROP_ID: 14 bytes
    3: bytes.fromhex("03000000 01000000 14000000" + "11" * 20),  # CERT_SHA1_HASH_PROP_ID, a wrong one: nobody trusts it
    2: bytes.fromhex("02000000 01000000 3e000000") + GOLDEN_LINK,  # CERT_KEY_PROV_INFO_PROP_ID: 62 bytes
    0x8000: bytes.fromhex("00800000 01000000 02000000 0102"),  # CERT_FIRST_USER_PROP_ID, of private use: 2 bytes
    19: bytes.fromhex("13000000 01000000 00000000"),  # CERT_ARCHIVED_PROP_ID: it is enough that it is there
    105: bytes.fromhex("69000000 01000000 00000000"),  # one that Windows adds by itself, empty
    32: bytes.fromhex("20000000 01000000 05000000") + GOLDEN_DER,  # CERT_CERT_PROP_ID, the certificate: 5 bytes
}
KNOWN = (2, 11, 19, 32)
GOLDEN = b"".join(GOLDEN_RECORDS.values())

# SerializedCert of a certificate that crypt32 imported from a p12 into the legacy CSP, and then renamed.
FROM_CRYPT32 = base64.b64decode(
    "CwAAAAEAAAAMAAAASABlAGwAbABvAAAAAgAAAAEAAADIAAAAHAAAAGoAAAABAAAAAAAAAAAAAAAAAAAAAQAAAHsAOABGAEYAMQAxADQANQA5AC0A"
    "QgBDADQANQAtADQAMQBBAEQALQA5AEEAQgAwAC0ANQAyADMAQwA5ADkAMAA1AEIAQwAyADUAfQAAAE0AaQBjAHIAbwBzAG8AZgB0ACAARQBuAGgA"
    "YQBuAGMAZQBkACAAQwByAHkAcAB0AG8AZwByAGEAcABoAGkAYwAgAFAAcgBvAHYAaQBkAGUAcgAgAHYAMQAuADAAAAADAAAAAQAAABQAAAColBFi"
    "H9HqlEKeQgvlAfkQrXs3JSAAAAABAAAAwQIAADCCAr0wggGloAMCAQICAQUwDQYJKoZIhvcNAQELBQAwIjEgMB4GA1UEAwwXSmVhbm5lIER1cG9u"
    "dCAtIFQxMjM0NTYwHhcNMjYwMTAxMDAwMDAwWhcNMjgwMTAxMDAwMDAwWjAiMSAwHgYDVQQDDBdKZWFubmUgRHVwb250IC0gVDEyMzQ1NjCCASIw"
    "DQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAKTL7QT8VHEErNPrYAuSLusd/pRwEF+3otzdQbcP6T2618RqhQwaDiMq3pTCD+PHwg94Rh58S3Dd"
    "/4Fi9GCOJ1jREuqPEeGlrKxML9NnD6SKy6cTtaQaNj09wrBAXbwdqMQUjPgFQZkXUxw1evdKGP7bkrnzdVAxY84MJ/HmE5ZI8m9JV2E3MKbn2eyt"
    "JHv7DKQ8Ns1E3FVe9EA4StuQpXlO0fAjC4graocW8IVuV9sCuTSVFuj7f9B6ZMdSb+vdyUiwpNd84xfzyOveuMLFVVWQ3j04MwXLztVQVsIVKXcg"
    "AyknTcjgsJwfRZJJaDRfDk/M+zFCcnhNYNGsN0QR4R8CAwEAATANBgkqhkiG9w0BAQsFAAOCAQEARSFSxTS0pWn4AXMZ72jhgTdMW/j/N4YYIUB9"
    "Tz7tnL0qJ26h/VJ7aOjBWbp9auy6iRNhdt6uCMsiMIuVpzVZ9uPeJzYyl3uPQ4zyYeRxv9D1uhb9/vXALDCuOEea8YNt1QjBGhRwW3mSmaF+GGQM"
    "Z7glvxHhIaIpm0vhC/LpnJIP0tqwHlpv3FUYNYdy2QDD+0Fen7avReT4bhNxqld7atnxEhiq8L03AFZlDO4XSZ+JRBwvaD9dHlXY4A7HR4du9FFU"
    "H2wJEYFXXBJr+QE+U4r6LWdov3RY7iNUkBv3C4Qt7wuHgVcZQwG06HnRmY12W1QeGDMBgtriWQDHAzP10Q=="
)


def sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest().upper()


def record(number: int, data: bytes, length: int | None = None) -> bytes:
    return struct.pack("<III", number, 1, len(data) if length is None else length) + data


def link(container: int = 28, provider: int = 32, names: bytes = b"A\0\0\0B\0\0\0") -> bytes:
    return record(2, struct.pack("<7I", container, provider, 0, 0, 0, 0, 0) + names) + record(32, GOLDEN_DER)


def test_reads_every_property_of_the_golden_element_in_any_order_and_passes_over_those_of_no_use() -> None:
    element = parse_element(GOLDEN)
    assert (element.thumbprint, element.der, element.friendly_name) == (sha1(GOLDEN_DER), GOLDEN_DER, "SISERI")
    assert element.archived
    assert element.key == KeyProvInfo("{A}", "Software KSP", provider_type=0, flags=0x20, key_spec=0)
    assert list(read_records(GOLDEN)) == list(GOLDEN_RECORDS)
    for order in (*itertools.permutations([*KNOWN, 9, 0x8000]), KNOWN):
        assert parse_element(b"".join(GOLDEN_RECORDS[number] for number in order)) == element


def test_each_property_is_that_of_its_own_record() -> None:
    def without(number: int) -> StoreElement:
        return parse_element(b"".join(raw for known, raw in GOLDEN_RECORDS.items() if known != number))

    golden = parse_element(GOLDEN)
    assert without(2) == replace(golden, key=None)
    assert without(11) == replace(golden, friendly_name=None)
    assert without(19) == replace(golden, archived=False)
    with pytest.raises(ElementError, match="no certificate"):
        without(32)


@pytest.mark.parametrize("number", GOLDEN_RECORDS)
@pytest.mark.parametrize("lie", [-(2**20), -1, 1, 2, 11, 2**31, 2**32 - 100], ids=str)
def test_a_record_that_lies_about_its_length_is_refused(number: int, lie: int) -> None:
    """Whatever is then taken for the next record: no certificate is made up out of it."""
    raw = GOLDEN_RECORDS[number]
    said = max(0, len(raw) - 12 + lie)
    if said == len(raw) - 12:
        said = 1
    lying = {**GOLDEN_RECORDS, number: raw[:8] + struct.pack("<I", said) + raw[12:]}
    with pytest.raises(ElementError):
        parse_element(b"".join(lying.values()))


def test_a_record_of_another_encoding_is_read_all_the_same() -> None:
    """Windows writes 1 and reads whatever stands there."""
    raw = GOLDEN_RECORDS[32]
    assert parse_element(GOLDEN[: -len(raw)] + raw[:4] + struct.pack("<I", 0x10001) + raw[8:]) == parse_element(GOLDEN)


def test_reads_what_crypt32_wrote() -> None:
    element = parse_element(FROM_CRYPT32)
    assert element.thumbprint == "A89411621FD1EA94429E420BE501F910AD7B3725"
    assert element.friendly_name == "Hello"
    assert not element.archived
    assert element.key == KeyProvInfo(
        container="{8FF11459-BC45-41AD-9AB0-523C9905BC25}",
        provider="Microsoft Enhanced Cryptographic Provider v1.0",
        provider_type=1,
        flags=0,
        key_spec=1,
    )


def test_an_element_cut_off_anywhere_is_refused() -> None:
    for end in range(len(GOLDEN)):
        with pytest.raises(ElementError):
            parse_element(GOLDEN[:end])


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no certificate"),
        (record(11, b"A\0\0\0"), "no certificate"),
        (record(32, GOLDEN_DER, length=6), "record 32 says 6 bytes, of which 5 came"),
        (record(32, GOLDEN_DER, length=0xFFFFFFFF), "record 32 says 4294967295 bytes"),
        (record(32, GOLDEN_DER) + b"\0\0\0\0", "cut off"),
        (record(2, b"\0" * 27) + record(32, GOLDEN_DER), "key link .* is cut off"),
        (link(container=36), "name at byte 36 of 36"),
        (link(container=0xFFFFFFFF), "name at byte 4294967295"),
        (link(provider=27), "name at byte 27"),
        (link(provider=35), "without an end"),
        (link(names=b"A\0\0\0B\0B\0"), "without an end"),
        (link(names=b"\0\xd8\0\0B\0\0\0"), "not UTF-16"),
    ],
)
def test_a_wrong_length_or_offset_is_named(raw: bytes, reason: str) -> None:
    with pytest.raises(ElementError, match=reason):
        parse_element(raw)


def test_a_key_link_may_name_nothing() -> None:
    key = parse_element(record(2, bytes(28)) + record(32, GOLDEN_DER)).key
    assert key == KeyProvInfo("", "", provider_type=0, flags=0, key_spec=0)


@pytest.mark.parametrize(("data", "name"), [(b"A\0", "A"), (b"A\0\0", "A\ufffd"), (b"\0\xd8\0\0", "\ufffd"), (b"", "")])
def test_a_damaged_friendly_name_does_not_hide_the_certificate(data: bytes, name: str) -> None:
    assert parse_element(record(11, data) + record(32, GOLDEN_DER)).friendly_name == name


def test_bytes_changed_at_random_are_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(12)  # noqa: S311
    for _round in range(2000):
        changed = bytearray(GOLDEN)
        for _change in range(3):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            parse_element(bytes(changed))
        except ElementError:
            continue


def hashed(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_the_store_hash_is_the_one_of_the_protocol() -> None:
    golden = [
        bytes.fromhex("02000000 3e000000") + GOLDEN_LINK,
        bytes.fromhex("0b000000 0e000000") + GOLDEN_NAME,
        bytes.fromhex("13000000 00000000"),
        bytes.fromhex("20000000 05000000") + GOLDEN_DER,
    ]
    last = bytes.fromhex("20000000 02000000 3000")
    assert sha1(GOLDEN_DER) < sha1(b"\x30\x00")
    assert store_hash([GOLDEN, record(32, b"\x30\x00")]) == hashed(*golden, last)
    assert store_hash([record(32, b"\x30\x00"), GOLDEN]) == hashed(*golden, last)
    assert store_hash([]) == hashed()


def test_the_later_of_two_elements_with_one_thumbprint_counts() -> None:
    hive, file = record(32, GOLDEN_DER), record(19, b"") + record(32, GOLDEN_DER)
    assert store_hash([hive, file]) == store_hash([file]) != store_hash([file, hive])


@pytest.mark.parametrize("broken", [GOLDEN[:-1], b"", record(11, b"A\0\0\0")])
def test_an_element_without_a_certificate_counts_as_its_raw_bytes(broken: bytes) -> None:
    assert store_hash([broken]) == hashed(broken)
