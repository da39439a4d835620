# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks can fail: each wrong way to renew is caught by the one that is there for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import CertificateStore
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle import present as present_module
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import (
    DesiredCertificate,
    ImportStep,
    Plan,
    ProveStep,
    RetireStep,
    Step,
    plan_present,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import Removal
from fault_injection.faulty_run import run_with_fault, wrong_after_another_run
from fault_injection.renewal_in_process import HOLDER, Captured, Renewal
from fault_injection.renewals import RENEWALS, RenewalBundles
from lab.emulated.handle import StoreHandle
from lab.emulated.steps import STEP_TYPES
from lab.faults import failing, killed, linked, loses_the_first_key

Order = Callable[[Step], int]


@pytest.fixture
def renewal(bundles: RenewalBundles) -> Renewal:
    return RENEWALS["one old one"](bundles)


def paper_procedure(step: Step) -> int:
    """Remove the old one, then import the new one."""
    return 0 if isinstance(step, RetireStep) else 1


def before_the_proof(step: Step) -> int:
    """The new one is there, so the old one may go: nobody has seen the new key work."""
    order: Sequence[type[Step]] = (ImportStep, RetireStep, ProveStep)
    return order.index(type(step)) if isinstance(step, tuple(order)) else -1


def mutate(monkeypatch: pytest.MonkeyPatch, order: Order) -> None:
    def plan(desired: DesiredCertificate, store: CertificateStore, old: Sequence[Removal]) -> Plan:
        return Plan(tuple(sorted(plan_present(desired, store, old).steps, key=order)))

    monkeypatch.setattr(present_module, "plan_present", plan)


def test_the_paper_procedure_is_caught(renewal: Renewal, sent: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    mutate(monkeypatch, paper_procedure)
    assert run_with_fault(renewal, sent).watch.violations


def test_retiring_before_the_proof_is_caught(renewal: Renewal, sent: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not run_with_fault(renewal, sent, loses_the_first_key).watch.violations
    mutate(monkeypatch, before_the_proof)
    assert run_with_fault(renewal, sent, loses_the_first_key).watch.violations


def test_import_that_is_not_on_the_disk_when_the_old_one_goes_is_caught(
    renewal: Renewal, sent: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StoreHandle, "save", lambda _handle: None)
    violations = run_with_fault(renewal, sent).watch.violations
    assert {violation.rpartition(" and ")[2] for violation in violations} == {"a power loss"}


def test_import_that_sweeps_nothing_is_caught(
    renewal: Renewal, sent: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StoreHandle, "leftovers", lambda _handle, _spki: [])
    left = run_with_fault(renewal, sent, killed(1))
    assert any("no certificate links to" in wrong for wrong in wrong_after_another_run(left, renewal, sent))


def test_taking_nothing_back_is_caught(renewal: Renewal, sent: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = run_with_fault(renewal, sent, failing(1))
    assert not clean.workstation.store_of(HOLDER.sid).containers.keys() - linked(clean.workstation.store_of(HOLDER.sid))
    monkeypatch.setitem(STEP_TYPES, "import", replace(STEP_TYPES["import"], final=True))
    left = run_with_fault(renewal, sent, failing(1)).workstation.store_of(HOLDER.sid)
    assert left.containers.keys() - linked(left)
