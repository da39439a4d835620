# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Some tests need more than Python: Windows PowerShell, a browser. Where that is missing they are left out, and a line says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from browser.program import chromium
from lab.ansible_playbook import Forked, chosen
from lab.wine import bed


@dataclass(frozen=True)
class Equipment:
    marker: str
    name: str
    there: Callable[[], object]
    target: str


EQUIPMENT = (
    Equipment("windows", "Windows PowerShell (under Wine)", bed, "make bed"),
    Equipment("browser", "Chromium", chromium, "make browser"),
)
LEFT_OUT = pytest.StashKey[dict[str, int]]()


def pytest_configure(config: pytest.Config) -> None:
    for each in EQUIPMENT:
        config.addinivalue_line("markers", f"{each.marker}: needs {each.name}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    counts = config.stash.setdefault(LEFT_OUT, {})
    for each in EQUIPMENT:
        if each.there():
            continue
        left_out = [item for item in items if item.get_closest_marker(each.marker)]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
        counts[each.marker] = len(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    counts = config.stash.get(LEFT_OUT, {})
    for each in EQUIPMENT:
        if count := counts.get(each.marker):
            line = f"*** NOT DONE HERE: {count} tests with {each.name}. It is not installed; `{each.target}` installs it where it can."
            terminalreporter.write_line(line, yellow=True, bold=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--start-anew", action="store_true", help="start each ansible-playbook anew, as a user does")


@pytest.fixture(scope="session", autouse=True)
def fork_ansible_playbook(request: pytest.FixtureRequest) -> Iterator[None]:
    """Many runs, of which a start would be the longest part."""
    if request.config.getoption("--start-anew", default=False):
        yield
        return
    with Forked() as forked, chosen(forked):
        yield
