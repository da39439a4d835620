# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Facts of a workstation in the documented, flat form that the fact cache keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .._crypto.signature import issuer_key_id, issuer_urls
from .._crypto.store import CertificateStore, StoreCertificate, parse_store
from .._errors import Problem
from .._messages.words import MACHINE_SID
from .._policy.status import Status
from .._policy.subject import ExpectedSubject
from .._policy.use import use_of
from .._policy.validity import Calendar, status_in_time
from .._workstation.findings import AFTER_UNREAD, TEMPORARY
from .._workstation.protocol import Inventory
from .codec import prepare, to_plain
from .evaluation import rate_certificates
from .holders import HolderEntry, holder_record, resolve_accounts, workstation_rules
from .issuer_settings import IssuerSettings
from .schema import (
    SCHEMA,
    CertificateRecord,
    KeyId,
    KeyState,
    ProfileRecord,
    UnreadRecord,
    WorkstationRecord,
    location_of,
)
from .selection import Selection

USER_STORE = "CurrentUser\\My"
MACHINE_STORE = "LocalMachine\\My"
prepare(WorkstationRecord)


RecordKey = tuple[str, str | None, str]
"""Account and number of a holder as ``HolderEntry.key``, and the setting of the issuer; an empty one means each of the holder's records."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """What a run came to for a holder, as ``HolderRecord`` has it."""

    outcome: str
    at: datetime
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class FactsScope:
    """What facts are about: the certificates that they list, the holders of the workstation, and the site's calendar.

    ``unusable``: keys that did not sign in the last attempt. They count as unusable until they sign. ``issuers``: what belongs to which
    setting of the issuer. ``exportable``: keys that could be exported at the last proof. They count as exportable until a proof says no.
    ``outcomes``: of the run that the facts are about.
    """

    selection: Selection
    entries: Sequence[HolderEntry]
    calendar: Calendar
    unusable: Set[KeyId] = frozenset()
    issuers: IssuerSettings = field(default_factory=IssuerSettings)
    exportable: Set[KeyId] = frozenset()
    outcomes: Mapping[RecordKey, LastRun] = field(default_factory=dict)

    def asked(self) -> tuple[HolderEntry, ...]:
        """The holders of the task, each under the setting to which the record belongs."""
        return tuple(map(self._after_run, self.issuers.asked(self.entries)))

    def _after_run(self, entry: HolderEntry) -> HolderEntry:
        last = self.outcomes.get((*entry.key, entry.issuer_setting)) or self.outcomes.get((*entry.key, ""))
        return replace(entry, outcome=last.outcome, outcome_at=last.at, problem=last.problem) if last else entry


@dataclass(frozen=True, slots=True)
class OwnedStore:
    """A store and its owner. ``name`` is ``CurrentUser\\My`` or ``LocalMachine\\My``."""

    owner_sid: str
    name: str
    store: CertificateStore


def workstation_record(
    inventory: Inventory, newer_stores: Mapping[str, CertificateStore], scope: FactsScope, now: datetime
) -> WorkstationRecord:
    """The facts of a workstation. ``newer_stores``: stores by their owner's SID that are newer than the inventory.

    ``now`` is the controller's clock when the inventory came.
    """
    names = _names(inventory, scope.entries)
    stores = owned_stores(inventory, newer_stores)
    records = [
        _record(owned, _with_known_key(owned, stored, scope), names, scope)
        for owned in stores
        for stored in owned.store.certificates
    ]
    asked = scope.asked()
    others = resolve_accounts(scope.issuers.others(asked), inventory)
    rules = workstation_rules((*asked, *others), scope.selection.pattern, scope.calendar, now, site=scope.issuers.site)
    rated = rate_certificates(records, rules)
    unread = tuple(_unread(inventory, stores))
    entries = scope.issuers.kept(asked, others, rated)
    listed = [each.record for each in rated if scope.selection.lists(each.record)]
    return WorkstationRecord(
        schema=SCHEMA,
        gathered_at=now.replace(microsecond=0),
        workstation=inventory.computer,
        workstation_utc=inventory.utc,
        clock_skew_seconds=inventory.skew(now),
        os_build=inventory.os_build,
        connection_account=inventory.identity.account,
        language_mode=inventory.language_mode,
        logging=inventory.logging.kinds,
        holders=tuple(holder_record(entry, rated, unread, rules) for entry in entries),
        certificates=tuple(listed),
        certificates_not_listed=len(rated) - len(listed),
        profiles=tuple(_profiles(inventory, names, unread)),
        unread=unread,
        strangers=scope.selection.strangers(stored for owned in stores for stored in owned.store.certificates),
    )


def certificate_row(stored: StoreCertificate, calendar: Calendar, now: datetime) -> dict[str, Any]:
    """One certificate as a flat map, without the keys about its store. ``status`` says only what the dates say."""
    status = status_in_time(stored.certificate, now, calendar)
    days_left = calendar.days_left(stored.certificate.not_after, now)
    return {name: to_plain(value) for name, value in _values(stored, days_left, status).items()}


def _names(inventory: Inventory, entries: Iterable[HolderEntry]) -> Mapping[str, str | None]:
    names = {entry.owner_sid: entry.account for entry in entries if entry.owner_sid}
    names |= {account.sid: account.name for account in inventory.accounts if account.sid}
    return {inventory.identity.sid: inventory.identity.account} | names


def owned_stores(inventory: Inventory, newer_stores: Mapping[str, CertificateStore]) -> Sequence[OwnedStore]:
    """Those of all profiles, and the workstation's own. ``newer_stores``: as in ``workstation_record``."""
    people = [
        OwnedStore(profile.owner_sid, USER_STORE, newer_stores.get(profile.owner_sid) or parse_store(profile.my))
        for profile in inventory.profiles
    ]
    return [*people, OwnedStore(MACHINE_SID, MACHINE_STORE, parse_store(inventory.machine))]


