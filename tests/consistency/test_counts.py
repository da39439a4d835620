# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sentence says 1 certificate and 2 certificates: no message puts a plural behind a number that may be 1."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import counted
from consistency.tree import ROOT, name

FILES = sorted(ROOT.glob("plugins/**/*.py"))
NOUNS = (
    "authorisations|bundles|bytes|certificates|characters|computers|days|deliveries|entries|files|groups|holders|hours|keys|lines|mails|"
    "messages|minutes|places|problems|reminders|rows|seconds|times|workstations"
)
PLURAL = re.compile(rf"^ (?:(?!without )\w+ )?(?:{NOUNS})\b")
NEVER_ONE = {
    "abs(skew)",  # over five minutes
    "len(people) + 1",
    "len(found)",  # it is refused because there are several
    "len(function)",  # it is refused because it is long
    "timeout",
    "total",
}
"""What is larger than 1 in every sentence where it stands, or stands for no count."""


def numbers_before_plurals(source: str) -> Iterator[str]:
    """What stands before a plural in a text with values. Constants do not vary."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            for value, text in zip(node.values, node.values[1:], strict=False):
                if isinstance(value, ast.FormattedValue) and isinstance(text, ast.Constant):
                    said = ast.unparse(value.value)
                    if PLURAL.match(str(text.value)) and not said.isupper() and not said.startswith("counted("):
                        yield said


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_number_before_a_plural_is_never_one(path: Path) -> None:
    found = [said for said in numbers_before_plurals(path.read_text(encoding="utf-8")) if said not in NEVER_ONE]
    assert [
        said for said in found if re.search(r"len|sum|count|size|number|days|total|other|left|expected|length", said)
    ] == []


def test_a_count_in_a_role_is_inflected() -> None:
    for path in [*ROOT.glob("roles/*/*/*.yml"), *ROOT.glob("playbooks/**/*.yml")]:
        assert (
            re.findall(rf"(?:length|count) \}}\}} (?:(?!without )\w+ )?(?:{NOUNS})\b", path.read_text(encoding="utf-8"))
            == []
        ), path


@pytest.mark.parametrize(
    ("number", "nouns", "said"),
    [
        (0, ["file"], "0 files"),
        (1, ["file"], "1 file"),
        (2, ["delivery", "deliveries"], "2 deliveries"),
        (1, ["x is", "xs are"], "1 x is"),
    ],
)
def test_a_noun_follows_its_number(number: int, nouns: list[str], said: str) -> None:
    assert counted(number, *nouns) == said


def test_the_check_finds_what_it_is_for() -> None:
    source = 'f"{len(rows)} certificates"; f"{MOST} bytes"; f"{len(rows)} old files are"; f"{number} filesystems"'
    assert list(numbers_before_plurals(source)) == ["len(rows)", "len(rows)"]
