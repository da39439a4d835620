# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import random

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pfx import count_private_keys, extract_pfx
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from lab.authority import der, pfx
from unit.plugins.plugin_utils.problems import error_of

KEY_BAG = pfx.key_bag(b"no key", "x")
SECTION = pfx.data_section(der.encode(der.SEQUENCE, KEY_BAG))
FILE = pfx.pfx([SECTION], "x")
SAFE_CONTENTS = der.oid("1.2.840.113549.1.12.10.1.6")
INNER = der.encode(der.SEQUENCE, SAFE_CONTENTS, der.encode(der.CONTEXT_0, der.encode(der.SEQUENCE, KEY_BAG)))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"Bag Attributes\n    friendlyName: x\n-----BEGIN PRIVATE KEY-----\nMIIE\n", "pem_text"),
        (base64.encodebytes(FILE).replace(b"\n", b"\r\n"), "base64_text"),
        (b"\n<!DOCTYPE html><html><body>Code de retrait inconnu</body></html>", "html_page"),
        (b"<HTML><body></body></HTML>", "html_page"),
        (b"0", "not_p12"),
        (b"\x30\x03\x02\x01\x02", "not_p12"),
        (der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, b"a certificate begins like this")), "not_p12"),
        (random.Random(1).randbytes(100_000), "not_p12"),  # noqa: S311
        (b"\x30" * 10_000_000, "not_p12"),
        (FILE[:-1], "truncated"),
    ],
)
def test_each_kind_of_wrong_file_has_its_code(data: bytes, code: str) -> None:
    assert error_of(lambda: extract_pfx(data)).code == code


def test_a_truncated_file_tells_how_much_is_missing() -> None:
    caught = error_of(lambda: extract_pfx(FILE[:-7]))
    assert caught.problem == Problem("truncated", {"needed": len(FILE), "size": len(FILE) - 7})


def test_what_follows_the_file_is_cut_off_and_one_of_open_length_is_taken_whole() -> None:
    assert extract_pfx(FILE + b"\r\n") == extract_pfx(FILE) == FILE
    open_length = b"\x30\x80" + FILE[2 + (FILE[1] & 0x7F) :] + b"\0\0"
    assert extract_pfx(open_length) == open_length


def open_length(tag: int, *contents: bytes) -> bytes:
    return bytes([tag, 0x80]) + b"".join(contents) + b"\0\0"


@pytest.mark.parametrize(
    ("sections", "count"),
    [
        ([], 0),
        ([SECTION, SECTION], 2),
        ([pfx.data_section(der.encode(der.SEQUENCE, KEY_BAG, KEY_BAG))], 2),
        ([pfx.encrypted_section([KEY_BAG], "x"), SECTION], 1),
        ([pfx.data_section(der.encode(der.SEQUENCE, pfx.certificate_bag(KEY_BAG), KEY_BAG))], 1),
        ([pfx.data_section(der.encode(der.SEQUENCE, KEY_BAG, INNER))], 2),
    ],
)
def test_every_key_outside_encrypted_sections_is_counted(sections: list[bytes], count: int) -> None:
    assert count_private_keys(pfx.pfx(sections, "x")) == count


def test_keys_are_counted_in_ber_with_its_octets_in_pieces() -> None:
    safe = der.encode(der.SEQUENCE, SECTION, SECTION)
    half = len(safe) // 2
    pieces = open_length(0x24, der.encode(der.OCTET_STRING, safe[:half]), der.encode(der.OCTET_STRING, safe[half:]))
    content = open_length(der.SEQUENCE, pfx.PKCS7_DATA, open_length(der.CONTEXT_0, pieces))
    assert count_private_keys(open_length(der.SEQUENCE, der.integer(3), content)) == 2


@pytest.mark.parametrize(
    "data",
    [
        der.encode(der.SEQUENCE, der.integer(3)),
        der.encode(der.SEQUENCE, der.integer(3), pfx.data_section(b"junk")),
        pfx.pfx([pfx.data_section(b"junk")], "x"),
        pfx.pfx([der.encode(der.SEQUENCE, pfx.PKCS7_DATA)], "x"),
        pfx.pfx([pfx.data_section(der.encode(der.SEQUENCE, der.encode(der.SEQUENCE)))], "x"),
        der.encode(der.SEQUENCE, der.integer(3), der.encode(der.SEQUENCE, der.oid("1.2.840.113549.1.7.2"), b"\xa0\0")),
    ],
    ids=["no data", "junk", "junk in a bag", "no content", "empty", "signed"],
)
def test_a_file_with_another_inside_is_no_pkcs12(data: bytes) -> None:
    assert error_of(lambda: count_private_keys(data)).code == "not_p12"


def test_bytes_changed_at_random_are_counted_or_refused_and_nothing_else() -> None:
    chance = random.Random(4)  # noqa: S311
    for _round in range(2000):
        changed = bytearray(FILE)
        for _change in range(3):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            assert count_private_keys(extract_pfx(bytes(changed))) in range(3)
        except Pkcs12Error:
            continue
