# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a status alone does not say: in whose store a certificate is, which are two, and why a workstation did not answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..._errors import Problem
from ..._facts.evaluation import USABLE_KEY_STATES
from ..._facts.schema import UnreadRecord
from ..._messages.words import MACHINE_SID, SID
from ..._policy.access import Doubt, doubt_of, next_end
from ..._policy.status import Status
from ..._policy.use import Use
from ..._policy.validity import is_selectable
from ..acceptance import is_authorisation_due
from ..exceptions import FAILED
from ..model import (
    CertificateRow,
    HolderRow,
    HolderWorkstation,
    NextStep,
    Reachability,
    Report,
    StoreOwner,
    WorkstationRow,
)
from ..no_answer import no_answer_reason
from ..summary import homonyms, shown_name
from .remark_vocabulary import UNREAD
from .wording import Wording

SHOWN_THUMBPRINT = 8
"""The number of characters with which a thumbprint is shown where two certificates have to be told apart."""


UNREAD_CODES = tuple(key.removeprefix("unread.") for key in UNREAD if key.startswith("unread."))
"""Codes of unread stores that have a sentence of their own."""


class Remarks:
    """The remarks of one report, in its language."""

    def __init__(self, report: Report, say: Wording) -> None:
        self._say = say
        self._now = report.parameters.report_date
        self._names = _names_of(report)
        self._accounts = _accounts_of(report)
        self._folders = _folders_of(report)
        self._leavers = {row.holder for row in report.without_holder if row.holder}
        self._certificates = _by_holder(report.certificates)
        self._has_several_issuers = len({row.issuer_setting for row in report.holders}) > 1
        self._workstations = {row.workstation: row for row in report.workstations}

    def of(self, row: HolderRow) -> list[str]:
        """For which setting of the issuer the row is, where the report has several, that the authorisation is due, too, whose store has the
        holder's certificate, in whose name it is, which are two, which is for another use, where the last run failed, and what is to be
        written about the authorisation, one line each."""
        issuer = [*(self._issuer(row) if self._has_several_issuers else []), *self._date(row)]
        if row.next_step is NextStep.GIVE_OWN_NUMBER:
            return issuer  # whose the certificates are nobody can say
        known = self._certificates.get(row.authorisation, []) if row.authorisation else []
        own = [each for each in known if each.certificate.issuer_setting == row.issuer_setting]
        lost = {each.workstation for each in row.places if each.status is Status.MISSING and each.owner_sid is None}
        elsewhere = (
            self._say(
                "remark.elsewhere",
                workstation=each.workstation,
                owner=self.owner(each.certificate.owner_sid, each.certificate.owner),
            )
            for each in own
            if each.status is Status.WRONG_HOLDER or each.workstation in lost
        )
        doubles = (line for place in row.places for line in self._double(place, own))
        uses = (line for place in row.places for line in self._other_uses(place, own))
        unread = (line for place in row.places for line in self._why_unknown(place))
        failed = (
            self._say(
                "remark.failed" if place.outcome == FAILED else "remark.found",
                workstation=place.workstation,
                day=self._say.day(place.outcome_at),
                problem=self._failure(place.problem, place.next_step),
            )
            for place in row.places
            if place.problem
        )
        names = (
            self._say("remark.other_name", workstation=place.workstation, issued_to=place.issued_to)
            for place in row.places
            if place.issued_to
        )
        told = (*issuer, *self._also(row), *elsewhere, *names, *doubles, *uses, *unread, *failed)
        return list(dict.fromkeys(told))

    def _failure(self, problem: Problem, step: NextStep) -> str:
        """Why the last run failed. What to do is said once: it may be the next step."""
        return self._say.told.cause(problem) if step is NextStep.MEND_FAILURE else self._say.told.of(problem)

    def _issuer(self, row: HolderRow) -> list[str]:
        setting = row.issuer_setting
        return [self._say("remark.issuer", issuer=setting) if setting else self._say("remark.no_issuer")]

    def _also(self, row: HolderRow) -> list[str]:
        """The yearly step, where another one comes first: the employer is reminded of it meanwhile."""
        is_also = is_authorisation_due(row) and row.next_step is not NextStep.RENEW_AUTHORISATION
        return [self._say("remark.also", step=self._say.of(NextStep.RENEW_AUTHORISATION))] if is_also else []

    def _date(self, row: HolderRow) -> list[str]:
        """Which end date is to be written where once the authorisation has been renewed, or that the one there may be a slip."""
        end = row.authorisation_until
        doubt = doubt_of(end, self._say.today) if end else None
        if end is None or doubt is None:
            return []
        if doubt is Doubt.FAR:
            return [self._say("remark.date_far", day=self._say.day(end))]
        where = "site" if row.authorisation_of_site else "own"
        return [self._say(f"remark.next_date.{where}", day=next_end(end, self._say.today).isoformat())]

    def leaver(self, row: CertificateRow) -> str:
        """That the holder of a certificate has left, and why the removal failed; empty if that is not so."""
        if row.problem:
            return self._say("remark.leaver_failed", problem=self._failure(row.problem, row.next_step))
        return self._say("remark.leaver") if row.holder in self._leavers else ""

    def silent(self, row: HolderRow) -> list[str]:
        """Which workstations of the holder did not answer, and why, one line each."""
        places = dict.fromkeys(place.workstation for place in row.places)
        reasons = {place: self.no_answer(place) for place in places}
        return [
            self._say("remark.silent", workstation=place, reason=reason) for place, reason in reasons.items() if reason
        ]

    def no_answer(self, workstation: str) -> str:
        """Why a workstation has no current audit, or has unusable variables; empty for any other, or that the report does not know."""
        row = self._workstations.get(workstation)
        return self.reason(row) if row else ""

    def reason(self, row: WorkstationRow) -> str:
        """The words for the problem of a workstation; empty without one."""
        found = no_answer_reason(row.problem, row.answer)
        return self._say.of(found) if found else ""

    def technical(self, row: WorkstationRow) -> str:
        """What the last audit came to, in full; empty where it was fine."""
        return self._say.told.of(row.problem) if row.problem else ""

    def owner(self, sid: str, account: str | None = None) -> str:
        """Who an account is: the holders' names and the account, the account alone, or that nobody knows its name."""
        if sid == MACHINE_SID:
            return self._say.told.account(sid)
        known = account or self._account(sid)
        names = ", ".join(self._names.get(sid, ()))
        if names and known:
            return self._say("owner.named", name=names, account=known)
        return names or known or self._say.told.account(sid)

    def account(self, place: HolderWorkstation) -> str:
        """The account of a holder, by its name also where the inventory has its SID; the SID where nobody knows a name for it."""
        return (self._account(place.account.upper()) if SID.fullmatch(place.account) else None) or place.account

    def _account(self, sid: str) -> str | None:
        if sid in self._folders and sid not in self._accounts:
            return self._say("owner.folder", folder=self._folders[sid])
        return self._accounts.get(sid)

    def unread(self, store: UnreadRecord) -> str:
        """Whose store was not read."""
        return self._say("unread", owner=self.owner(store.owner_sid))

    def why_unread(self, store: UnreadRecord) -> str:
        """Why it was not read, as a sentence."""
        return self._say(f"unread.{store.code if store.code in UNREAD_CODES else 'unreadable'}")

    def _why_unknown(self, place: HolderWorkstation) -> Iterator[str]:
        """Why a workstation that answered does not know the holder's certificate."""
        there = self._workstations.get(place.workstation)
        if place.status is Status.UNKNOWN and there and there.answer is Reachability.ANSWERED:
            yield from (self.why_unread(store) for store in there.unread if store.owner_sid == place.owner_sid)

    def _double(self, place: HolderWorkstation, own: Iterable[CertificateRow]) -> Iterator[str]:
        if place.status is not Status.DUPLICATE:
            return
        usable = [row for row in own if row.workstation == place.workstation and self._is_usable(row)]
        usable.sort(key=lambda row: (row.certificate.not_after, row.certificate.not_before, row.certificate.thumbprint))
        if len(usable) < 2:
            return
        for number, row in enumerate(reversed(usable)):
            found = row.certificate
            yield self._say(
                "remark.older" if number else "remark.ends_last",
                workstation=row.workstation,
                day=self._say.day(row.ends_on),
                issuer=found.issuer_cn or found.issuer,
                thumbprint=found.thumbprint[:SHOWN_THUMBPRINT],
            )

    def _other_uses(self, place: HolderWorkstation, own: Iterable[CertificateRow]) -> Iterator[str]:
        """What the holder has in the own store of a workstation instead of a certificate with which people log on."""
        there = [row.certificate for row in own if row.workstation == place.workstation]
        hers = [found for found in there if found.owner_sid == place.owner_sid and not found.archived]
        if any(found.use is Use.AUTHENTICATION for found in hers):
            return
        for use in sorted({found.use.value for found in hers}):
            yield self._say(f"remark.other_use.{use}", workstation=place.workstation)

    def _is_usable(self, row: CertificateRow) -> bool:
        found = row.certificate
        in_date = found.not_before <= self._now <= found.not_after
        has_key = found.key_state in USABLE_KEY_STATES
        return row.status is not Status.WRONG_HOLDER and in_date and is_selectable(found.use, has_key, found.archived)


