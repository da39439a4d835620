# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workstations as they are known, to make reports of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._calendar import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._certificate import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._person import Person
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._record import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._register import register_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report._build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report._hosts import Host
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report._model import Report, Terms
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report._rows import Rules
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._seats import Seat

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=timezone.utc)
DAY = timedelta(days=1)
TERMS = Terms(NOW, "UTC", "en", None, 40, 40, 3, None)
RULES = Rules(NOW, Calendar(), register_of(["T1", "T2"], None), 40, 3, {})
JEANNE = Seat("CHU\\jdupont", Person("Jeanne Dupont", "T1"), None, "S-1-5-21-1", "CHU\\jdupont", logged_on=True)
PAUL = Seat("CHU\\pmartin", Person("Paul Martin", "T2"), None, "S-1-5-21-2", "CHU\\pmartin", logged_on=True)


def record(number: str = "T1", days: int = 400, **changes: Any) -> CertificateRecord:
    """A certificate of the holder with this number, in Jeanne's store, that ends in so many days."""
    usual = CertificateRecord(
        owner_sid="S-1-5-21-1",
        owner="CHU\\jdupont",
        store="CurrentUser\\My",
        thumbprint=f"{abs(days):08X}{number:A>32}"[:40],
        subject=f"CN=Somebody - {number}",
        subject_cn=f"Somebody - {number}",
        issuer="CN=AC",
        issuer_cn="AC",
        serial="01",
        not_before=NOW + days * DAY - 1095 * DAY,
        not_after=NOW + days * DAY,
        days_left=0,
        status=Status.UNKNOWN,
        eku=("1.3.6.1.5.5.7.3.2",),
        key_type="RSA",
        key_size=2048,
        signature_hash="sha256",
        friendly_name=None,
        archived=False,
        key_state="linked",
        key_provider="Microsoft Software Key Storage Provider",
        related=True,
    )
    return replace(usual, **changes)


def host(*certificates: CertificateRecord, **changes: Any) -> Host:
    """A workstation that has just answered, where Jeanne works."""
    usual = Host("ws-1", (JEANNE,), "WS-1", NOW, "", 0, certificates=certificates)
    return replace(usual, **changes)


def report(*hosts: Host, people: tuple[Seat, ...] = (), earlier: Report | None = None, **terms: Any) -> Report:
    """The report of these workstations."""
    return build(Sources(hosts, people, None, earlier), replace(TERMS, **terms))
