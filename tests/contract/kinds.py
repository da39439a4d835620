# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running cases on a kind of workstation: each on a fresh one, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from contract.captured_commands import Sent
from contract.case import Case
from contract.case_runner import Outcome, run
from contract.emulated_subject import EmulatedSubject
from contract.subject import Subject
from contract.wine_subject import WineSubject
from lab.workstation_interface import Kind

SUBJECTS: Mapping[Kind, Callable[[], Subject]] = {
    Kind.EMULATED: EmulatedSubject,
    Kind.WINDOWS_POWERSHELL: WineSubject,
}
AT_ONCE = 2


def on_a_fresh_one(case: Case, kind: Kind, sent: Mapping[tuple[str, bool], Sent]) -> Outcome:
    """Makes a workstation, runs the case, ends the workstation."""
    subject = SUBJECTS[kind]()
    try:
        return run(case, subject, sent)
    finally:
        subject.close()


class Pool:
    """Cases under way; a start of PowerShell takes seconds, most of them waiting."""

    def __init__(self, cases: Iterable[Case], kind: Kind, sent: Mapping[tuple[str, bool], Sent]) -> None:
        """Begins with the first ones."""
        self._executor = ThreadPoolExecutor(AT_ONCE)
        submit = self._executor.submit
        self._futures: dict[str, Future[Outcome]] = {c.name: submit(on_a_fresh_one, c, kind, sent) for c in cases}

    def outcome(self, case: Case) -> Outcome:
        """Waits for a case. Raises what running it raised."""
        return self._futures[case.name].result()

    def close(self) -> None:
        """Starts no further case, and waits for those that run."""
        self._executor.shutdown(cancel_futures=True)
