# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only what this machine has the equipment for is run. What is left out is counted and said."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import figures
from awx.site import address as awx_address
from browser.program import built_site, chromium
from lab.ansible_playbook import Forked, chosen
from lab.imap_server import dovecot
from lab.kdc import kerberos
from lab.mesh import receptor
from lab.wine import bed
from monitoring.program import promtool


@dataclass(frozen=True)
class Equipment:
    """``cure``: a sentence about how to get it."""

    marker: str
    name: str
    there: Callable[[], object]
    cure: str


def installed_by(target: str) -> str:
    return f"It is not installed; `{target}` installs it where it can."


EQUIPMENT = (
    Equipment("windows", "Windows PowerShell (under Wine)", bed, installed_by("make bed")),
    Equipment("browser", "Chromium", chromium, installed_by("make browser")),
    Equipment("imap", "a real IMAP server (Dovecot 2.4)", dovecot, installed_by("make imap-server")),
    Equipment("kerberos", "a real KDC (MIT Kerberos)", kerberos, installed_by("make kerberos")),
    Equipment("receptor", "a receptor mesh, as AWX has one", receptor, installed_by("make receptor")),
    Equipment("promtool", "promtool, of Prometheus", promtool, installed_by("make prometheus")),
    Equipment(
        "site", "the built documentation site", built_site, "`make docs leaflet` does them, and is a stage of .ci/run."
    ),
    Equipment(
        "awx", "an AWX", awx_address, "PKCS12_AWX_URL names none; tests/README.md says what an AWX for tests needs."
    ),
    Equipment(
        "workstations",
        "an AWX that reaches workstations",
        lambda: awx_address() and os.environ.get("PKCS12_AWX_CREDENTIALS"),
        "PKCS12_AWX_CREDENTIALS names no credentials for them; tests/README.md says more.",
    ),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--start-anew", action="store_true", help="start each ansible-playbook anew, as a user does")


def pytest_configure(config: pytest.Config) -> None:
    for each in EQUIPMENT:
        config.addinivalue_line("markers", f"{each.marker}: needs {each.name}")
    config.addinivalue_line("markers", "words: is about the words of sentences")
    config.addinivalue_line("markers", "any_problem: may make problems that the catalogue does not know")


NONCE_LANGUAGE = "PKCS12_NONCE_LANGUAGE"
"""Where it is set, each sentence of the product is its code, its values and a nonce: a test that passes reads no words."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if NONCE_LANGUAGE in os.environ:
        leave_out(config, items, "words", lambda item: item.get_closest_marker("words"))
    for each in EQUIPMENT:
        if not each.there():
            leave_out(config, items, each.marker, lambda item, each=each: item.get_closest_marker(each.marker))


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
    figures.LEFT_OUT[reason] = len(left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):  # one of the processes of pytest-xdist
        session.config.workeroutput["figures"] = figures.exported()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    if exported := getattr(node, "workeroutput", {}).get("figures"):  # none of a process that crashed
        figures.add(**exported)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in figures.LINES:
        terminalreporter.write_line(line)
    for each in EQUIPMENT:
        if count := figures.LEFT_OUT.get(each.marker):
            line = f"*** NOT DONE HERE: {count} tests with {each.name}. {each.cure}"
            terminalreporter.write_line(line, yellow=True, bold=True)


@pytest.fixture(scope="session", autouse=True)
def fork_ansible_playbook(request: pytest.FixtureRequest) -> Iterator[None]:
    """Many runs, of which a start would be the longest part."""
    if request.config.getoption("--start-anew", default=False):
        yield
        return
    with Forked() as forked, chosen(forked):
        yield
