# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose certificate it is, looked up among all who are known: the answer is the one that each holder's own entry would give."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject, index_holders
from unit.plugins.plugin_utils.records import record

NUMBERS = ("T123456", "T12345", "T-7", "T 99 456", "\u00c91")
PATTERN = r" - (.+)$"


def named(cn: str | None, rest: str = "O=CHU") -> CertificateRecord:
    return record(subject_cn=cn, subject=rest if cn is None else f"CN={cn},{rest}")


@pytest.mark.parametrize(
    ("cn", "number"),
    [
        ("Jeanne Dupont - T123456", "T123456"),
        ("T123456", "T123456"),
        ("jeanne dupont - t123456", "T123456"),
        ("Jeanne Dupont (T12345)", "T12345"),
        ("Jeanne Dupont - T-7", "T-7"),
        ("Jeanne Dupont - T-78", None),
        ("Jeanne Dupont - T 99 456", "T 99 456"),
        ("Jeanne Dupont - T99456", "T 99 456"),
        ("Jeanne Dupont - t\u00a0123 456", "T123456"),
        ("Jeanne Dupont - T 123 4567", None),
        ("Jeanne Dupont - T 123, 456", None),
        ("Jeanne Dupont - T1234567", None),
        ("Jeanne Dupont - XT123456", None),
        ("Jeanne Dupont - e\u03011", "\u00c91"),
        ("Jeanne Dupont", None),
        ("", None),
        (None, None),
    ],
)
def test_a_number_stands_in_the_common_name_as_words_of_its_own(cn: str | None, number: str | None) -> None:
    assert index_holders(NUMBERS, None).holder_of(named(cn)) == number


@pytest.mark.parametrize(
    ("cn", "number"),
    [
        ("Jeanne Dupont - T123456", "T123456"),
        ("Jeanne Dupont - T99 456", "T 99 456"),
        ("T12345 Dupont - T123456", "T123456"),
        ("Jeanne Dupont - t123456", "T123456"),
        ("T123456 Dupont - T999999", None),
        ("Jeanne Dupont T123456", None),
        (None, None),
    ],
)
def test_with_a_pattern_the_number_is_where_the_pattern_finds_it(cn: str | None, number: str | None) -> None:
    assert index_holders(NUMBERS, PATTERN).holder_of(named(cn)) == number


@pytest.mark.parametrize(
    ("cn", "rest", "number"),
    [
        ("Jeanne Dupont", "serialNumber=T123456,O=CHU", "T123456"),
        ("Jeanne Dupont", "serialNumber=PNOFR-T123456,O=CHU", "T123456"),
        ("Jeanne Dupont", "serialNumber=T 123 456", "T123456"),
        ("Jeanne Dupont - T12345", "serialNumber=T123456", "T12345"),
        (None, "serialNumber=T123456", "T123456"),
        ("Jeanne Dupont", "serialNumber=XT123456", None),
        ("Jeanne Dupont", "OU=T123456", None),
    ],
)
def test_a_number_may_stand_in_the_serial_number(cn: str | None, rest: str, number: str | None) -> None:
    assert index_holders(NUMBERS, None).holder_of(named(cn, rest)) == number


def test_a_pattern_may_find_it_anywhere_in_the_subject() -> None:
    index = index_holders(NUMBERS, r"OU=(T\d+)")
    assert index.holder_of(named("Jeanne Dupont - T12345", "OU=T123456,O=CHU")) == "T123456"
    assert index_holders(NUMBERS, r"^Jeanne Dupont - (T\d+)$").holder_of(named("Jeanne Dupont - T12345")) == "T12345"


@pytest.mark.parametrize("pattern", [None, PATTERN, r"(?:serialNumber=| - )(T\d+)"])
def test_one_look_says_what_each_holders_entry_says(pattern: str | None) -> None:
    index = index_holders(NUMBERS, pattern)
    names = [f"Jeanne Dupont{joint}{number}" for joint, number in itertools.product((" - ", " ", "/", ""), NUMBERS)]
    numbered = [named("Jeanne Dupont", f"serialNumber={number},O=CHU") for number in NUMBERS]
    for certificate in [*map(named, [*names, "Jeanne Dupont", "", None]), *numbered]:
        owners = [
            number for number in NUMBERS if ExpectedSubject(authorisation=number, pattern=pattern).owns(certificate)
        ]
        assert index.holder_of(certificate) in (owners or [None])


@pytest.mark.parametrize("numbers", [(), ("",)], ids=["nobody", "empty"])
@pytest.mark.parametrize("pattern", [None, r"(T\d*)"])
def test_where_nobody_is_known_no_certificate_is_anybodys(numbers: tuple[str, ...], pattern: str | None) -> None:
    index = index_holders(numbers, pattern)
    assert index.numbers == {}
    assert [index.holder_of(named(cn)) for cn in ("Jeanne Dupont - T123456", "", None)] == [None] * 3


def test_the_order_of_the_numbers_makes_no_difference() -> None:
    numbers = ("T1", "t1", "T 2", "t 2")
    registers = [index_holders(order, None) for order in itertools.permutations(numbers)]
    assert all(index == registers[0] for index in registers)
