# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One renewal with a fault, then without: what was seen, and what is wrong after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from fault_injection.final_state import wrong_in_the_end
from fault_injection.renewal_in_process import HOLDER, Captured, LabDrivers, Renewal, quiet
from lab.emulated import EmulatedWorkstation
from lab.emulated.store import Store
from lab.faults import Act, Watch, nothing


@dataclass(frozen=True, slots=True)
class FaultyRun:
    """A run that is over. ``refusal`` is what the task would say, or None."""

    workstation: EmulatedWorkstation
    watch: Watch
    refusal: Pkcs12Error | None


def run_with_fault(
    renewal: Renewal, sent: Captured, act: Act = nothing, between: Callable[[Store], None] = quiet
) -> FaultyRun:
    """Runs it on a new workstation."""
    workstation = renewal.workstation()
    watch = Watch.over(workstation, HOLDER.sid, act)
    try:
        renewal.run(LabDrivers(workstation, sent, between))
    except Pkcs12Error as refusal:
        return FaultyRun(workstation, watch, refusal)
    return FaultyRun(workstation, watch, None)


def operations(renewal: Renewal, sent: Captured) -> int:
    """How many operations a run without a fault takes. Raises ``ValueError`` when that one is wrong already."""
    clean = run_with_fault(renewal, sent)
    wrong = [*clean.watch.violations, *wrong_in_the_end(clean.workstation, renewal)]
    if clean.refusal or wrong:
        raise ValueError(f"{clean.refusal} {wrong}")
    return len(clean.watch.operations)


def wrong_after_another_run(
    faulty: FaultyRun,
    renewal: Renewal,
    sent: Captured,
    others: frozenset[str] = frozenset(),
    later: timedelta = timedelta(),
) -> list[str]:
    """Runs it again without a fault, so much later, and once more, which has to find nothing to do."""
    faulty.workstation.clock = lambda: datetime.now(UTC) + later
    drivers, watch = LabDrivers(faulty.workstation, sent), Watch.over(faulty.workstation, HOLDER.sid)
    renewal.run(drivers)
    exchanges = drivers.exchanges
    renewal.run(drivers)
    idle = drivers.exchanges == exchanges
    wrong = [*watch.violations, *wrong_in_the_end(faulty.workstation, renewal, others)]
    return wrong if idle else [*wrong, "the run after that is not idle"]
