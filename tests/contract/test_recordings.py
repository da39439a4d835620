# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated workstation answers what Windows PowerShell answered when it was recorded; this needs no Windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from contract import record, recording
from contract.captured_commands import Sent
from contract.case import Case, load
from contract.case_runner import Outcome
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


@dataclass
class EmulatedPool:
    """Takes the place of the pool that runs cases on Windows PowerShell. ``stuck``: cases that do not end; ``ran``: what it was given."""

    sent: Mapping[tuple[str, bool], Sent]
    stuck: set[str]
    ran: list[str] = field(default_factory=list)

    def begin(self, cases: list[Case], _kind: Kind, _sent: object) -> EmulatedPool:
        self.ran.extend(case.name for case in cases)
        return self

    def outcome(self, case: Case) -> Outcome:
        if case.name in self.stuck:
            raise TimeoutError
        return on_a_fresh_one(case, Kind.EMULATED, self.sent)

    def close(self) -> None:
        """Holds nothing."""


def test_only_what_is_stale_is_recorded_again(
    sent: Mapping[tuple[str, bool], Sent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, other_driver, other_question, missing = BOTH[:4]
    pool = EmulatedPool(sent, stuck={fresh.name})
    for module in (record, recording):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    for name, value in {"bed": lambda: tmp_path, "capture": lambda: sent, "load": lambda: BOTH[:4]}.items():
        monkeypatch.setattr(record, name, value)
    monkeypatch.setattr(record, "Pool", pool.begin)
    assert record.main([]) == 1
    assert pool.ran == [case.name for case in BOTH[:4]]
    assert not path_of(fresh).exists()
    pool.stuck.clear()
    pool.ran.clear()
    assert record.main([]) == 0
    assert pool.ran == [fresh.name]
    for case, key in ((other_driver, "driver_sha256"), (other_question, "case_sha256")):
        changed = {**read(case), key: "0"}
        path_of(case).write_text(recording.text(changed))
    path_of(missing).unlink()
    pool.ran.clear()
    assert record.main([]) == 0
    assert pool.ran == [case.name for case in (other_driver, other_question, missing)]
    assert fresh.name not in pool.ran
    pool.ran.clear()
    assert record.main(["--all"]) == 0
    assert len(pool.ran) == 4
