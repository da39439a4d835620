# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Checks an exchange on the controller: believes the store and the signature, not the driver's word. Pure.

A guard against mistakes, not against a hostile workstation.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from .._crypto.certificate import Certificate, proof_holds
from .._crypto.store import CertificateStore
from .._errors import Pkcs12Error, Problem
from .._policy.names import tidy
from .._policy.plan import ConnectStep, NameStep, Plan, ProveStep
from .._policy.superseding import RemovalMethod
from .._portal.visit import cause_of_answer, visit_of_facts
from .._workstation.protocol import ExchangeAnswer, JournalEntry, journal_row

Shown = tuple[str, dict[str, str]]
"""What the answer shows instead: a code, and its values but for the computer."""


@dataclass(frozen=True, slots=True)
class ExpectedResult:
    """The state that the store must have after an exchange."""

    owner_sid: str
    leaf: Certificate | None
    plan: Plan
    nonce: bytes


def check_answer(expected: ExpectedResult, answer: ExchangeAnswer, after: CertificateStore, computer: str) -> None:
    """Raises ``Pkcs12Error`` (``not_verified``) when the answer does not show the planned result."""
    problem = _problem(expected, answer, after)
    if problem:
        code, values = problem
        raise Pkcs12Error(
            Problem(code, {"computer": computer, **values}),
            journal=[journal_row(entry) for entry in answer.journal],
            changed=answer.changed,
        )


def _problem(expected: ExpectedResult, answer: ExchangeAnswer, after: CertificateStore) -> Shown | None:
    if answer.owner_sid != expected.owner_sid:
        return "not_verified.ran_as", {"found": answer.owner_sid, "expected": expected.owner_sid}
    for thumbprint, method in expected.plan.removals.items():
        remaining = after.find(thumbprint)
        if remaining is not None and not (method is RemovalMethod.ARCHIVE and remaining.archived):
            return "not_verified.still_there", {"thumbprint": thumbprint}
    return _leaf_problem(expected.leaf, expected, answer, after) if expected.leaf else None


def _leaf_problem(
    leaf: Certificate, expected: ExpectedResult, answer: ExchangeAnswer, after: CertificateStore
) -> Shown | None:
    installed = after.find(leaf.thumbprint)
    if installed is None or installed.key is None:
        return "not_verified.not_there", {}
    if installed.archived:
        return "not_verified.archived", {}
    for step in expected.plan.steps:
        if isinstance(step, NameStep) and tidy(installed.friendly_name or "") != tidy(step.friendly_name):
            return "not_verified.friendly_name", {
                "found": installed.friendly_name or "",
                "expected": step.friendly_name,
            }
        if isinstance(step, ProveStep) and not any(
            _is_signature(entry, leaf, expected.nonce) for entry in answer.journal
        ):
            return "not_verified.not_signed", {}
        if isinstance(step, ConnectStep) and not any(_shows_acceptance(entry, step) for entry in answer.journal):
            return "not_verified.portal_not_shown", {}
    return None


def _is_signature(entry: JournalEntry, leaf: Certificate, nonce: bytes) -> bool:
    try:
        signature = base64.b64decode(str(entry.facts["signature"]), validate=True)
    except (KeyError, binascii.Error):
        return False
    return proof_holds(leaf, str(entry.facts.get("algorithm")), signature, nonce)


def exportable_key(journal: Iterable[JournalEntry]) -> bool | None:
    """Whether the key that signed can be exported, as the workstation has read it; None if it could not tell."""
    told = [entry.facts.get("exportable") for entry in journal if entry.step == ProveStep.TYPE]
    return next((each for each in told if isinstance(each, bool)), None)


def _shows_acceptance(entry: JournalEntry, step: ConnectStep) -> bool:
    """Whether a completed step shows a certificate that was asked for, sent and answered well."""
    if (entry.step, entry.outcome, entry.facts.get("thumbprint")) != (step.TYPE, "done", step.thumbprint):
        return False
    try:
        visit = visit_of_facts(entry.facts)
    except (KeyError, TypeError):
        return False
    return cause_of_answer(visit, b"", step.expected_status) is None
