# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller believes the store and the signature, not the driver's word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import CertificateStore, StoreCertificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.verify import ExpectedResult, check_answer
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import (
    ConnectStep,
    ImportStep,
    NameStep,
    Plan,
    ProveStep,
    RemoveStep,
    RetireStep,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import RemovalMethod
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    ExchangeAnswer,
    JournalEntry,
    StepRequest,
)
from lab.authority import Authority
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import NOW, OTHER_SID, SID, certificate, issue, opened, stored, view
from unit.plugins.plugin_utils.problems import error_of

NONCE = bytes(range(32))
OLD = certificate()


@pytest.fixture(scope="module")
def proven(authority: Authority) -> tuple[ExpectedResult, ExchangeAnswer, CertificateStore]:
    """A renewal that went well."""
    issued = issue(authority)
    leaf, drivers = opened(issued).leaf, FakeDrivers()
    drivers.plant(issued)
    facts = drivers._sign(StepRequest("2", "prove", leaf.thumbprint, {"nonce": NONCE}))
    ours = (ImportStep(leaf.thumbprint), ProveStep(leaf.thumbprint), NameStep(leaf.thumbprint, "SISERI"))
    plan = Plan((*ours, RetireStep(OLD.thumbprint, RemovalMethod.DELETE)))
    answer = ExchangeAnswer(True, SID, NOW, (), (), (JournalEntry("2", "prove", "done", "", facts),), None)
    return ExpectedResult(SID, leaf, plan, NONCE), answer, view(stored(leaf, friendly_name="SISERI"))


Case = tuple[ExpectedResult, ExchangeAnswer, CertificateStore]


def test_what_was_planned_and_is_there_is_believed(proven: Case) -> None:
    check_answer(*proven, "WS-1")
    check_answer(*holding(proven, replace(proven[2].certificates[0], friendly_name="SISERI ")), "WS-1")


def signed(case: Case, **facts: object) -> Case:
    entry = case[1].journal[0]
    return case[0], replace(case[1], journal=(replace(entry, facts=dict(entry.facts) | facts),)), case[2]


def holding(case: Case, *found: StoreCertificate) -> Case:
    return case[0], case[1], view(*found)


LIES: dict[str, tuple[Callable[[Case], Case], str]] = {
    "ran as": (lambda case: (case[0], replace(case[1], owner_sid=OTHER_SID), case[2]), "ran_as"),
    "nothing": (holding, "not_there"),
    "without its key": (lambda case: holding(case, replace(case[2].certificates[0], key=None)), "not_there"),
    "archived": (lambda case: holding(case, replace(case[2].certificates[0], archived=True)), "archived"),
    "name": (lambda case: holding(case, replace(case[2].certificates[0], friendly_name="other")), "friendly_name"),
    "no name": (lambda case: holding(case, replace(case[2].certificates[0], friendly_name=None)), "friendly_name"),
    "old one": (lambda case: holding(case, *case[2].certificates, stored(OLD)), "still_there"),
    "no signature": (lambda case: (case[0], replace(case[1], journal=()), case[2]), "not_signed"),
    "another nonce": (lambda case: (replace(case[0], nonce=bytes(32)), case[1], case[2]), "not_signed"),
    "another signature": (lambda case: signed(case, signature="AAAA"), "not_signed"),
    "no base64": (lambda case: signed(case, signature="not base64!"), "not_signed"),
    "no algorithm": (lambda case: signed(case, algorithm="none"), "not_signed"),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_the_answer_does_not_show_is_refused(proven: Case, lie: str) -> None:
    change, code = LIES[lie]
    refusal = error_of(lambda: check_answer(*change(proven), "WS-1"))
    assert (refusal.problem.code, refusal.changed) == (f"not_verified.{code}", True)


VISIT = {"tls_version": "1.3", "asked": True, "sent": True, "issuers": [], "http_status": 200, "code": None}


@pytest.mark.parametrize(
    ("changes", "facts", "accepted"),
    [
        ({}, {}, True),
        ({}, {"thumbprint": "F" * 40}, False),
        ({}, {"sent": False}, False),
        ({}, {"http_status": 403}, False),
        ({"outcome": "failed"}, {}, False),
        ({"step": "prove"}, {}, False),
    ],
    ids=str,
)
def test_a_portal_has_accepted_what_a_completed_visit_shows(
    proven: Case, changes: dict[str, Any], facts: dict[str, object], accepted: bool
) -> None:
    expected, answer, after = proven
    step = ConnectStep(after.certificates[0].thumbprint, "https://portal.test")
    visit = JournalEntry("3", "connect", "done", "", {"thumbprint": step.thumbprint, **VISIT, **facts})
    answer = replace(answer, journal=(*answer.journal, replace(visit, **changes)))
    case = replace(expected, plan=Plan((*expected.plan.steps, step))), answer, after
    if accepted:
        check_answer(*case, "WS-1")
    else:
        assert error_of(lambda: check_answer(*case, "WS-1")).problem.code == "not_verified.portal_not_shown"


@pytest.mark.parametrize(
    ("step", "left", "holds"),
    [
        (RetireStep(OLD.thumbprint, RemovalMethod.ARCHIVE), [stored(OLD, archived=True)], True),
        (RetireStep(OLD.thumbprint, RemovalMethod.ARCHIVE), [stored(OLD)], False),
        (RetireStep(OLD.thumbprint, RemovalMethod.DELETE), [stored(OLD, archived=True)], False),
        (RemoveStep(OLD.thumbprint), [], True),
        (RemoveStep(OLD.thumbprint), [stored(OLD)], False),
    ],
)
def test_a_removal_is_held_against_the_store(step: RetireStep, left: list[StoreCertificate], holds: bool) -> None:
    answer = ExchangeAnswer(True, SID, NOW, (), (), (), None)
    expected = ExpectedResult(SID, None, Plan((step,)), NONCE)
    if holds:
        check_answer(expected, answer, view(*left), "WS-1")
    else:
        refusal = error_of(lambda: check_answer(expected, answer, view(*left), "WS-1"))
        assert refusal.problem.code == "not_verified.still_there"
