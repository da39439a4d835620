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
    "T123456",
    "WS-0001",
    "8AEBFF596A92E78193D2CB097BEFCB54C79C133F",
    "CN=Jeanne Dupont - T123456,O=CHU,C=FR",
    "CHU\\jdupont",
    "S-1-5-21-1004336348-1177238915-682003330-1104",
    "sha256",
    "Marie-Claire",
    "Mai",
    "Décembre",
    "ws-1, ws-2",
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
    "1.5",
    "1 234",
    "-7",
    "+33 1 23 45",
    "-2+3",
    "(5)",
    "50%",
    "12 €",
    "03/2026",
    "1-2",
    "9:30",
    "9:30 AM",
    "10 p",
    "mars-2",
    "MARS1",
    "2 mai",
    "SEPT2",
    "1-déc.-2026",
    "Dec 5",
    "TRUE",
    "faux",
    "#N/A",
    "#REF!",
]


@pytest.mark.parametrize("text", CONVERTED, ids=range(len(CONVERTED)))
def test_what_a_spreadsheet_would_change_is_a_constant(text: str) -> None:
    assert text_cell(text) == f'="{text}"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+A1", "'=1+A1"),
        ("=cmd|'/c calc'!A0", "'=cmd|'/c calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd", "'+cmd"),
        ("-cmd", "'-cmd"),
        ("\t=cmd", "'=cmd"),
        ("\r\n=cmd", "'=cmd"),
        ("  \u00a0=cmd", "'=cmd"),
        ("\uff1dcmd", "'\uff1dcmd"),
        ("peace;=cmd()", "peace;'=cmd()"),
        ("peace, -cmd", "peace, '-cmd"),
        ('peace;"=cmd()', "peace;\"'=cmd()"),
        ("a;;;@cmd", "a;;;'@cmd"),
        ('="0012"&cmd', "'=\"0012\"&cmd"),
        ("'=cmd", "''=cmd"),
    ],
    ids=[
        "equals", "dde", "at", "plus", "minus", "tab", "newline", "spaces", "full_width", "semicolon", "comma", "quote",
        "several", "like_a_constant", "apostrophe",
    ],
)  # fmt: skip
def test_what_would_be_run_is_not(text: str, shown: str) -> None:
    assert text_cell(text) == shown


def test_a_cell_is_one_line() -> None:
    assert text_cell("a\r\nb\tc\x00d\x85e") == "a b c d e"


@pytest.mark.parametrize("text", ['12"', "12;34", '1"&cmd', "1'2\"3"], ids=range(4))
def test_nothing_follows_a_constant(text: str) -> None:
    assert not text_cell(text).startswith("=")


def test_a_number_too_long_for_a_constant_is_no_formula() -> None:
    assert not re.match("[=+@-]", text_cell("-" + "1" * 300))
