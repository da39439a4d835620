# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What is known of a holder's last delivery, as it is kept in ``ansible_facts.pkcs12_deliveries``. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from .._crypto.instants import format_instant, parse_instant

FACT = "pkcs12_deliveries"
SCHEMA = 1
KEPT_FOR = timedelta(days=400)
"""A delivery is for one renewal, and a personal certificate lasts for years. An older record says nothing about the next one."""

NEW = "new"
COLLECTED = "collected"
UNSTORED = "passphrase_not_stored"
ACKNOWLEDGED = "acknowledged"
UNKNOWN_HOLDER = "unknown_holder"
NOT_AUTHENTIC = "not_authentic"
REFUSED = "refused"
NOTHING_TO_DO = (COLLECTED, ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """The last delivery of one holder.

    ``state``: what became of it; the states are documented in the module ``delivery_summary``. ``mail_at``: the date of the mail, an ISO
    instant in UTC, or None. ``recorded_at``: when the state was set. ``access_mail_seen``: whether the mail with the access code was in the
    mailbox too; None if nobody looked. ``error``: the code of the error, or None. ``sha256``: of the file as the issuer sent it.
    """

    authorisation: str
    name: str
    state: str
    mail_at: str | None
    message_id: str | None
    recorded_at: str
    access_mail_seen: bool | None = None
    error: str | None = None
    file: str | None = None
    sha256: str | None = None

    @property
    def needs_somebody(self) -> bool:
        """Whether a person has to do something before the bundle can be installed."""
        return self.state not in NOTHING_TO_DO


def records_of(fact: Any) -> dict[str, DeliveryRecord]:
    """The records of ``ansible_facts.pkcs12_deliveries`` by authorisation number. A fact of another schema counts as none."""
    if not isinstance(fact, Mapping) or fact.get("schema") != SCHEMA:
        return {}
    names = DeliveryRecord.__dataclass_fields__
    found = {}
    for row in fact.get("deliveries") or ():
        try:
            record = DeliveryRecord(**{name: row[name] for name in names if name in row})
        except (TypeError, KeyError):
            continue
        found[record.authorisation] = record
    return found


def fact_of(records: Mapping[str, DeliveryRecord], now: datetime) -> dict[str, Any]:
    """The fact with these records, without those that are too old to say anything."""
    oldest = format_instant(now - KEPT_FOR)
    kept = [record for record in records.values() if record.recorded_at >= oldest]
    rows = [asdict(record) for record in sorted(kept, key=lambda record: record.authorisation)]
    return {"schema": SCHEMA, "gathered_at": format_instant(now), "deliveries": rows}


def mail_date(record: DeliveryRecord) -> datetime | None:
    """The date of the mail, aware, in UTC."""
    return parse_instant(record.mail_at) if record.mail_at else None
