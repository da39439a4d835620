# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._become import Deferred
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._bundle import open_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import (
    Context,
    ExchangeError,
    ExchangeRequest,
    ImportStep,
    Inventory,
    Logging,
    NameStep,
    ProveStep,
    RunAs,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import PkcsError
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._observed import view_store
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._plan import Prove
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._renewal import Outcome, Present, present
from lab.authority import IssuedBundle
from unit.plugins.plugin_utils.fakes import JEANNE, NOW, FakeDrivers, answer, element, inventory, profile

PASSPHRASE = "withdrawal-4711"


@pytest.fixture
def wanted(issued: IssuedBundle) -> Present:
    bundle = open_bundle(issued.data, PASSPHRASE)
    return Present(bundle, "jdupont@chu.example", "SISERI", False, Prove.ON_CHANGE, None, False, check_mode=False)


@pytest.fixture
def drivers(issued: IssuedBundle) -> FakeDrivers:
    return FakeDrivers(inventory(profile()), issued)


def run(wanted: Present, drivers: FakeDrivers, found: Inventory | None = None) -> Outcome:
    drivers.found = found or drivers.found
    return present(wanted, drivers, lambda: NOW)


def refusal(wanted: Present, drivers: FakeDrivers, found: Inventory | None = None) -> str:
    with pytest.raises(PkcsError) as refused:
        run(wanted, drivers, found)
    return refused.value.code


def test_certificate_comes_in_proven_and_named(wanted: Present, drivers: FakeDrivers, issued: IssuedBundle) -> None:
    outcome = run(wanted, drivers)
    ((request, run_as),) = drivers.asked
    assert [type(step) for step in request.steps] == [ImportStep, ProveStep, NameStep]
    assert [step.id for step in request.steps] == ["1", "2", "3"]
    assert (request.owner_sid, request.observed) == (JEANNE.sid, view_store(profile().my).observed)
    assert run_as == RunAs(Context.BECOME, "CHU\\jdupont", None)
    assert outcome.proven
    assert outcome.after.find(issued.thumbprint)


def test_what_travels_is_neither_the_file_nor_its_passphrase(
    wanted: Present, drivers: FakeDrivers, issued: IssuedBundle
) -> None:
    for _ in range(2):
        run(wanted, drivers)
    first, second = (request.steps[0] for request, _ in drivers.asked)
    assert isinstance(first, ImportStep)
    assert isinstance(second, ImportStep)
    assert issued.data not in (first.bundle, second.bundle)
    assert len({PASSPHRASE, first.passphrase, second.passphrase}) == 3
    key, certificate, chain = pkcs12.load_key_and_certificates(first.bundle, first.passphrase.encode())
    assert (certificate, chain) == (issued.certificate, [])
    assert key is not None


def test_nonce_is_new_every_time(wanted: Present, drivers: FakeDrivers) -> None:
    for _ in range(2):
        run(wanted, drivers)
    nonces = {step.nonce for request, _ in drivers.asked for step in request.steps if isinstance(step, ProveStep)}
    assert len(nonces) == 2
    assert {len(nonce) for nonce in nonces} == {32}


def test_nothing_is_sent_when_nothing_is_to_do(wanted: Present, drivers: FakeDrivers, issued: IssuedBundle) -> None:
    there = inventory(replace(profile(element(issued, friendly_name="SISERI")), loaded=False))
    outcome = run(wanted, drivers, there)
    assert (drivers.asked, outcome.plan.steps, outcome.deferred) == ([], (), None)


def test_check_mode_sends_nothing(wanted: Present, drivers: FakeDrivers) -> None:
    outcome = run(replace(wanted, check_mode=True), drivers)
    assert drivers.asked == []
    assert outcome.plan.changes
    assert outcome.after == outcome.before


def test_holder_who_is_not_there_is_waited_for(wanted: Present, drivers: FakeDrivers) -> None:
    absent = inventory(replace(profile(), loaded=False))
    assert "is not logged on" in str(run(wanted, drivers, absent).deferred)
    assert drivers.asked == []
    assert run(replace(wanted, holder_password="his own"), drivers, absent).deferred is None
    assert drivers.asked[0][1].password == "his own"


def test_become_that_gets_no_token_is_waited_for(wanted: Present, drivers: FakeDrivers) -> None:
    def no_token(_request: ExchangeRequest) -> None:
        raise Deferred("no token")

    drivers.exchanged = no_token  # type: ignore[assignment]
    outcome = run(wanted, drivers)
    assert (outcome.deferred, outcome.after, outcome.journal) == ("no token", outcome.before, ())


@pytest.mark.parametrize("kind", ["script_block", "module", "transcription"])
def test_workstation_that_keeps_what_it_runs_is_refused(wanted: Present, drivers: FakeDrivers, kind: str) -> None:
    off = Logging(script_block=False, module=False, transcription=False)
    found = replace(inventory(profile()), logging=replace(off, **{kind: True}))
    assert refusal(wanted, drivers, found) == "logged_secrets"
    assert refusal(replace(wanted, check_mode=True), drivers, found) == "logged_secrets"
    assert drivers.asked == []
    assert run(replace(wanted, allow_logged_secrets=True), drivers, found).proven


def test_certificate_out_of_date_is_refused_before_anything_is_asked(wanted: Present, drivers: FakeDrivers) -> None:
    drivers.inventory = None  # type: ignore[method-assign, assignment]
    for now, code in ((NOW + timedelta(days=4000), "expired"), (NOW - timedelta(days=4000), "not_yet_valid")):
        with pytest.raises(PkcsError) as refused:
            present(wanted, drivers, lambda now=now: now)  # type: ignore[misc]
        assert refused.value.code == code


def test_exchange_that_stopped_is_a_refusal(wanted: Present, drivers: FakeDrivers) -> None:
    drivers.exchanged = lambda _request: answer(error=ExchangeError("guard", "stale_store", None))
    assert refusal(wanted, drivers) == "stale_store"


def test_success_that_is_not_shown_is_none(wanted: Present, drivers: FakeDrivers, issued: IssuedBundle) -> None:
    drivers.exchanged = lambda _request: answer(element(issued, friendly_name="SISERI"))
    assert refusal(wanted, drivers) == "not_verified"


def test_cipher_is_one_that_the_workstation_reads(wanted: Present, drivers: FakeDrivers) -> None:
    aes = bytes.fromhex("060960864801650304012a")  # 2.16.840.1.101.3.4.1.42
    for build in (14393, 19045):
        run(wanted, drivers, replace(inventory(profile()), os_build=build))
    old, new = (step.bundle for request, _ in drivers.asked for step in request.steps if isinstance(step, ImportStep))
    assert aes not in old
    assert aes in new
