# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated workstation answers what Windows PowerShell answered when it was recorded; this needs no Windows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from contract.captured_commands import Sent
from contract.case import Case, load
from contract.kinds import on_a_fresh_one
from contract.recording import FOLDER, document, path_of, read
from lab.workstation_interface import Kind

RECORDED = [case for case in load() if case.runs_on(Kind.WINDOWS_POWERSHELL)]
BOTH = [case for case in RECORDED if case.runs_on(Kind.EMULATED)]


@pytest.mark.parametrize("case", BOTH, ids=lambda case: case.name)
def test_emulation_equals_recording(case: Case, sent: Mapping[tuple[str, bool], Sent]) -> None:
    """Also false when the driver or the case has changed since: then `make record` is due."""
    outcome = on_a_fresh_one(case, Kind.EMULATED, sent)
    assert document(case, sent[case.driver, case.run_as is not None], outcome) == read(case)


def test_every_case_is_recorded_and_nothing_else() -> None:
    """A forgotten recording would compare with nothing."""
    assert set(FOLDER.glob("*.json")) == {path_of(case) for case in RECORDED}
