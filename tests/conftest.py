# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only what this machine has the equipment for is run. What is left out is counted and said."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

import figures
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.lasting_storage import check_lasting
from equipment import EQUIPMENT
from lab.ansible_playbook import Forked, chosen

EVERYTHING = "PKCS12_EVERYTHING" in os.environ
"""Whether this run has to show everything, as .ci/run: what is left out without a reason in the table is red, and so is a suite without
a test that ran, and more than ``RERUNS`` tests that passed only when they were run again."""
RERUNS = 3
SEED = os.environ.get("PKCS12_SEED", "")
"""Another order for each: of the files of a suite, and of the tests in a file. The suites keep theirs, the slowest first."""

LASTING = "/var/tmp"  # noqa: S108  file-hierarchy(7): on a disk, where /tmp is memory, as since Debian 13


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--start-anew", action="store_true", help="start each ansible-playbook anew, as a user does")


def pytest_configure(config: pytest.Config) -> None:
    try:
        check_lasting(Path(tempfile.gettempdir()))
    except Pkcs12Error:  # the collection writes no bundle there
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", LASTING)
    for each in EQUIPMENT:
        config.addinivalue_line("markers", f"{each.marker}: needs {each.name}")
    config.addinivalue_line("markers", "words: is about the words of sentences")
    config.addinivalue_line("markers", "any_problem: may make problems that the catalogue does not know")


NONCE_LANGUAGE = "PKCS12_NONCE_LANGUAGE"
"""Where it is set, each sentence of the product is its code, its values and a nonce: a test that passes reads no words."""


@pytest.hookimpl(tryfirst=True)  # pytest then brings together again what shares a fixture
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if NONCE_LANGUAGE in os.environ:
        leave_out(config, items, "words", lambda item: item.get_closest_marker("words"))
    for each in EQUIPMENT:
        if any(item.get_closest_marker(each.marker) for item in items) and not each.there():
            leave_out(config, items, each.marker, lambda item, each=each: item.get_closest_marker(each.marker))
    if SEED:
        items[:] = [
            item
            for _suite, of_suite in groupby(items, lambda item: figures.suite_of(item.nodeid))
            for of_file in shuffled([list(of_file) for _path, of_file in groupby(of_suite, lambda item: item.path)])
            for item in shuffled(of_file)
        ]


def shuffled(these: list[Any]) -> list[Any]:
    """By the seed alone: all processes of a run have one order."""
    return random.Random(SEED).sample(these, len(these))  # noqa: S311  an order is no secret


@pytest.fixture
def same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences without nonces, for a test that compares the bytes of two renderings."""
    monkeypatch.delenv(NONCE_LANGUAGE, raising=False)


def leave_out(
    config: pytest.Config, items: list[pytest.Item], reason: str, chosen: Callable[[pytest.Item], object]
) -> None:
    left_out = [item for item in items if chosen(item)]
    items[:] = [item for item in items if not chosen(item)]
    config.hook.pytest_deselected(items=left_out)
    figures.leave_out(reason, [item.nodeid for item in left_out])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    figures.count(report)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):  # one of the processes of pytest-xdist
        session.config.workeroutput["figures"] = figures.exported()
        return
    suites = [figures.suite_of(f"{argument}/") for argument in session.config.args] if EVERYTHING else []
    figures.RED[:] = figures.red(suites, RERUNS if EVERYTHING else None)
    if figures.RED and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    if exported := getattr(node, "workeroutput", {}).get("figures"):  # none of a process that crashed
        figures.add(**exported)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in (*figures.LINES, *(figures.times() if EVERYTHING else ())):
        terminalreporter.write_line(line)
    if SEED:
        terminalreporter.write_line(f"The order of this run: PKCS12_SEED={SEED}")
    for each in EQUIPMENT:
        if count := sum(figures.LEFT_OUT.get(each.marker, {}).values()):
            line = f"*** NOT DONE HERE: {count} tests with {each.name}. {each.cure}"
            terminalreporter.write_line(line, yellow=True, bold=True)
    for line in figures.RED:
        terminalreporter.write_line(f"*** RED: {line}", red=True, bold=True)


@pytest.fixture(scope="session", autouse=True)
def fork_ansible_playbook(request: pytest.FixtureRequest) -> Iterator[None]:
    """Many runs, of which a start would be the longest part."""
    if request.config.getoption("--start-anew", default=False):
        yield
        return
    with Forked() as forked, chosen(forked):
        yield
