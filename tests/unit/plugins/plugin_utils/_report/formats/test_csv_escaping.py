# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A text in a spreadsheet is shown as it is and never run."""

from __future__ import annotations

import re

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_escaping import text_cell

PLAIN = [
    "",
    "Jeanne Dupont",
    "8AEBFF596A92E78193D2CB097BEFCB54C79C133F",
    "CN=Jeanne Dupont - T123456,O=CHU,C=FR",
    "CHU\\jdupont",
    "Marie-Claire",
    "Décembre",
    "true story",
    "a+b=c - d",
    "-",
    "\u202f",
]


@pytest.mark.parametrize("text", PLAIN, ids=range(len(PLAIN)))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert text_cell(text) == text.strip()


CONVERTED = [
    "0012",
    "12E4",
    "1E1034567890123456789012345678901234567890"[:40],
    "1" * 40,
    "7,5",
    "1 234",
    "-2+3",
    "50%",
    "9:30 AM",
    "10 p",
    "mars-2",
    "2 mai",
    "1-déc.-2026",
    "faux",
    "#N/A",
]


@pytest.mark.parametrize("text", CONVERTED, ids=range(len(CONVERTED)))
def test_what_a_spreadsheet_would_change_is_a_constant(text: str) -> None:
    assert text_cell(text) == f'="{text}"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+A1", "'=1+A1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("\r\n=cmd", "'=cmd"),
        ("\uff1dcmd", "'\uff1dcmd"),
        ("peace;=cmd()", "peace;'=cmd()"),
        ("peace, -cmd", "peace, '-cmd"),
        ('peace;"=cmd()', "peace;\"'=cmd()"),
        ('="0012"&cmd', '\'="0012"&cmd'),
        ("'=cmd", "''=cmd"),
    ],
    ids=repr,
)
def test_what_would_be_run_is_not(text: str, shown: str) -> None:
    assert text_cell(text) == shown


def test_a_cell_is_one_line() -> None:
    assert text_cell("a\r\nb\tc\x00d\x85e") == "a b c d e"


@pytest.mark.parametrize("text", ['12"', "12;34", '1"&cmd', "1'2\"3"], ids=range(4))
def test_nothing_follows_a_constant(text: str) -> None:
    assert not text_cell(text).startswith("=")


def test_a_number_too_long_for_a_constant_is_no_formula() -> None:
    assert not re.match("[=+@-]", text_cell("-" + "1" * 300))
