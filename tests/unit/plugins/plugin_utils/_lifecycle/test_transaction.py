# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a plan is carried out, when it waits, and when it is refused before anything secret is sent."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Deferred, Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle import transaction
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.absent import Absent
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.present import PresentBundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import Transaction
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import Prove
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.removal import RemovalSelector
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import RemovalPolicy
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Identity,
    Inventory,
    Logging,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.receiver import Connection, Receiver
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.wire import AnswerError
from lab.authority import Authority, IssuedBundle
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import (
    OTHER_SID,
    execution,
    inventory,
    issue,
    opened,
    present,
    present_options,
    profile,
    run_state,
)
from unit.plugins.plugin_utils.problems import error_of, sample

LOGGED = Logging(script_block=True, module=False, transcription=False)


def run(drivers: FakeDrivers, issued: IssuedBundle, evidence: Path | None = None, **details: Any) -> Transaction:
    return present(present_options(execution(evidence, **details)), opened(issued), drivers)


def refusal(drivers: FakeDrivers, issued: IssuedBundle, evidence: Path | None = None, **details: Any) -> str:
    refused = error_of(lambda: run(drivers, issued, evidence, **details))
    assert drivers.requests == []
    return refused.code


@pytest.mark.parametrize("check_mode", [True, False])
def test_one_who_is_not_logged_on_waits_and_nothing_secret_is_sent(issued: IssuedBundle, check_mode: bool) -> None:
    drivers = FakeDrivers(inventory(profiles=(profile(loaded=False),)))
    outcome = run(drivers, issued, check_mode=check_mode)
    assert outcome.deferred
    assert drivers.requests == []


def test_a_logon_that_turns_out_unable_is_waiting_not_failing(
    issued: IssuedBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_token(*_given: object) -> None:
        raise Deferred(sample("not_run.no_token"))

    monkeypatch.setattr(FakeDrivers, "exchange", no_token)
    assert run(FakeDrivers(), issued).deferred == sample("not_run.no_token")


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_workstation_that_logs_powershell_gets_no_password(issued: IssuedBundle, check_mode: bool) -> None:
    """Whatever is done with it."""
    drivers = FakeDrivers(inventory(logging=LOGGED))
    details = {"holder_password": "his own", "check_mode": check_mode}
    assert refusal(drivers, issued, **details) == "logged_password"
    drivers.plant(issued)
    proof = present_options(execution(**details), prove=Prove.ALWAYS)
    selector = RemovalSelector(issuer=".")
    for state in (PresentBundle(proof, opened(issued)), Absent(selector, RemovalPolicy(), proof.execution)):
        with pytest.raises(Pkcs12Error) as refused:
            run_state(state, drivers)
        assert refused.value.code == "logged_password"
    assert drivers.requests == []


CLEAR = {"receiver": Receiver(Connection("winrm", "http", ("basic",), "auto"), "ws-1", ("ws-1",))}
"""Naming it in the setting does not help."""


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    "more",
    [{}, {"logging": LOGGED}, {"profiles": (profile(loaded=False),)}, {"profiles": ()}, {"force_key_protection": 2}],
    ids=["ready", "logged", "away", "never logged on", "other refusals"],
)
def test_a_connection_in_the_clear_gets_no_bundle_whatever_else_is_true(
    issued: IssuedBundle, more: dict[str, Any], check_mode: bool
) -> None:
    """Nothing is sealed instead, and nobody waits for what will be refused."""
    for details in ({}, {"holder_password": "his own"}):
        found = FakeDrivers(inventory(**CLEAR, **more))
        assert refusal(found, issued, check_mode=check_mode, **details) == "unencrypted_connection"


