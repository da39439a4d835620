# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The status model: where each certificate stands, and each holder at a workstation. Pure.

A table of it is in docs/docsite/rst/guide_reporting.rst.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from .._policy.subject import HolderIndex
from .._policy.validity import Calendar, Status, is_selectable, is_weak
from .schema import CertificateRecord, KeyState

SIGNING = (KeyState.LINKED, KeyState.PROVEN)
"""States of a key that a browser would try."""

ACCESS = (Status.VALID, Status.RENEWAL_DUE, Status.WEAK, Status.DUPLICATE)
"""Statuses of a holder whom a browser offers a certificate."""


@dataclass(frozen=True, slots=True)
class StatusRules:
    """By what is judged: who is known, whose account is whose, the calendar, and the moment.

    ``accounts``: SIDs by authorisation number; a holder whose account no workstation knows has none.
    """

    register: HolderIndex
    accounts: Mapping[str, Set[str]]
    calendar: Calendar
    now: datetime

    def in_date(self, record: CertificateRecord) -> bool:
        """Valid at this moment."""
        return record.not_before <= self.now <= record.not_after

    def is_usable(self, record: CertificateRecord) -> bool:
        """Whether a browser would offer it to its owner."""
        return self.in_date(record) and is_selectable(record.eku, record.key_state in SIGNING, record.archived)

    def is_elsewhere(self, record: CertificateRecord, holder: str | None) -> bool:
        """Whether a holder's certificate is in a store that is not his. Of a holder without a known account nobody can tell."""
        if holder is None:
            return False
        known = self.accounts.get(holder)
        if known is None:  # no workstation is his; the store of somebody else is not, either
            return any(record.owner_sid in others for others in self.accounts.values())
        return len(known) > 0 and record.owner_sid not in known


@dataclass(frozen=True, slots=True)
class RatedCertificate:
    """A certificate with its status; ``holder`` is the authorisation number that it carries, if that is anybody's."""

    record: CertificateRecord
    holder: str | None


@dataclass(frozen=True, slots=True)
class HolderStatus:
    """Where a holder stands at a workstation, and by which certificate. ``elsewhere``: others have one of his in their stores."""

    status: Status
    record: CertificateRecord | None
    elsewhere: bool


def rate_certificates(records: Iterable[CertificateRecord], judge: StatusRules) -> tuple[RatedCertificate, ...]:
    """Gives each certificate of one workstation its status, in the order given."""
    known = [
        RatedCertificate(record, judge.register.holder_of(record) if record.related else None) for record in records
    ]
    newest: dict[tuple[str, ...], CertificateRecord] = {}
    for each in known:
        if judge.is_usable(each.record):
            newest[_group(each)] = max(newest.get(_group(each), each.record), each.record, key=_rank)
    return tuple(_rated(each, newest.get(_group(each)), judge) for each in known)


def rate_holder(held: Sequence[RatedCertificate], elsewhere: bool, unread: bool, judge: StatusRules) -> HolderStatus:
    """Where a holder stands by what is his in his own store. ``unread``: that store could not be read to its end."""
    usable = [each.record for each in held if judge.is_usable(each.record)]
    best = max(usable, key=_rank, default=None)
    if best:
        return HolderStatus(Status.DUPLICATE if len(usable) > 1 else best.status, best, elsewhere)
    if unread:
        return HolderStatus(Status.UNKNOWN, None, elsewhere)
    fit = [each.record for each in held if is_selectable(each.record.eku, True, each.record.archived)]
    last = max(fit, key=_rank, default=None)
    if last:
        return HolderStatus(last.status, last, elsewhere)
    return HolderStatus(Status.WRONG_HOLDER if elsewhere else Status.MISSING, None, elsewhere)


def _rated(each: RatedCertificate, newest: CertificateRecord | None, judge: StatusRules) -> RatedCertificate:
    record = each.record
    left = judge.calendar.days_left(record.not_after, judge.now)
    superseded = newest is not None and _rank(record) < _rank(newest)
    status = _status(each, superseded, judge)
    return replace(each, record=replace(record, status=status, days_left=left))


def _status(each: RatedCertificate, superseded: bool, judge: StatusRules) -> Status:
    """What matters most comes first: an archived certificate is nobody's problem, however old it is."""
    record = each.record
    cases = (
        (record.archived, Status.ARCHIVED),
        (judge.is_elsewhere(record, each.holder), Status.WRONG_HOLDER),
        (superseded, Status.SUPERSEDED),
        (record.key_state not in SIGNING, Status.KEY_MISSING),
        (judge.now > record.not_after, Status.EXPIRED),
        (judge.now < record.not_before, Status.NOT_YET_VALID),
        (is_weak(record.key_type, record.key_size, record.signature_hash), Status.WEAK),
        (judge.calendar.is_due(record.not_after, judge.now), Status.RENEWAL_DUE),
    )
    return next((status for holds, status in cases if holds), Status.VALID)


def _group(each: RatedCertificate) -> tuple[str, ...]:
    """Certificates that follow one another: one person's, in one store, of one issuer."""
    record = each.record
    return record.owner_sid, record.store, record.issuer, each.holder or record.subject


def _rank(record: CertificateRecord) -> tuple[datetime, datetime, str]:
    return record.not_after, record.not_before, record.thumbprint
