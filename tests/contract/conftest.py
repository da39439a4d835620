# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cases run on which kind of workstation, and one line each that says what it cannot show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from contract.captured_commands import Sent, capture
from contract.case import Case, load
from contract.kinds import Pool
from contract.kit_case import runs_under_wine
from lab.workstation_interface import Kind

CASES = load()
SMOKE = {"renewal_from_end_to_end", "inventory_resolves_an_account_name"}
"""On Windows PowerShell these run in ``make test``, too: both drivers, every step of a renewal."""


LEFT_TO_THE_KIT = {case.name for case in CASES if runs_under_wine(case)} - SMOKE
"""A case of its own takes ten times as long as one in the kit, which runs these with the same drivers in ``test_kit_on_windows.py``. What
Ansible's wrapper does with an answer is seen in the others; `make record` runs each whenever a driver or a case has changed."""


def marks(case: Case, kind: Kind) -> list[pytest.MarkDecorator]:
    if kind is not Kind.WINDOWS_POWERSHELL:
        return []
    smoke = [pytest.mark.smoke] * (case.name in SMOKE)
    return [pytest.mark.windows, *smoke, *[pytest.mark.all_only] * (case.name in LEFT_TO_THE_KIT)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with ``case`` and ``kind`` runs for each pair that can be shown."""
    if {"case", "kind"} <= set(metafunc.fixturenames):
        pairs = [(case, kind) for case in CASES for kind in Kind if case.runs_on(kind)]
        metafunc.parametrize(
            ("case", "kind"),
            [pytest.param(case, kind, id=f"{case.name}-{kind.value}", marks=marks(case, kind)) for case, kind in pairs],
        )


@pytest.fixture(scope="session")
def sent() -> Mapping[tuple[str, bool], Sent]:
    """What Ansible sends."""
    return capture()


@pytest.fixture(scope="session")
def windows(request: pytest.FixtureRequest, sent: Mapping[tuple[str, bool], Sent]) -> Iterator[Pool]:
    """The chosen cases on Windows PowerShell; asked for, they are already under way."""
    calls = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    cases: list[Case] = [call["case"] for call in calls if call.get("kind") is Kind.WINDOWS_POWERSHELL]
    pool = Pool(cases, Kind.WINDOWS_POWERSHELL, sent)
    yield pool
    pool.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nobody shall take one kind for the other, or a part for the whole."""
    total = len(CASES)
    for kind in Kind:
        unable = sum(not case.runs_on(kind) for case in CASES)
        able = f"{total - unable} of {total} contract cases, not {unable} (reasons: tests/contract/cases)"
        terminalreporter.write_line(f"{kind.value} can show {able}")
