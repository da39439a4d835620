# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The status model: where each certificate stands, and each holder at a workstation. Pure.

A table of it is in docs/docsite/rst/guide_error_codes.rst.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from .._policy.issuers import Answer, Issuers
from .._policy.names import number_key
from .._policy.revocation import Revocation, Revocations
from .._policy.status import Status
from .._policy.subject import HolderIndex
from .._policy.superseding import rank
from .._policy.validity import Calendar, is_selectable, is_weak
from .._workstation.protocol import TOLERATED_SKEW
from .schema import CertificateRecord, KeyState

USABLE_KEY_STATES = (KeyState.LINKED, KeyState.PROVEN)
"""States of a key with which a browser offers the certificate."""


def is_clock_right(skew: int) -> bool:
    """Whether a workstation's clock is right, but for a difference that is tolerated. ``skew``: in seconds."""
    return abs(skew) <= TOLERATED_SKEW


@dataclass(frozen=True, slots=True)
class StatusRules:
    """What a status depends on besides the certificate: the known holders, their accounts, the calendar, the time ``now``, and CRLs.

    ``accounts``: SIDs by ``number_key``. The set is empty for a holder whose account no workstation knows. ``site``: its issuers.
    """

    index: HolderIndex
    accounts: Mapping[str, Set[str]]
    calendar: Calendar
    now: datetime
    revocations: Revocations = field(default_factory=Revocations)
    site: Issuers = field(default_factory=Issuers)

    def answer(self, record: CertificateRecord) -> Answer:
        """Whether the site's issuer signed it, by the authority as the site names it now. Of what is nobody's, nobody asks."""
        if not record.related:
            return Answer.SIGNED
        return self.site.answer(record.issuer, record.signed_by, record.issuer_setting)

    def counts(self, record: CertificateRecord) -> bool:
        """Whether it says anything of a person: the site's issuer signed it."""
        return self.answer(record) is Answer.SIGNED

    def is_refused(self, record: CertificateRecord) -> bool:
        """Whether none of the site's issuers signed it."""
        return self.answer(record) in (Answer.SELF_SIGNED, Answer.NOT_KNOWN)

    def in_date(self, record: CertificateRecord) -> bool:
        """Whether it is valid at ``now``."""
        return record.not_before <= self.now <= record.not_after

    def revocation(self, record: CertificateRecord) -> Revocation | None:
        """When and why it was revoked. None for one that has ended: issuers take those off their lists."""
        if self.now > record.not_after:
            return None
        return self.revocations.of(record.issuer, record.serial, record.crl_urls)

    def end(self, record: CertificateRecord) -> datetime:
        """The last instant at which it gives access, or gave it. An issuer may date a revocation before the certificate."""
        revocation = self.revocation(record)
        return max(record.not_before, revocation.at) if revocation else record.not_after

    def is_usable(self, record: CertificateRecord) -> bool:
        """Whether a browser offers it to the owner of the store, and the portal accepts it."""
        return self.is_offered(record) and self.counts(record) and self.revocation(record) is None

    def is_offered(self, record: CertificateRecord) -> bool:
        """Whether a browser offers it to the owner of the store. Browsers do not ask whether a client certificate is revoked."""
        return self.in_date(record) and is_selectable(
            record.use, record.key_state in USABLE_KEY_STATES, record.archived
        )

    def is_elsewhere(self, record: CertificateRecord, holder: str | None) -> bool:
        """Whether a holder's certificate is in another person's store. False when the holder's account is not known."""
        if holder is None:
            return False
        known = self.accounts.get(number_key(holder))
        if known is None:  # no workstation has this holder, but the store of another holder is another person's
            return any(record.owner_sid in others for others in self.accounts.values())
        return len(known) > 0 and record.owner_sid not in known


@dataclass(frozen=True, slots=True)
class RatedCertificate:
    """A certificate with its status. ``holder``: the authorisation number in it, None if no holder has this number."""

    record: CertificateRecord
    holder: str | None


@dataclass(frozen=True, slots=True)
class HolderStatus:
    """A holder's status at one workstation, and the certificate that decides it. ``elsewhere``: another person has one of the holder's."""

    status: Status
    record: CertificateRecord | None
    elsewhere: bool


