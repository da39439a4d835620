# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of suites names every folder of tests and every tracked file, and a change has to pass the suites that could see it."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

from consistency.tree import ROOT


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("suites", ROOT / "tools/suites.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


suites = load()


def test_every_test_file_is_in_one_suite() -> None:
    known = {*suites.GATE, *suites.REST}
    assert len(known) == len(suites.GATE) + len(suites.REST)
    assert [path for path in sorted(ROOT.glob("tests/**/test_*.py")) if suite_of(path) not in known] == []
    assert [suite for suite in suites.REST if not suites.files_of(suite)] == []


def suite_of(path: Path) -> str:
    """A suite of the gate has folders of its own."""
    folder = path.parent.relative_to(ROOT / "tests").as_posix()
    return folder.partition("/")[0] if folder.partition("/")[0] in suites.GATE else folder


def test_every_row_is_about_a_file_and_names_suites_that_there_are() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    if len(tracked) > 1:  # not in a copy without git
        used = {suites.row_of(path) for path in tracked if path}
        assert set(suites.TABLE) - used == set()
    assert {suite for row in suites.TABLE.values() for suite in row} == set(suites.EVERYTHING)
