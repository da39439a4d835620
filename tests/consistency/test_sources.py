# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a source file looks: its head and its alphabet."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from consistency.tree import ROOT, SOURCES, name

HEAD = ["SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors", "SPDX-License-Identifier: GPL-3.0-or-later"]

PYTHON = [path for path in SOURCES if path.suffix == ".py"]
WINDOWS = [path for path in SOURCES if path.suffix != ".py"]
PLUGINS = [path for path in PYTHON if path.is_relative_to(ROOT / "plugins")]
PRIVATE = [path for path in PLUGINS if path.name.startswith("_") or "plugin_utils" in path.parts]


def comments(path: Path, count: int) -> list[str]:
    """The texts of the first comment lines, after a line that says what runs the file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    first = 1 if lines and lines[0].startswith("#!") else 0
    return [line.lstrip("#/ ") for line in lines[first : first + count]]


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_says_whose_it_is(path: Path) -> None:
    """Of what is sent to workstations, where a byte costs, REUSE.toml says it."""
    assert comments(path, 2) == HEAD


@pytest.mark.parametrize("path", PRIVATE, ids=name)
def test_says_that_it_is_private(path: Path) -> None:
    assert comments(path, 3)[2].startswith("Private to the collection hospital_it.pkcs12")


@pytest.mark.parametrize("path", PLUGINS, ids=name)
def test_annotations_are_not_evaluated(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    imported = {alias.name for node in body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert not body or "annotations" in imported


@pytest.mark.parametrize("path", WINDOWS, ids=name)
def test_is_ascii(path: Path) -> None:
    """Windows PowerShell 5.1 reads a file without a byte order mark in the code page of the machine."""
    assert path.read_bytes().isascii()
