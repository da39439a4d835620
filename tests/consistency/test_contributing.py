# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file that the pages for developers name exists, and the picture of the floors shows every package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from consistency.test_layers import MAY_IMPORT
from consistency.tree import ROOT, name

CONTRIBUTING = ROOT / "CONTRIBUTING.md"
PAGES = [
    path
    for path in (CONTRIBUTING, ROOT / "tests" / "README.md", *(ROOT / "docs" / "developers").glob("*.md"))
    if path.exists()
]

MADE = (".venv", ".build", "~")
"""Folders that are not part of the tree."""

IN_CODE = re.compile(r"`([^`\s]+)`")
FILE = re.compile(
    r"[\w.*/-]+\.(?:py|ps1|psm1|cs|yml|json|md|rst|txt|toml|j2|css|js)|[\w.*-]+(?:/[\w.*-]+)+/?|[\w.*-]+/"
)


def paths(text: str) -> Iterator[str]:
    """The words in code that are paths of the tree; ``*`` stands for any name."""
    for word in IN_CODE.findall(text):
        if FILE.fullmatch(word) and not word.startswith(MADE):
            yield word


def exists(path: str, page: Path = CONTRIBUTING) -> bool:
    """Whether a path is there, from the root or from the folder of the page. A file without a folder may be anywhere below both."""
    patterns = [(ROOT, path), (page.parent, path)]
    if "/" not in path:
        patterns += [(ROOT / "plugins", f"**/{path}")]
        patterns += [(page.parent, f"**/{path}")] if page.parent != ROOT else []
    return any(any(folder.glob(pattern.rstrip("/"))) for folder, pattern in patterns)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    named = set(paths(page.read_text(encoding="utf-8")))
    assert named
    assert sorted(path for path in named if not exists(path, page)) == []


def test_the_picture_of_the_floors_shows_every_package() -> None:
    picture = CONTRIBUTING.read_text(encoding="utf-8").partition("## The floors")[2].partition("\n## ")[0]
    shown = re.findall(r"(?<![\w/])(_\w+)(?:/|\.py)", "\n".join(re.findall(r"^    .*", picture, re.MULTILINE)))
    assert sorted(shown) == sorted(MAY_IMPORT)
