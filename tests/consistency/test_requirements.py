# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments are the same wherever and whenever they are made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consistency.tree import ROOT, name

FOLDER = ROOT / "tests" / "requirements"
PINNED = re.compile(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*(; python_version (<|>=) \"3\.[0-9]+\")?")
UNPINNED = re.compile(r"[a-z0-9-]+|-c pins\.txt")


def requirements(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def test_pins_are_exact() -> None:
    pins = requirements(FOLDER / "pins.txt")
    assert pins
    assert [pin for pin in pins if not PINNED.fullmatch(pin)] == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("[!p]*.txt")), ids=name)
def test_versions_are_among_the_pins_alone(path: Path) -> None:
    assert [line for line in requirements(path) if not UNPINNED.fullmatch(line)] == []


def test_unit_tests_get_pinned_versions() -> None:
    """ansible-test copies its requirements file away, so that one cannot refer to the pins."""
    unit = requirements(ROOT / "tests" / "unit" / "requirements.txt")
    assert unit
    assert [line for line in unit if line not in requirements(FOLDER / "pins.txt")] == []
