# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows as ``delivery_info`` and ``bundle_pickup`` return them, for the tests of what is made from them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_records import SCHEMA

NOW = datetime(2026, 11, 26, 10, tzinfo=timezone.utc)
MAIL_AT = "2026-11-20T08:00:00Z"
PICKED_UP = {
    "item": "T1",
    "state": "collected",
    "changed": True,
    "dest": "/srv/bundles/Jeanne Dupont - T1.p12",
    "sha256": "00ff",
    "msg": "The bundle was withdrawn.",
}


def error_row(code: str, **values: Any) -> dict[str, Any]:
    """The key ``error`` of a result, or of a row."""
    return {"code": code.partition(".")[0], "next_step": "Look.", "problem": {"code": code, "values": values}}


def mail(number: str | None, state: str = "new", at: str | None = MAIL_AT, **more: Any) -> dict[str, Any]:
    """A row of ``delivery_info``."""
    error = None if state == "new" else error_row("server_error", host="issuer.example", status=500)
    row = {"authorisation": number, "name": "Name In Mail", "state": state, "date": at, "error": error}
    return row | {"message_id": f"<{number}@issuer.example>"} | more


def record(number: str, state: str = "collected", at: datetime = NOW) -> dict[str, Any]:
    """A record of ``ansible_facts.pkcs12_fact_deliveries``."""
    return {
        "authorisation": number,
        "name": "Jeanne Dupont",
        "state": state,
        "mail_at": MAIL_AT,
        "message_id": "<1@issuer.example>",
        "recorded_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "error": None,
        "file": None,
        "sha256": None,
    }


def known(*numbers: str, state: str = "collected") -> dict[str, Any]:
    """``ansible_facts.pkcs12_fact_deliveries`` with a record for each number."""
    rows = [record(number, state, datetime.now(timezone.utc)) for number in numbers]
    return {"schema": SCHEMA, "gathered_at": MAIL_AT, "deliveries": rows}
