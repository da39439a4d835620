# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A removal without a logon is cut after each operation. No key is left without its certificate, and the next run ends the work."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.absent import Absent
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.evidence import Evidence
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import (
    ExecutionOptions,
    Transaction,
    locate_holder,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.removal import RemovalSelector
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import RemovalPolicy
from fault_injection.renewal_in_process import HOLDER, SERVICE, Captured, LabDrivers, now
from fault_injection.renewals import RenewalBundles, planted
from lab.emulated import EmulatedWorkstation, Operation
from lab.faults import Watch, failing, killed, linked

Cases = dict[str, Callable[[RenewalBundles], EmulatedWorkstation]]


def workstation_with(*names: str, provider_type: int = 0) -> Callable[[RenewalBundles], EmulatedWorkstation]:
    """The holder has left; these certificates are in the profile."""

    def make(bundles: RenewalBundles) -> EmulatedWorkstation:
        workstation = EmulatedWorkstation("WS-CARDIO")
        workstation.mutex_wait = 0.1
        workstation.add_user(SERVICE)
        workstation.add_user(HOLDER)
        owned = [getattr(bundles, name) for name in names]
        planted(*owned, provider_type=provider_type)(workstation.store_of(HOLDER.sid))
        return workstation

    return make


CASES: Cases = {
    "one": workstation_with("old"),
    "two": workstation_with("older", "old"),
    "one of CAPI": workstation_with("old", provider_type=24),
}
OPERATIONS = {"one": 2, "two": 4, "one of CAPI": 2}


def remove(drivers: LabDrivers, evidence: Path | None = None) -> Transaction:
    execution = ExecutionOptions(None, False, Evidence(evidence, None, "ws-cardio"))
    state = Absent(RemovalSelector(issuer="."), RemovalPolicy(), execution, offline=True)
    return state.apply(locate_holder(drivers.inventory([HOLDER.account]), HOLDER.account, now()), drivers, now())


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("fault", [killed, failing])
def test_the_next_run_ends_what_was_cut(
    case: str, fault: Callable[..., object], sent: Captured, bundles: RenewalBundles, tmp_path: Path
) -> None:
    for number in range(1, OPERATIONS[case] + 1):
        workstation = CASES[case](bundles)
        store = workstation.store_of(HOLDER.sid)
        watch = Watch.over(workstation, HOLDER.sid, fault(number))
        drivers, path = LabDrivers(workstation, sent), tmp_path / f"{number}.jsonl"
        try:
            error = remove(drivers, path).error
        except Pkcs12Error as problem:
            error = problem
        assert error is not None
        assert len(watch.operations) == number
        assert store.containers.keys() <= linked(store)
        if fault is killed or number > 1:
            (line,) = map(json.loads, path.read_text(encoding="utf-8").splitlines())
            assert line["error"]
        workstation.observe = lambda _operation: None
        assert remove(drivers).error is None
        assert (store.elements, store.containers) == ({}, {})
        assert not remove(drivers).plan.steps


def test_who_logs_on_between_two_steps_stops_the_removal(sent: Captured, bundles: RenewalBundles) -> None:
    workstation = CASES["two"](bundles)

    def logs_on(_operation: Operation) -> None:
        workstation.profiles[HOLDER.sid].logged_on = True

    workstation.observe = logs_on
    done = remove(LabDrivers(workstation, sent))
    assert done.error is not None
    assert (done.error.code, done.error.changed) == ("profile_loaded", True)
    store = workstation.store_of(HOLDER.sid)
    assert (len(store.elements), len(store.containers)) == (2, 1)


def test_who_logs_on_before_the_first_step_waits(sent: Captured, bundles: RenewalBundles) -> None:
    workstation = CASES["one"](bundles)
    profile = workstation.profiles[HOLDER.sid]

    class LogsOn(LabDrivers):
        def exchange(self, *arguments: object) -> object:  # type: ignore[override]
            profile.logged_on = True
            return LabDrivers.exchange(self, *arguments)  # type: ignore[arg-type]

    done = remove(LogsOn(workstation, sent))
    assert done.deferred is not None and done.deferred.code == "profile_loaded"
    assert len(profile.store.elements) == len(profile.store.containers) == 1
