# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates as facts have them, and the rules of a workstation where Jeanne (T1) and Paul (T2) work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import CLIENT_AUTH
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import thumbprint_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.evaluation import StatusRules
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord, KeyState
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import index_holders
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.use import Use
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from unit.plugins.plugin_utils.fakes import NOW, SOFTWARE

DAY = timedelta(days=1)


def problem(code: str, **values: Any) -> Problem:
    """A problem as facts keep it, of whatever area of the catalogue."""
    return Problem.from_map({"code": code, "values": values})


OFF = problem("no_route")
"""The problem of a workstation that is switched off."""
SECOND = timedelta(seconds=1)
JEANNES, PAULS, STRANGERS = "S-1-5-21-1", "S-1-5-21-2", "S-1-5-21-9"
ACCOUNTS = {"t1": frozenset({JEANNES}), "t2": frozenset({PAULS})}

NAMES = {"T1": "Jeanne Dupont", "T2": "Paul Martin", "T3": "Anne Roux"}


def record(number: str = "T1", days: int = 400, **changes: Any) -> CertificateRecord:
    """A certificate of the holder with this number, in Jeanne's store, that ends in so many days."""
    usual = CertificateRecord(
        owner_sid=JEANNES,
        owner="CHU\\jdupont",
        store="CurrentUser\\My",
        thumbprint=thumbprint_of(f"{number} {days}".encode()),
        subject=f"CN={NAMES.get(number, 'Somebody')} - {number}",
        subject_cn=f"{NAMES.get(number, 'Somebody')} - {number}",
        issuer="CN=AC",
        issuer_cn="AC",
        serial="01",
        not_before=NOW + days * DAY - 1095 * DAY,
        not_after=NOW + days * DAY,
        days_left=0,
        status=Status.UNKNOWN,
        eku=(CLIENT_AUTH,),
        use=Use.AUTHENTICATION,
        key_type="RSA",
        key_size=2048,
        signature_hash="sha256",
        friendly_name=None,
        archived=False,
        key_state=KeyState.LINKED,
        key_provider=SOFTWARE,
        related=True,
    )
    return replace(usual, **changes)


def status_rules(
    accounts: Mapping[str, frozenset[str]] | None = None,
    calendar: Calendar = Calendar(),  # noqa: B008
    now: datetime = NOW,
    known: tuple[str, ...] = ("T1", "T2"),
) -> StatusRules:
    """The rules. ``known``: the authorisation numbers that are anybody's, here or elsewhere."""
    return StatusRules(index_holders(known, None), ACCOUNTS if accounts is None else accounts, calendar, now)
