# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What differs between two reports of the same workstations and people. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from .._policy.validity import Status
from .model import Change, ChangeKind, HolderRow, HolderWorkstation, Report, as_in_a_register

ChangeKey = tuple[str, str]

WORKSTATIONS = (ChangeKind.WORKSTATION_ADDED, ChangeKind.WORKSTATION_REMOVED)
"""Kinds whose subject is a workstation; that of the others is a holder."""

_ORDER = {kind: position for position, kind in enumerate(ChangeKind)}


def compare(before: Report, after: Report) -> tuple[Change, ...]:
    """The changes, by kind, and of a kind by name. A holder who comes or goes is one change, with the status on the side where he is."""
    return tuple(sorted((*_of_holders(before, after), *_of_workstations(before, after)), key=_order))


def _of_holders(before: Report, after: Report) -> Iterator[Change]:
    old, new = _by_holder(before), _by_holder(after)
    for key in new.keys() - old.keys():
        yield _change(ChangeKind.HOLDER_ADDED, new[key], None, new[key].status.value)
    for key in old.keys() - new.keys():
        yield _change(ChangeKind.HOLDER_REMOVED, old[key], old[key].status.value, None)
    for key in old.keys() & new.keys():
        yield from _of_holder(old[key], new[key])


def _of_holder(old: HolderRow, new: HolderRow) -> Iterator[Change]:
    if old.status is not new.status:
        yield _change(ChangeKind.STATUS, new, old.status.value, new.status.value)
    if old.authorisation_until != new.authorisation_until:
        ends = _day(old.authorisation_until), _day(new.authorisation_until)
        yield _change(ChangeKind.AUTHORISATION, new, *ends)
    had, has = _places(old), _places(new)
    for key in had.keys() | has.keys():
        was, now = had.get(key), has.get(key)
        if _is_known(was) and _is_known(now) and _thumbprint(was) != _thumbprint(now):
            yield _change(ChangeKind.CERTIFICATE, new, _thumbprint(was), _thumbprint(now), workstation=key[0])


def _of_workstations(before: Report, after: Report) -> Iterator[Change]:
    old = {row.workstation for row in before.workstations}
    new = {row.workstation for row in after.workstations}
    for name in new - old:
        yield Change(ChangeKind.WORKSTATION_ADDED, name, "", None, None, None)
    for name in old - new:
        yield Change(ChangeKind.WORKSTATION_REMOVED, name, "", None, None, None)


def subject_of(row: HolderRow) -> str:
    """Whose change it is: the authorisation number; without one the account, which is the name where there is no workstation."""
    return row.authorisation or (row.places[0].account if row.places else row.name)


def _by_holder(report: Report) -> Mapping[ChangeKey, HolderRow]:
    return {_key(row): row for row in (*report.holders, *report.without_workstation)}


def _key(row: HolderRow) -> ChangeKey:
    """As rows are gathered; a number may look like somebody's account."""
    return row.authorisation, "" if row.authorisation else subject_of(row)


def _places(row: HolderRow) -> Mapping[ChangeKey, HolderWorkstation]:
    """By workstation and account: a holder may have two at one workstation."""
    return {(place.workstation, place.account): place for place in row.places}


def _is_known(place: HolderWorkstation | None) -> bool:
    """Whether it is certain what is there: a workstation that does not tell has not lost its certificate."""
    return not (place and place.thumbprint is None and place.status in (Status.UNKNOWN, Status.NEVER_SEEN))


def _thumbprint(place: HolderWorkstation | None) -> str | None:
    return place.thumbprint if place else None


def _change(
    kind: ChangeKind, row: HolderRow, before: str | None, after: str | None, workstation: str | None = None
) -> Change:
    return Change(kind, subject_of(row), row.name, workstation, before, after)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _order(change: Change) -> tuple[int | str, ...]:
    return (
        _ORDER[change.kind],
        *as_in_a_register(change.name),
        change.subject,
        change.workstation or "",
        change.before or "",
        change.after or "",
    )
