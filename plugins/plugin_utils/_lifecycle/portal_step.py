# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a step ``connect`` has shown, from the journal of its exchange."""

from __future__ import annotations

from collections.abc import Sequence

from .._errors import Pkcs12Error, Problem
from .._policy.plan import ConnectStep, Plan
from .._portal.causes import NOT_REACHED, visit_problem
from .._portal.visit import Visit, visit_of_facts
from .._workstation.protocol import ExchangeAnswer, JournalEntry, RunAs

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


def was_not_asked(answer: ExchangeAnswer) -> bool:
    """Whether a portal stopped the exchange that has not seen the certificate."""
    visit = visit_in(answer.journal)
    stopped = answer.error is not None and answer.error.code == REFUSED
    return bool(stopped and visit and visit.cause in NOT_REACHED)


def with_portal_cause(error: Exception, answer: ExchangeAnswer, run_as: RunAs, computer: str, plan: Plan) -> Exception:
    """The error of an exchange; if a portal is why, with its address and reason, and what to do about it."""
    visit = visit_in(answer.journal)
    url = next((step.url for step in plan.steps if isinstance(step, ConnectStep)), "")
    if visit is None or not isinstance(error, Pkcs12Error) or error.code != REFUSED:
        return error
    kept = (Problem("import_taken_back"),) if plan.imports and not answer.changed else ()
    causes = (visit_problem(visit, at_workstation=True), *error.problem.causes, *kept)
    code = "connect_failed.not_asked_at_workstation" if was_not_asked(answer) else "connect_failed.at_workstation"
    problem = Problem(code, {"name": run_as.account, "computer": computer, "url": url}, causes=causes)
    return Pkcs12Error(problem, journal=error.journal, changed=error.changed)