def numbers_here(
    stores: Sequence[OwnedStore], holders: Iterable[Mapping[str, Any]], pattern: str | None
) -> list[str] | None:
    """The numbers of these holders, as the inventory writes them, that a certificate in any of the stores has, whatever it is for.

    None where not all stores could be read. What a removal has archived is gone, as far as anybody has to act.
    """
    if any(each.store.unread for each in stores):
        return None
    found = [stored.certificate for each in stores for stored in each.store.certificates if not stored.archived]
    numbers = dict.fromkeys(str(raw["authorisation"]) for raw in holders if raw.get("authorisation"))
    return [each for each in numbers if any(map(ExpectedSubject(authorisation=each, pattern=pattern).owns, found))]


def _record(
    owned: OwnedStore, stored: StoreCertificate, names: Mapping[str, str | None], scope: FactsScope
) -> CertificateRecord:
    """``rate_certificates`` sets status and days, because they depend on the other certificates of the workstation."""
    another = scope.issuers.another(KeyId(owned.owner_sid, stored.thumbprint, location_of(owned.name)), stored)
    related = another is not None or scope.selection.relates(owned.owner_sid, stored, location_of(owned.name))
    site = scope.issuers.site
    signed_by = site.signed_by(stored.certificate) if related else ""
    return CertificateRecord(
        owner_sid=owned.owner_sid,
        owner=names.get(owned.owner_sid),
        store=owned.name,
        related=related,
        crl_urls=stored.certificate.crl_urls,
        issuer_setting=site.profile_of(stored.certificate.issuer, signed_by).name if another is None else another,
        signed_by=signed_by,
        issuer_key_id=issuer_key_id(stored.certificate) if related else "",
        issuer_urls=issuer_urls(stored.certificate) if related else (),
        **_values(stored, 0, Status.UNKNOWN),
    )


def _values(stored: StoreCertificate, days_left: int, status: Status) -> dict[str, Any]:
    """The fields of a ``CertificateRecord`` that are about the certificate and its key."""
    certificate = stored.certificate
    return {
        "thumbprint": certificate.thumbprint,
        "subject": certificate.subject,
        "subject_cn": certificate.subject_cn,
        "issuer": certificate.issuer,
        "issuer_cn": certificate.issuer_cn,
        "serial": certificate.serial,
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
        "days_left": days_left,
        "status": status,
        "eku": certificate.eku or (),
        "use": use_of(certificate),
        "key_type": certificate.key_type,
        "key_size": certificate.key_size,
        "signature_hash": certificate.signature_hash,
        "friendly_name": stored.friendly_name,
        "archived": stored.archived,
        "key_state": _key_state(stored),
        "key_provider": stored.key.provider if stored.key else None,
        "key_exportable": stored.key_exportable,
    }


def _with_known_key(owned: OwnedStore, stored: StoreCertificate, scope: FactsScope) -> StoreCertificate:
    """With what earlier facts know of its key, where a proof has not just shown it."""
    key = KeyId(owned.owner_sid, stored.thumbprint, location_of(owned.name))
    if stored.key_works is None and key in scope.unusable:
        stored = replace(stored, key_works=False)
    if stored.key_exportable is None and stored.key and key in scope.exportable:
        stored = replace(stored, key_exportable=True)
    return stored


def _key_state(stored: StoreCertificate) -> KeyState:
    if stored.key is None:
        return KeyState.MISSING
    return {None: KeyState.LINKED, True: KeyState.PROVEN, False: KeyState.UNUSABLE}[stored.key_works]


def _profiles(
    inventory: Inventory, names: Mapping[str, str | None], unread: Iterable[UnreadRecord]
) -> Iterable[ProfileRecord]:
    lost = {each.owner_sid for each in unread if each.code == AFTER_UNREAD}
    for profile in inventory.profiles:
        yield ProfileRecord(
            owner_sid=profile.owner_sid,
            owner=names.get(profile.owner_sid),
            path=profile.path,
            loaded=profile.loaded,
            temporary=profile.temporary,
            readable=not profile.my.unread and profile.owner_sid not in lost,
        )


def _unread(inventory: Inventory, stores: Iterable[OwnedStore]) -> Iterable[UnreadRecord]:
    for owned in stores:
        profile = inventory.profile(owned.owner_sid)
        if profile and profile.temporary:
            yield UnreadRecord(owned.owner_sid, owned.name, TEMPORARY, profile.path)
        for unread in owned.store.unread:
            yield UnreadRecord(owned.owner_sid, owned.name, unread.code, unread.detail)
