# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A renewal against a workstation in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import CertificateStore
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle import present as present_module
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.present import PresentOptions
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import Transaction
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import (
    DesiredCertificate,
    Plan,
    Prove,
    RetireStep,
    plan_present,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import (
    Removal,
    RemovalMethod,
    RemovalPolicy,
)
from lab.authority import Authority, IssuedBundle
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import (
    NOW,
    PASSPHRASE,
    YEAR,
    execution,
    inventory,
    issue,
    opened,
    present,
    present_options,
)

JEANNE = ExpectedSubject("Jeanne Dupont", "T123456")
SKEW = timedelta(seconds=301)


def run(drivers: FakeDrivers, issued: IssuedBundle, options: PresentOptions | None = None) -> Transaction:
    return present(options or present_options(), opened(issued), drivers)


def kinds(drivers: FakeDrivers) -> list[str]:
    return [step.type for request, _run_as in drivers.requests for step in request.steps]


def refused(drivers: FakeDrivers, issued: IssuedBundle, options: PresentOptions | None = None) -> Pkcs12Error:
    held = dict(drivers.elements)
    with pytest.raises(Pkcs12Error) as refusal:
        run(drivers, issued, options)
    assert drivers.elements == held
    return refusal.value


def test_a_renewal_leaves_the_new_certificate_alone_and_the_next_run_one_command(
    drivers: FakeDrivers, new: IssuedBundle
) -> None:
    outcome = run(drivers, new)
    assert outcome.proven
    assert [found.thumbprint for found in outcome.after.certificates] == [opened(new).leaf.thumbprint]
    assert kinds(drivers) == ["chain", "import", "prove", "retire"]
    assert all(drivers.usable)
    drivers.calls.clear()
    assert run(drivers, new).plan == Plan(())
    assert drivers.calls == ["inventory"]


def test_what_travels_is_a_bundle_of_one_use_and_none_of_it_shows(drivers: FakeDrivers, new: IssuedBundle) -> None:
    outcome = run(drivers, new)
    (step,) = [step for step in drivers.requests[0][0].steps if step.type == "import"]
    assert step.arguments["bundle"] != new.data
    one_use = step.arguments["passphrase"]
    assert one_use != PASSPHRASE
    assert all(secret not in repr((drivers.requests, outcome, present_options())) for secret in (PASSPHRASE, one_use))


def test_each_proof_signs_a_number_of_its_own(old: IssuedBundle, drivers: FakeDrivers) -> None:
    for _run in range(2):
        run(drivers, old, present_options(prove=Prove.ALWAYS))
    nonces = {
        step.arguments["nonce"] for request, _as in drivers.requests for step in request.steps if step.type == "prove"
    }
    assert len(nonces) == 2
    assert all(len(nonce) == 32 for nonce in nonces)


@pytest.mark.parametrize("fails", [("import", "import_failed"), ("prove", "sign_failed"), ("chain", "chain_failed")])
def test_a_step_that_fails_before_retiring_changes_nothing(
    drivers: FakeDrivers, new: IssuedBundle, fails: tuple[str, str]
) -> None:
    drivers.fails = fails
    refusal = refused(drivers, new)
    assert (refusal.code, refusal.changed) == (fails[1], False)
    assert refusal.journal[-1]["outcome"] == "failed"


def test_when_retiring_fails_the_new_certificate_stays_and_is_on_record(
    tmp_path: Path, drivers: FakeDrivers, new: IssuedBundle
) -> None:
    drivers.fails = ("retire", "retire_failed")
    with pytest.raises(Pkcs12Error) as refusal:
        run(drivers, new, present_options(execution(tmp_path / "e")))
    assert (refusal.value.code, refusal.value.changed) == ("retire_failed", True)
    assert opened(new).leaf.thumbprint in drivers.elements
    assert '"error": "retire_failed"' in (tmp_path / "e").read_text(encoding="utf-8")


def test_someone_elses_certificate_is_refused_before_the_workstation_is_asked(
    drivers: FakeDrivers, new: IssuedBundle
) -> None:
    refusal = refused(drivers, new, present_options(person=ExpectedSubject("Paul Martin", "T654321")))
    assert refusal.code == "wrong_person"
    assert drivers.calls == []


@pytest.mark.parametrize(
    ("left", "code"), [(timedelta(seconds=-1), "expired"), (3 * YEAR + timedelta(seconds=1), "not_yet_valid")]
)
def test_dates_are_held_against_the_controllers_clock(
    authority: Authority, drivers: FakeDrivers, left: timedelta, code: str
) -> None:
    assert refused(drivers, issue(authority, left=left)).code == code
    assert drivers.calls == []


@pytest.mark.parametrize(
    ("left", "skew", "code"),
    [
        (SKEW - timedelta(seconds=1), SKEW, "clock_skew.fast"),
        (3 * YEAR - SKEW + timedelta(seconds=1), -SKEW, "clock_skew.slow"),
    ],
)
def test_a_workstation_whose_clock_is_off_is_refused_when_it_matters(
    authority: Authority, left: timedelta, skew: timedelta, code: str
) -> None:
    drivers = FakeDrivers(inventory(utc=NOW + skew))
    refusal = refused(drivers, issue(authority, left=left))
    assert refusal.problem == Problem(code, {"computer": "WS-1", "seconds": 301})
    run(drivers, issue(authority))


def test_a_skew_that_kerberos_tolerates_is_tolerated(authority: Authority) -> None:
    drivers = FakeDrivers(inventory(utc=NOW + timedelta(seconds=300)))
    run(drivers, issue(authority, left=timedelta(seconds=10)))


@pytest.mark.parametrize("method", [RemovalMethod.DELETE, RemovalMethod.NONE])
def test_an_older_bundle_is_refused_unless_it_is_meant(
    old: IssuedBundle, new: IssuedBundle, method: RemovalMethod
) -> None:
    drivers = FakeDrivers()
    drivers.plant(new)
    assert refused(drivers, old, present_options(policy=RemovalPolicy(method))).code == "downgrade"
    run(drivers, old, present_options(policy=RemovalPolicy(method, allow_downgrade=True)))
    assert opened(old).leaf.thumbprint in drivers.elements


def test_more_predecessors_than_allowed_are_refused(drivers: FakeDrivers, new: IssuedBundle) -> None:
    assert refused(drivers, new, present_options(policy=RemovalPolicy(max_certificates=0))).code == "too_many"
    assert drivers.calls == ["inventory"]


def retires_first(desired: DesiredCertificate, before: CertificateStore, old: Sequence[Removal]) -> Plan:
    steps = plan_present(desired, before, old).steps
    return Plan(tuple(sorted(steps, key=lambda step: not isinstance(step, RetireStep))))


def test_a_mutant_that_retires_before_it_proves_leaves_the_holder_without_a_certificate(
    drivers: FakeDrivers, new: IssuedBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(present_module, "plan_present", retires_first)
    run(drivers, new)
    assert not all(drivers.usable)
