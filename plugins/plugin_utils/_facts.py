# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Facts of a workstation in the documented, flat form that the fact cache keeps: schema 1. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ._driver import Inventory, Profile
from ._driver_json import TIME_FORMAT
from ._observed import StoreCertificate, StoreView, view_store
from ._owner import UNREAD_SENTENCES
from ._pattern import check_pattern

SCHEMA = 1
USER_STORE = "CurrentUser\\My"
MACHINE_STORE = "LocalMachine\\My"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which certificates facts list. Others are counted only: a person's smart-card certificates are nobody's business."""

    issuer: str | None = None
    include_unrelated: bool = True
    include_archived: bool = False
    renew_before_days: int = 40

    def __post_init__(self) -> None:
        check_pattern("issuer", self.issuer)

    def lists(self, found: StoreCertificate) -> bool:
        """Whether a certificate is listed."""
        if found.archived and not self.include_archived:
            return False
        return (
            self.include_unrelated
            or self.issuer is None
            or re.search(self.issuer, found.certificate.issuer) is not None
        )


def workstation_facts(
    inventory: Inventory, views: Mapping[str, StoreView], selection: Selection, now: datetime
) -> dict[str, Any]:
    """``ansible_facts.pkcs12``. ``views`` has an owner's store by SID where it is newer than the inventory."""
    names = {account.sid: account.name for account in inventory.accounts if account.sid}
    names.setdefault(inventory.identity.sid, inventory.identity.account)
    stores = [
        (profile.owner_sid, USER_STORE, views.get(profile.owner_sid) or view_store(profile.my))
        for profile in inventory.profiles
    ]
    stores.append(("S-1-5-18", MACHINE_STORE, view_store(inventory.machine)))
    owned = [(sid, store, found) for sid, store, view in stores for found in view.certificates]
    listed = [(sid, store, found) for sid, store, found in owned if selection.lists(found)]
    return {
        "schema": SCHEMA,
        "gathered_at": now.strftime(TIME_FORMAT),
        "workstation": inventory.computer,
        "workstation_utc": inventory.utc.strftime(TIME_FORMAT),
        "clock_skew_seconds": inventory.skew(now),
        "os_build": inventory.os_build,
        "connection_account": inventory.identity.account,
        "language_mode": inventory.language_mode,
        "logging": list(inventory.logging.kinds),
        "certificates": [_row(sid, names.get(sid), store, found, selection, now) for sid, store, found in listed],
        "certificates_not_listed": len(owned) - len(listed),
        "profiles": [_profile(profile, names.get(profile.owner_sid)) for profile in inventory.profiles],
        "unread": list(_unread(stores)),
    }


def certificate_row(found: StoreCertificate, renew_before_days: int, now: datetime) -> dict[str, Any]:
    """A certificate in a store as a flat map."""
    certificate = found.certificate
    return {
        "thumbprint": certificate.thumbprint,
        "subject": certificate.subject,
        "subject_cn": certificate.subject_cn,
        "issuer": certificate.issuer,
        "issuer_cn": certificate.issuer_cn,
        "serial": certificate.serial,
        "not_before": certificate.not_before.strftime(TIME_FORMAT),
        "not_after": certificate.not_after.strftime(TIME_FORMAT),
        "days_left": certificate.days_left(now),
        "status": certificate.status(now, renew_before_days).value,
        "eku": list(certificate.eku or ()),
        "key_type": certificate.key_type,
        "key_size": certificate.key_size,
        "friendly_name": found.friendly_name,
        "archived": found.archived,
        "key_state": "linked" if found.key else "missing",
        "key_provider": found.key.provider if found.key else None,
    }


def _row(
    sid: str, owner: str | None, store: str, found: StoreCertificate, selection: Selection, now: datetime
) -> dict[str, Any]:
    return {"owner_sid": sid, "owner": owner, "store": store} | certificate_row(found, selection.renew_before_days, now)


def _profile(profile: Profile, owner: str | None) -> dict[str, Any]:
    return {
        "owner_sid": profile.owner_sid,
        "owner": owner,
        "path": profile.path,
        "loaded": profile.loaded,
        "temporary": profile.temporary,
        "readable": not profile.my.unread,
    }


def _unread(stores: Iterable[tuple[str, str, StoreView]]) -> Iterable[dict[str, Any]]:
    for sid, store, view in stores:
        for unread in view.unread:
            reason = UNREAD_SENTENCES.get(unread.code, unread.code)
            yield {"owner_sid": sid, "store": store, "code": unread.code, "reason": reason, "detail": unread.detail}
