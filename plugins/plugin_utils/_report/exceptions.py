# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a site accepts until a day, with a reason: what the inventory says of them, and which of them hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from .._errors import Pkcs12Error, Problem
from .._facts.holders import number_of, parse_day
from .._policy.status import Status, Trait


class Acceptable(str, Enum):
    """What an exception can accept and ``fail_on`` can name: a status, that of the authorisation, or a certificate without a holder."""

    _ignore_ = ["each", "members"]  # noqa: RUF012  of the enumeration, not of its members
    members = vars()
    for each in Status:
        if Trait.ACCEPTABLE in each.traits:
            members[each.name] = each.value
    AUTHORISATION_RENEWAL_DUE = "authorisation_renewal_due"
    AUTHORISATION_EXPIRED = "authorisation_expired"
    WITHOUT_HOLDER = "without_holder"


ACCEPTABLE = tuple(each.value for each in Acceptable)
FAILED = "failed"
"""The outcome of a holder whom the last run did not serve, for example because no bundle opens. No exception accepts it."""
FAIL_ON = (*ACCEPTABLE, FAILED)
"""All that ``fail_on`` can name."""
LONGEST_REASON = 200
"""Characters."""


class ExceptionState(str, Enum):
    """Whether an exception accepts something, accepts nothing because nothing fits it, or has ended."""

    IN_FORCE = "in_force"
    UNUSED = "unused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Accepted:
    """An exception that holds for a row. ``workstation``: where; None for what is the same at all workstations.

    ``until``: the last day of the site on which it holds.
    """

    what: Acceptable
    workstation: str | None
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """An exception as the inventory has it. ``workstation`` is None if it is for all workstations."""

    authorisation: str
    workstation: str | None
    what: Acceptable
    reason: str
    until: date
    state: ExceptionState


class Exceptions:
    """The exceptions that have not ended on a day of the site. They hold on the day ``until`` itself, and not on the next."""

    def __init__(self, rows: Sequence[ExceptionRow] = (), today: date = date.max) -> None:
        self._rows: dict[tuple[str, str], list[ExceptionRow]] = {}
        for row in rows:
            if today <= row.until:
                self._rows.setdefault((row.authorisation, row.what.value), []).append(row)

    def accepted(self, authorisation: str | None, what: str, workstation: str | None = None) -> Accepted | None:
        """The exception for what is acceptable, or None. Of several, the one that holds longest.

        ``workstation`` is None for what no workstation has, which an exception for one workstation does not accept.
        """
        rows = [
            row for row in self._rows.get((authorisation or "", what), ()) if row.workstation in (None, workstation)
        ]
        row = max(rows, key=lambda each: (each.until, each.reason), default=None)
        return Accepted(row.what, workstation, row.reason, row.until) if row else None


def parse_exceptions(given: Iterable[Mapping[str, Any]]) -> tuple[ExceptionRow, ...]:
    """The entries of ``pkcs12_exceptions``, sorted. Raises ``Pkcs12Error``: ``bad_arguments``."""
    rows = (_row(raw) for raw in given)
    return tuple(
        sorted(rows, key=lambda row: (row.authorisation, row.workstation or "", row.what, row.until, row.reason))
    )


def with_states(
    rows: Iterable[ExceptionRow],
    used: Mapping[tuple[str, str], Iterable[Accepted]],
    hidden: Set[tuple[Acceptable, str, str]],
    today: date,
) -> tuple[ExceptionRow, ...]:
    """The exceptions with what became of them. ``used``: what is accepted of each authorisation number, by setting of the issuer: an
    exception holds whatever the issuer. ``hidden``: what is acceptable, with
    number and workstation, whose place something more urgent takes in the status. Their exceptions are not to be taken out for this
    time.
    """
    found: dict[str, list[Accepted]] = {}
    for (number, _setting), accepted in used.items():
        found.setdefault(number, []).extend(accepted)
    return tuple(_with_state(row, found.get(row.authorisation, ()), hidden, today) for row in rows)


def _with_state(
    row: ExceptionRow, used: Iterable[Accepted], hidden: Set[tuple[Acceptable, str, str]], today: date
) -> ExceptionRow:
    def is_of(found: Accepted) -> bool:
        same = (found.what, found.reason, found.until) == (row.what, row.reason, row.until)
        return same and row.workstation in (None, found.workstation)

    if today > row.until:
        return replace(row, state=ExceptionState.ENDED)
    waits = any(
        (what, number) == (row.what, row.authorisation) and row.workstation in (None, workstation)
        for what, number, workstation in hidden
    )
    is_used = waits or any(map(is_of, used))
    return replace(row, state=ExceptionState.IN_FORCE if is_used else ExceptionState.UNUSED)


def _row(raw: Mapping[str, Any]) -> ExceptionRow:
    number = number_of(raw.get("authorisation"))
    reason = " ".join(str(raw.get("reason") or "").split())
    until = parse_day(raw.get("until"), "until", number or "")
    if not number or not reason or until is None or len(reason) > LONGEST_REASON:
        raise Pkcs12Error(Problem("bad_arguments.exception", {"number": number or "?", "longest": LONGEST_REASON}))
    return ExceptionRow(
        authorisation=number,
        workstation=raw.get("workstation") or None,
        what=Acceptable(raw["what"]),
        reason=reason,
        until=until,
        state=ExceptionState.UNUSED,
    )
