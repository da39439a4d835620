# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a step ``connect`` has shown, from the journal of its exchange."""

from __future__ import annotations

from collections.abc import Sequence

from .._errors import Pkcs12Error, Problem
from .._policy.plan import ConnectStep, Plan
from .._portal.causes import NOT_REACHED, portal_refusal
from .._portal.visit import Visit, visit_of_facts
from .._workstation.findings import PORTAL_NOT_ASKED, Explanation
from .._workstation.protocol import ExchangeAnswer, JournalEntry

REFUSED = "connect_failed"
"""The code of an exchange that stopped because the portal did not accept the certificate, or could not be asked."""


def visit_in(journal: Sequence[JournalEntry]) -> Visit | None:
    """The visit of the step ``connect``; None if it did not run, or if its entry cannot be read."""
    entry = next((entry for entry in journal if entry.step == ConnectStep.TYPE), None)
    if entry is None:
        return None
    try:
        return visit_of_facts(entry.facts)
    except (KeyError, TypeError):
        return None


def explained_as(answer: ExchangeAnswer) -> Explanation | None:
    """The sentence for an exchange that a portal stopped without having seen the certificate; None for any other."""
    visit = visit_in(answer.journal)
    stopped = answer.error is not None and answer.error.code == REFUSED
    return PORTAL_NOT_ASKED if stopped and visit and visit.cause in NOT_REACHED else None


def with_portal_cause(error: Exception, answer: ExchangeAnswer, plan: Plan) -> Exception:
    """The error of an exchange; if a portal is why, with its address and reason, and what to do about it."""
    visit = visit_in(answer.journal)
    if visit is None or not isinstance(error, Pkcs12Error) or error.code != REFUSED:
        return error
    url = next((step.url for step in plan.steps if isinstance(step, ConnectStep)), "")
    kept = (Problem("portal.import_taken_back"),) if plan.imports and not answer.changed else ()
    refusal = portal_refusal(url, visit, at_workstation=True, more=kept)
    return Pkcs12Error(refusal, journal=error.journal, changed=error.changed)
