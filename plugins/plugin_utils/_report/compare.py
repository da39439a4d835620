# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The differences between two reports. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import date

from .._policy.status import Status
from .model import Change, ChangeKind, HolderRow, HolderWorkstation, NextStep, Report
from .name_order import name_sort_key

ChangeKey = tuple[str, str, str]
Pair = tuple[HolderWorkstation | None, HolderWorkstation | None]

WORKSTATIONS = (ChangeKind.WORKSTATION_ADDED, ChangeKind.WORKSTATION_REMOVED)
"""Kinds whose subject is a workstation. The subject of all other kinds is a holder."""

_ORDER = {kind: position for position, kind in enumerate(ChangeKind)}


def compare(before: Report, after: Report) -> tuple[Change, ...]:
    """The changes, sorted by kind, then by name. A new or removed holder is one change, with the holder's status."""
    return tuple(sorted((*_of_holders(before, after), *_of_workstations(before, after)), key=_order))


def _of_holders(before: Report, after: Report) -> Iterator[Change]:
    crowded = _crowded(before) | _crowded(after)
    old = {_key(row, crowded): row for row in _rows(before)}
    renamed = {(key[0], sid): key for key, row in old.items() if not row.authorisation for sid in _sids(row)}
    new = {_key_now(row, renamed, crowded): row for row in _rows(after)}
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
    for workstation in {place.workstation for place in (*old.places, *new.places)}:
        for was, now in _pairs(_at(old, workstation), _at(new, workstation)):
            if _is_known(was) and _is_known(now) and _thumbprint(was) != _thumbprint(now):
                yield _change(ChangeKind.CERTIFICATE, new, _thumbprint(was), _thumbprint(now), workstation=workstation)


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


def _rows(report: Report) -> tuple[HolderRow, ...]:
    return (*report.holders, *report.without_workstation)


def _crowded(report: Report) -> Set[str]:
    """The numbers that two people have in a report: there the name says who it is, also in the other report."""
    return {row.authorisation for row in _rows(report) if row.next_step is NextStep.GIVE_OWN_NUMBER}


def _key(row: HolderRow, crowded: Set[str]) -> ChangeKey:
    """As rows are gathered; a number may look like somebody's account."""
    if row.authorisation in crowded:
        return row.issuer_setting, row.authorisation, row.name.casefold()
    return row.issuer_setting, row.authorisation, "" if row.authorisation else subject_of(row).casefold()


def _key_now(row: HolderRow, renamed: Mapping[tuple[str, str], ChangeKey], crowded: Set[str]) -> ChangeKey:
    """Without a number it is the key of the earlier report, where the account had another name then."""
    accounts = ((row.issuer_setting, sid) for sid in _sids(row))
    known = (renamed[account] for account in accounts if account in renamed)
    return _key(row, crowded) if row.authorisation else next(known, _key(row, crowded))


def _sids(row: HolderRow) -> list[str]:
    return [place.owner_sid for place in row.places if place.owner_sid]


def _at(row: HolderRow, workstation: str) -> list[HolderWorkstation]:
    """A holder may have several accounts at one workstation."""
    return [place for place in row.places if place.workstation == workstation]


def _pairs(had: list[HolderWorkstation], has: list[HolderWorkstation]) -> Iterator[Pair]:
    """The accounts of both reports at one workstation, side by side: the inventory may write an account differently by now."""
    rest = list(has)
    for was in had:
        same = [now for now in rest if _is_same(was, now)]
        if not same and len(had) == len(has) == 1 and None in (was.owner_sid, has[0].owner_sid):
            same = rest
        yield was, same[0] if same else None
        rest = [now for now in rest if now not in same[:1]]
    yield from ((None, now) for now in rest)


def _is_same(was: HolderWorkstation, now: HolderWorkstation) -> bool:
    if was.owner_sid and now.owner_sid:
        return was.owner_sid == now.owner_sid
    return was.account.casefold() == now.account.casefold()


def _is_known(place: HolderWorkstation | None) -> bool:
    """Whether the certificate there is known. A workstation that did not answer may still have it."""
    return not (place and place.thumbprint is None and place.status in (Status.UNKNOWN, Status.NEVER_SEEN))


def _thumbprint(place: HolderWorkstation | None) -> str | None:
    return place.thumbprint if place else None


def _change(
    kind: ChangeKind, row: HolderRow, before: str | None, after: str | None, workstation: str | None = None
) -> Change:
    return Change(kind, subject_of(row), row.name, workstation, before, after, row.issuer_setting)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _order(change: Change) -> tuple[int | str, ...]:
    return (
        _ORDER[change.kind],
        *name_sort_key(change.name),
        change.subject,
        change.issuer_setting,
        change.workstation or "",
        change.before or "",
        change.after or "",
    )
