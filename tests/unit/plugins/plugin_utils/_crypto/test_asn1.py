# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.asn1 import MAX_DEPTH, DerError, header, read


def test_reads_one_element_and_leaves_the_rest_alone() -> None:
    node = read(b"\x30\x03\x02\x01\x07rest")
    assert (node.tag, node.body, node.raw) == (0x30, b"\x02\x01\x07", b"\x30\x03\x02\x01\x07")
    assert [child.body for child in node.children] == [b"\x07"]


def test_reads_the_open_length_and_the_pieces_of_ber() -> None:
    pieces = b"\x24\x80" + b"\x04\x01a" + b"\x24\x80\x04\x01b\x00\x00" + b"\x00\x00"
    outer = read(b"\x30\x80" + pieces + b"\x02\x01\x05" + b"\x00\x00" + b"rest")
    octets, number = outer.children
    assert octets.octets == b"ab"
    assert number.body == b"\x05"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x82\x01",
        b"\x30\x85\x01\x01\x01\x01\x01",
        b"\x04\x80",
        b"\x1f\x01",
    ],
)
def test_a_header_that_cannot_be_right_is_refused(data: bytes) -> None:
    with pytest.raises(DerError):
        header(data)


def test_what_is_cut_off_is_refused_and_said_with_its_length() -> None:
    with pytest.raises(DerError, match="an element of 5 bytes has only 4"):
        read(b"\x30\x03\x02\x01")
    with pytest.raises(DerError):
        read(b"\x30\x80\x02\x01\x07")


def test_refuses_the_octets_of_another_type() -> None:
    with pytest.raises(DerError):
        _rest = read(b"\x02\x01\x07").octets


def test_a_header_tells_a_length_of_up_to_four_octets_even_when_the_contents_are_missing() -> None:
    assert [header(b"\x30" + bytes([0x80 + size]) + b"\x01" * size) for size in (1, 4)] == [(3, 1), (6, 0x01010101)]
    assert header(b"\x30\x80") == (2, None)


def nested(depth: int) -> bytes:
    return b"\x30\x80" * depth + b"\x00\x00" * depth


def test_elements_may_be_nested_so_deep_and_no_deeper() -> None:
    assert read(nested(MAX_DEPTH + 1)).raw == nested(MAX_DEPTH + 1)
    with pytest.raises(DerError, match="too deep"):
        read(nested(MAX_DEPTH + 2))


@pytest.mark.parametrize(
    ("encoded", "dotted"),
    [
        ("06092a864886f70d010101", "1.2.840.113549.1.1.1"),
        ("060127", "0.39"),
        ("060128", "1.0"),
        ("06028837", "2.999"),
    ],
)
def test_an_object_identifier_is_read_as_numbers_with_dots(encoded: str, dotted: str) -> None:
    assert read(bytes.fromhex(encoded)).dotted == dotted


@pytest.mark.parametrize("encoded", ["0600", "060188", "04012a", "06032a8688"])
def test_what_is_no_object_identifier_or_is_cut_off_is_refused(encoded: str) -> None:
    with pytest.raises(DerError, match="no object identifier"):
        assert not read(bytes.fromhex(encoded)).dotted
