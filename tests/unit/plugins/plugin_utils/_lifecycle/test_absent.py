# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A removal against a workstation in memory."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.absent import Absent
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import Transaction
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.removal import RemovalSelector
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import RemovalMethod, RemovalPolicy
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import Context, Logging
from lab.authority import Authority
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import EMAIL, YEAR, execution, inventory, issue, profile, run_state
from unit.plugins.plugin_utils.problems import error_of

ALL, USUAL = RemovalSelector(issuer="."), RemovalPolicy()


@pytest.fixture
def drivers(authority: Authority) -> FakeDrivers:
    """A workstation on which the holder has her own certificate and a colleague's."""
    fake = FakeDrivers()
    fake.plant(issue(authority))
    fake.plant(issue(authority, "Paul Martin - T654321"))
    return fake


def run(drivers: FakeDrivers, selector: RemovalSelector, policy: RemovalPolicy = USUAL, **details: Any) -> Transaction:
    return run_state(Absent(selector, policy, execution(**details)), drivers)


@pytest.fixture
def leaver(authority: Authority) -> FakeDrivers:
    """A workstation where the holder is not logged on."""
    drivers = FakeDrivers(inventory(profiles=(profile(loaded=False),)))
    drivers.plant(issue(authority, left=YEAR + timedelta(days=2)))
    return drivers


def offline(drivers: FakeDrivers, policy: RemovalPolicy = USUAL, **details: Any) -> Transaction:
    return run_state(Absent(ALL, policy, execution(**details), offline=True), drivers)


def test_offline_the_key_goes_before_the_certificate_and_nobody_becomes_the_holder(
    leaver: FakeDrivers, tmp_path: Path
) -> None:
    done = offline(leaver, evidence=tmp_path / "e")
    ((request, run_as),) = leaver.requests
    assert [step.type for step in request.steps] == ["remove_key", "remove_certificate"]
    assert (run_as.context, run_as.password) == (Context.OFFLINE, None)
    assert (done.deferred, leaver.elements) == (None, {})
    (line,) = map(json.loads, (tmp_path / "e").read_text(encoding="utf-8").splitlines())
    assert (line["offline"], line["keys"][0]["key"]) == (True, "deleted")


def test_offline_check_mode_sends_nothing(leaver: FakeDrivers) -> None:
    done = offline(leaver, check_mode=True)
    assert leaver.calls == ["inventory"]
    assert (done.deferred, list(done.plan.removals.values())) == (None, [RemovalMethod.DELETE])


def test_offline_does_not_change_what_is_done_for_one_who_is_there_or_whose_password_is_known(
    drivers: FakeDrivers, leaver: FakeDrivers
) -> None:
    offline(drivers)
    offline(leaver, holder_password="hers")
    assert {run_as.context for _request, run_as in drivers.requests + leaver.requests} == {Context.BECOME}


def test_offline_archives_nothing(leaver: FakeDrivers) -> None:
    refusal = error_of(lambda: offline(leaver, RemovalPolicy(method=RemovalMethod.ARCHIVE)))
    assert (refusal.problem.code, refusal.changed) == ("offline_archive", False)
    assert leaver.calls == ["inventory"]


@pytest.mark.parametrize(
    "usage", [{"eku": [x509.ObjectIdentifier(EMAIL)]}, {"eku": [], "key_usage": ["key_encipherment"]}]
)
def test_offline_what_old_mails_or_files_may_need_stays_is_told_and_stops_nothing_else(
    leaver: FakeDrivers, authority: Authority, usage: dict[str, Any]
) -> None:
    needed = leaver.plant(issue(authority, **usage))
    done = offline(leaver)
    assert [*leaver.elements] == [needed]
    assert done.left is not None
    assert (done.left.problem.code, done.left.changed) == ("offline_archive.old_data", True)
    assert done.left.problem.values["thumbprints"] == (needed,)
    alone = error_of(lambda: offline(leaver))
    assert (alone.problem, alone.changed) == (done.left.problem, False)
    assert offline(leaver, RemovalPolicy(encryption_keys=True)).left is None
    assert not leaver.elements


@pytest.mark.parametrize("step", ["remove_key", "remove_certificate"])
def test_offline_a_step_that_stops_names_the_certificate(leaver: FakeDrivers, step: str) -> None:
    (thumbprint,) = leaver.elements
    leaver.fails = (step, f"{step}_failed")
    refusal = error_of(lambda: offline(leaver))
    named = (refusal.problem.values["certificate"], refusal.problem.values["thumbprint"])
    assert (refusal.code, named) == (f"{step}_failed", ("Jeanne Dupont - T123456", thumbprint))


def test_offline_one_who_logs_on_meanwhile_waits_for_the_next_run(leaver: FakeDrivers) -> None:
    leaver.fails = ("remove_key", "profile_loaded")
    assert getattr(offline(leaver).deferred, "code", None) == "profile_loaded"
    leaver.lie = {"changed": True}
    refusal = error_of(lambda: offline(leaver))
    assert (refusal.code, refusal.changed) == ("profile_loaded", True)


@pytest.mark.parametrize(("loaded", "hinted"), [(False, True), (True, False)])
def test_a_password_that_would_be_logged_leads_to_a_removal_without_a_logon(
    authority: Authority, loaded: bool, hinted: bool
) -> None:
    logged = Logging(script_block=True, module=False, transcription=False)
    drivers = FakeDrivers(inventory(logging=logged, profiles=(profile(loaded=loaded),)))
    drivers.plant(issue(authority))
    refusal = error_of(lambda: run(drivers, ALL, holder_password="hers"))
    assert refusal.code == "logged_password"
    assert (refusal.problem.code == "logged_password.leaver") == hinted
    assert len(drivers.elements) == 1
