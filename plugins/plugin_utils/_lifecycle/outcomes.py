# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What became of holders and hosts: codes, by which everything is decided, and how they and those whom they are about are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .._errors import Problem

FAILED, SILENT, NOT_REACHED, SKIPPED = "failed", "did_not_answer", "not_reached", "skipped"
DEFERRED, WAITING_FOR_ISSUER = "deferred", "waiting_for_issuer"
READY, NOT_READY = "ready", "not_ready"
LEFT, LEFT_WITH_CERTIFICATE, WITHOUT_HOLDERS = "left", "left_with_a_certificate", "without_holders"
AWAITED, ON_LEAVE = "awaited", "on_leave"
WITH_FAILURES = "with_failed_holders"
WAITING = (DEFERRED, WAITING_FOR_ISSUER)
FIRST = (FAILED, WITH_FAILURES, NOT_READY, SILENT, NOT_REACHED, *WAITING)
"""Outcomes that need a person come first, in this order."""


def outcome(code: str) -> Problem:
    """The outcome in words. A status of a holder is one, too."""
    return Problem(f"outcome.{code}")


def rank(code: str) -> tuple[int, str]:
    """The place of an outcome in a list."""
    return (FIRST.index(code) if code in FIRST else len(FIRST), code)


def totals(counts: Mapping[str, int]) -> tuple[Problem, ...]:
    """How many there are of each."""
    return tuple(
        Problem("total", {"count": counts[code]}, causes=(outcome(code),)) for code in sorted(counts, key=rank)
    )


def grouped(told: Iterable[tuple[str, Problem]]) -> Sequence[Problem]:
    """What is told of several people, once, with their names before it."""
    groups: dict[Problem, list[str]] = {}
    for who, problem in told:
        groups.setdefault(problem, []).append(who)
    return [Problem("of_people", {"who": tuple(names)}, causes=(each,)) for each, names in groups.items()]
