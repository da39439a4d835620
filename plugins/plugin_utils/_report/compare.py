# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The differences between two reports. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from .._policy.validity import Status
from .model import Change, ChangeKind, HolderRow, HolderWorkstation, Report, name_sort_key

ChangeKey = tuple[str, str]

WORKSTATIONS = (ChangeKind.WORKSTATION_ADDED, ChangeKind.WORKSTATION_REMOVED)
"""Kinds whose subject is a workstation. The subject of all other kinds is a holder."""

_ORDER = {kind: position for position, kind in enumerate(ChangeKind)}


def compare(before: Report, after: Report) -> tuple[Change, ...]:
    """The changes, sorted by kind, then by name. A new or removed holder is one change, with the holder's status."""
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
    places_before, places_after = _places(old), _places(new)
    for key in places_before.keys() | places_after.keys():
        before, after = places_before.get(key), places_after.get(key)
        if _is_known(before) and _is_known(after) and _thumbprint(before) != _thumbprint(after):
            yield _change(ChangeKind.CERTIFICATE, new, _thumbprint(before), _thumbprint(after), workstation=key[0])


def _of_workstations(before: Report, after: Report) -> Iterator[Change]:
    old = {row.workstation for row in before.workstations}
    new = {row.workstation for row in after.workstations}
    for name in new - old:
        yield Change(ChangeKind.WORKSTATION_ADDED, name, "", None, None, None)
    for name in old - new:
        yield Change(ChangeKind.WORKSTATION_REMOVED, name, "", None, None, None)


def subject_of(row: HolderRow) -> str:
    """The subject of a holder's change: the authorisation number, else the account, else the name."""
    return row.authorisation or (row.places[0].account if row.places else row.name)


def _by_holder(report: Report) -> Mapping[ChangeKey, HolderRow]:
    return {_key(row): row for row in (*report.holders, *report.without_workstation)}


def _key(row: HolderRow) -> ChangeKey:
    """The key of a holder's row. Number and account are apart, because a number may look like an account."""
    return row.authorisation, "" if row.authorisation else subject_of(row)


def _places(row: HolderRow) -> Mapping[ChangeKey, HolderWorkstation]:
    """By workstation and account, because a holder may have two accounts at one workstation."""
    return {(place.workstation, place.account): place for place in row.places}


def _is_known(place: HolderWorkstation | None) -> bool:
    """Whether the certificate there is known. A workstation that did not answer may still have it."""
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
        *name_sort_key(change.name),
        change.subject,
        change.workstation or "",
        change.before or "",
        change.after or "",
    )