def _names_of(report: Report) -> Mapping[str, tuple[str, ...]]:
    """The names of the holders by the SIDs of their accounts. Several holders may share one."""
    found: dict[str, dict[str, None]] = {}
    several = homonyms((*report.holders, *report.without_workstation))
    for row in report.holders:
        for place in row.places:
            if place.owner_sid:
                found.setdefault(place.owner_sid, {})[shown_name(row, several)] = None
    return {sid: tuple(names) for sid, names in found.items()}


def _accounts_of(report: Report) -> Mapping[str, str]:
    """The names of accounts by their SIDs: as Windows writes them, else as the inventory does."""
    places = [place for row in report.holders for place in row.places if not SID.fullmatch(place.account)]
    inventory = {place.owner_sid: place.account for place in places if place.owner_sid}
    windows = {row.certificate.owner_sid: row.certificate.owner for row in report.certificates if row.certificate.owner}
    profiles = {each.owner_sid: each.account for each in _store_owners(report) if not _is_folder(each)}
    return inventory | windows | profiles


def _folders_of(report: Report) -> Mapping[str, str]:
    """The folders of profiles by the SIDs of their accounts, where that is all that the facts have."""
    return {each.owner_sid: each.account for each in _store_owners(report) if _is_folder(each)}


def _is_folder(owner: StoreOwner) -> bool:
    return ":" in owner.account  # no name of an account has a colon


def _store_owners(report: Report) -> Iterator[StoreOwner]:
    for row in report.workstations:
        yield from row.store_owners


def _by_holder(certificates: Iterable[CertificateRow]) -> Mapping[str, list[CertificateRow]]:
    found: dict[str, list[CertificateRow]] = {}
    for row in certificates:
        if row.holder:
            found.setdefault(row.holder, []).append(row)
    return found