@pytest.mark.parametrize("password", [None, "", "his own"])
def test_over_a_connection_in_the_clear_only_what_has_no_secret_is_done(
    issued: IssuedBundle, password: str | None
) -> None:
    selector = RemovalSelector(issuer=".")
    for prove in (False, True):
        drivers = FakeDrivers(inventory(**CLEAR))
        drivers.plant(issued)
        done = execution(holder_password=password)
        state = (
            PresentBundle(present_options(done, prove=Prove.ALWAYS), opened(issued))
            if prove
            else Absent(selector, RemovalPolicy(), done)
        )
        if not password:
            assert run_state(state, drivers).error is None
            assert len(drivers.requests) == 1
            continue
        with pytest.raises(Pkcs12Error) as refused:
            run_state(state, drivers)
        assert (refused.value.code, drivers.requests) == ("unencrypted_connection", [])


def test_where_nothing_is_to_be_done_the_connection_does_not_matter(issued: IssuedBundle) -> None:
    drivers = FakeDrivers(inventory(**CLEAR))
    drivers.plant(issued)
    assert present(present_options(), opened(issued), drivers).plan.steps == ()


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (inventory(secondary_logon=4), "secondary_logon"),
        (inventory(force_key_protection=2), "force_key_protection"),
        (
            inventory(identity=Identity(OTHER_SID, "CHU\\a", administrator=True, debug_privilege=False)),
            "no_debug_privilege",
        ),
    ],
    ids=["service", "policy", "right"],
)
def test_check_mode_refuses_an_unfit_workstation_too(issued: IssuedBundle, found: Inventory, code: str) -> None:
    assert refusal(FakeDrivers(found), issued) == code
    assert refusal(FakeDrivers(found), issued, check_mode=True) == code


def test_evidence_that_cannot_be_kept_is_refused_before_the_exchange(tmp_path: Path, issued: IssuedBundle) -> None:
    for check_mode in (False, True):
        assert refusal(FakeDrivers(), issued, tmp_path / "missing" / "e", check_mode=check_mode) == "evidence"
    run(FakeDrivers(), issued, tmp_path / "e", check_mode=True)
    assert list(tmp_path.iterdir()) == []


def test_a_proof_alone_leaves_no_evidence(tmp_path: Path, issued: IssuedBundle) -> None:
    drivers = FakeDrivers()
    drivers.plant(issued)
    for check_mode, place in ((False, "e"), (True, "missing/e")):
        done = execution(tmp_path / place, check_mode=check_mode)
        present(present_options(done, prove=Prove.ALWAYS), opened(issued), drivers)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_does_not_show_the_plan_is_refused_but_on_record(tmp_path: Path, issued: IssuedBundle) -> None:
    drivers = FakeDrivers(lie={"owner_sid": OTHER_SID})
    refused = error_of(lambda: run(drivers, issued, tmp_path / "e"))
    assert (refused.code, refused.changed) == ("not_verified", True)
    assert (tmp_path / "e").read_text(encoding="utf-8").count("\n") == 1


def test_no_password_and_no_passphrase_shows_in_what_is_passed_around(issued: IssuedBundle) -> None:
    shown = repr(
        (execution(holder_password="his own"), present_options(), transaction.ImportMaterial(opened(issued), False))
    )
    assert "his own" not in shown
    assert issued.passphrase not in shown


@pytest.mark.parametrize(
    ("problem", "lines"),
    [(OSError("cut"), 1), (AnswerError("store_exchange", "none"), 1), (Deferred(sample("not_logged_on")), 0)],
)
def test_a_change_without_an_answer_is_written_down(
    problem: Exception, lines: int, authority: Authority, tmp_path: Path
) -> None:
    class Cut(FakeDrivers):
        def exchange(self, request: Any, run_as: Any) -> Any:
            raise problem

    evidence = tmp_path / "evidence.jsonl"
    with suppress(OSError, Pkcs12Error):
        present(present_options(execution(evidence)), opened(issue(authority)), Cut())
    written = [json.loads(line) for line in evidence.read_text(encoding="utf-8").splitlines()]
    assert [line["error"] for line in written] == ["no_answer"] * lines
    assert all(line["planned"][-1].startswith("prove ") for line in written)
