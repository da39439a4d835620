# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What is known of a holder's last delivery, as it is kept in ``ansible_facts.pkcs12_fact_deliveries``. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from .._crypto.instants import format_instant, parse_instant
from .._errors import Problem
from .delivery_states import DeliveryState

FACT = "pkcs12_fact_deliveries"
SCHEMA = 2
KEPT_FOR = timedelta(days=400)
"""A delivery is for one renewal, and a personal certificate lasts for years. An older record says nothing about the next one."""

NOTHING_TO_DO = (DeliveryState.COLLECTED, DeliveryState.ACKNOWLEDGED, DeliveryState.LEFT)
INSTANTS = ("mail_at", "recorded_at")


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """The last delivery of one holder.

    ``mail_at``: the date of the mail, None if it has none. ``recorded_at``: when the state was set. Both are aware. ``error``: why
    it needs somebody. ``file``: the name of the bundle. ``sha256``: of the file as the issuer sent it.
    """

    authorisation: str
    name: str
    state: DeliveryState
    mail_at: datetime | None
    message_id: str | None
    recorded_at: datetime
    error: Problem | None = None
    file: str | None = None
    sha256: str | None = None

    @property
    def needs_somebody(self) -> bool:
        """Whether a person has to do something before the bundle can be installed."""
        return self.state not in NOTHING_TO_DO


def records_of(fact: Any) -> dict[str, DeliveryRecord]:
    """The records of ``ansible_facts.pkcs12_fact_deliveries`` by authorisation number. What does not fit counts as none."""
    if not isinstance(fact, Mapping) or fact.get("schema") != SCHEMA:
        return {}
    records = map(_record, fact.get("deliveries") or ())
    return {record.authorisation: record for record in records if record}


def fact_of(records: Mapping[str, DeliveryRecord], now: datetime) -> dict[str, Any]:
    """The fact with these records, without those that are too old to say anything."""
    kept = [record for record in records.values() if record.recorded_at >= now - KEPT_FOR]
    rows = [_row(record) for record in sorted(kept, key=lambda record: record.authorisation)]
    return {"schema": SCHEMA, "gathered_at": format_instant(now), "deliveries": rows}


def mail_date(text: Any) -> datetime | None:
    """The date of a mail, as ``delivery_info`` has it. None for everything else."""
    try:
        return parse_instant(text)
    except (ValueError, AttributeError):
        return None


def _row(record: DeliveryRecord) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    texts = {name: format_instant(values[name]) for name in INSTANTS if values[name]}
    error = {"error": record.error and record.error.to_map()}
    return values | texts | error | {"state": record.state.value}


def _record(row: Any) -> DeliveryRecord | None:
    try:
        values = {field.name: row[field.name] for field in fields(DeliveryRecord)}
        mail_at, recorded_at = values["mail_at"], parse_instant(values["recorded_at"])
        instants = {"mail_at": None if mail_at is None else parse_instant(mail_at), "recorded_at": recorded_at}
        error = None if values["error"] is None else Problem.from_map(values["error"])
        return DeliveryRecord(**values | instants | {"state": DeliveryState(values["state"]), "error": error})
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
