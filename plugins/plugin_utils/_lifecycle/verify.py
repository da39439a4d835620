# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Checks an exchange on the controller: believes the store and the signature, not the driver's word. Pure.

A guard against mistakes, not against a hostile workstation.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from .._crypto.certificate import Certificate, proof_holds
from .._crypto.store import CertificateStore
from .._errors import Pkcs12Error
from .._policy.plan import ConnectStep, NameStep, Plan, ProveStep
from .._policy.superseding import RemovalMethod
from .._portal.visit import cause_of_answer, visit_of_facts
from .._workstation.protocol import ExchangeAnswer, JournalEntry, journal_row


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
        raise Pkcs12Error(
            code="not_verified",
            cause=f"{computer} reports success, but {problem}.",
            next_step="Look at the holder's personal store before you run the task again. Report this error.",
            journal=[journal_row(entry) for entry in answer.journal],
            changed=answer.changed,
        )


def _problem(expected: ExpectedResult, answer: ExchangeAnswer, after: CertificateStore) -> str | None:
    if answer.owner_sid != expected.owner_sid:
        return f"the exchange ran as {answer.owner_sid} instead of {expected.owner_sid}"
    for thumbprint, method in expected.plan.removals.items():
        remaining = after.find(thumbprint)
        if remaining is not None and not (method is RemovalMethod.ARCHIVE and remaining.archived):
            return f"{thumbprint} is still there"
    return _leaf_problem(expected.leaf, expected, answer, after) if expected.leaf else None


def _leaf_problem(
    leaf: Certificate, expected: ExpectedResult, answer: ExchangeAnswer, after: CertificateStore
) -> str | None:
    installed = after.find(leaf.thumbprint)
    if installed is None or installed.key is None:
        return "the store does not hold the certificate with its key"
    if installed.archived:
        return "the certificate is archived, so no browser offers it"
    for step in expected.plan.steps:
        if isinstance(step, NameStep) and installed.friendly_name != step.friendly_name:
            return f"the friendly name is {installed.friendly_name!r} instead of {step.friendly_name!r}"
        if isinstance(step, ProveStep) and not any(
            _is_signature(entry, leaf, expected.nonce) for entry in answer.journal
        ):
            return "the private key did not sign what the controller asked it to sign"
        if isinstance(step, ConnectStep) and not any(_shows_acceptance(entry, step) for entry in answer.journal):
            return "its journal does not show that the portal accepted the certificate"
    return None


def _is_signature(entry: JournalEntry, leaf: Certificate, nonce: bytes) -> bool:
    try:
        signature = base64.b64decode(str(entry.facts["signature"]), validate=True)
    except (KeyError, binascii.Error):
        return False
    return proof_holds(leaf, str(entry.facts.get("algorithm")), signature, nonce)


def _shows_acceptance(entry: JournalEntry, step: ConnectStep) -> bool:
    """Whether a completed step shows a certificate that was asked for, sent and answered well."""
    if (entry.step, entry.outcome, entry.facts.get("thumbprint")) != (step.TYPE, "done", step.thumbprint):
        return False
    try:
        visit = visit_of_facts(entry.facts)
    except (KeyError, TypeError):
        return False
    return cause_of_answer(visit, b"", step.expected_status) is None
