# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that need Windows PowerShell are marked ``windows``. Where it is not installed they are left out, and one line says so."""

from __future__ import annotations

import pytest

from lab.wine import bed

LEFT_OUT = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "windows: needs Windows PowerShell, under Wine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if bed():
        return
    left_out = [item for item in items if item.get_closest_marker("windows")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    config.stash[LEFT_OUT] = len(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    count = config.stash.get(LEFT_OUT, 0)
    if count:
        line = f"WARNING: Windows PowerShell is not installed here: {count} tests were NOT run on it (make bed installs it)."
        terminalreporter.write_line(line, yellow=True, bold=True)