def rate_certificates(records: Iterable[CertificateRecord], rules: StatusRules) -> tuple[RatedCertificate, ...]:
    """Sets ``status`` and ``days_left`` of each certificate of one workstation. Keeps the order."""
    known = [RatedCertificate(record, rules.index.holder_of(record) if record.related else None) for record in records]
    last: dict[tuple[str, ...], CertificateRecord] = {}
    for each in known:
        if rules.is_usable(each.record):
            group = _group(each, rules.site)
            last[group] = max(last.get(group, each.record), each.record, key=rank)
    return tuple(_rated(each, last.get(_group(each, rules.site)), rules) for each in known)


def rate_holder(
    certificates: Sequence[RatedCertificate], elsewhere: bool, unread: bool, rules: StatusRules
) -> HolderStatus:
    """A holder's status by the holder's certificates in the own store. ``unread``: that store could not be read completely."""
    usable = [each.record for each in certificates if rules.is_usable(each.record)]
    best = max(usable, key=rank, default=None)
    if best:
        offered = sum(rules.is_offered(each.record) and rules.counts(each.record) for each in certificates)
        # When the longest one ends soon, the end of access comes first: the renewal retires the others, too.
        is_duplicate = offered > 1 and best.status is not Status.RENEWAL_DUE
        return HolderStatus(Status.DUPLICATE if is_duplicate else best.status, best, elsewhere)
    if unread:
        return HolderStatus(Status.UNKNOWN, None, elsewhere)
    selectable = [each.record for each in certificates if is_selectable(each.record.use, True, each.record.archived)]
    last = max(filter(rules.counts, selectable), key=rank, default=None)
    if last:
        return HolderStatus(last.status, last, elsewhere)
    not_known = [each for each in selectable if rules.answer(each) in (Answer.NOT_KNOWN, Answer.NOT_ASKED)]
    if not_known and not elsewhere:
        best = max(not_known, key=lambda each: (each.status is Status.UNKNOWN, rank(each)))
        return HolderStatus(best.status, best, elsewhere)
    return HolderStatus(Status.WRONG_HOLDER if elsewhere else Status.MISSING, None, elsewhere)


def _rated(each: RatedCertificate, ends_last: CertificateRecord | None, rules: StatusRules) -> RatedCertificate:
    record = each.record
    left = rules.calendar.days_left(rules.end(record), rules.now)
    superseded = ends_last is not None and rank(record) < rank(ends_last)
    status = _status(each, superseded, rules)
    return replace(each, record=replace(record, status=status, days_left=left))


def _status(each: RatedCertificate, superseded: bool, rules: StatusRules) -> Status:
    """The first case that holds. An archived certificate is only archived, even if it has expired, because nobody has to act.

    The end of access is nearer than what a weak key may lead to, and its renewal brings another key.
    """
    record = each.record
    cases = (
        (record.archived, Status.ARCHIVED),
        (rules.answer(record) is Answer.SELF_SIGNED, Status.SELF_SIGNED),
        (rules.answer(record) is Answer.NOT_KNOWN, Status.UNKNOWN_ISSUER),
        (rules.answer(record) is Answer.NOT_ASKED, Status.UNKNOWN),
        (rules.is_elsewhere(record, each.holder), Status.WRONG_HOLDER),
        (rules.revocation(record) is not None, Status.REVOKED),
        (superseded, Status.SUPERSEDED),
        (record.key_state not in USABLE_KEY_STATES, Status.KEY_MISSING),
        (rules.now > record.not_after, Status.EXPIRED),
        (rules.now < record.not_before, Status.NOT_YET_VALID),
        (rules.calendar.is_due(record.not_after, rules.now), Status.RENEWAL_DUE),
        (is_weak(record.key_type, record.key_size, record.signature_hash), Status.WEAK),
    )
    return next((status for holds, status in cases if holds), Status.VALID)


def _group(each: RatedCertificate, site: Issuers) -> tuple[str, ...]:
    """The key of a group in which a newer certificate supersedes an older one: one person, one store, one profile, one use; and one
    issuer, where the site has not named its authority."""
    record = each.record
    person = each.holder or record.subject
    issuer = site.generation(record.issuer, record.signed_by)
    return record.owner_sid, record.store, issuer, record.issuer_setting, person, record.use.value
