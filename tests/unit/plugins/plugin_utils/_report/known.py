# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workstations as they are known, to make reports of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry, accounts_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject, index_holders
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report, ReportParameters
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.rules import Rules
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from unit.plugins.plugin_utils.fakes import NOW
from unit.plugins.plugin_utils.records import DAY, OFF, problem, record

__all__ = ["DAY", "JEANNE", "NOW", "OFF", "PARAMETERS", "PAUL", "RULES", "host", "problem", "record", "report"]

PARAMETERS = ReportParameters(NOW, "UTC", "en", None, None, 40, 40, 3, None, None, None, None, None)
JEANNE = HolderEntry(
    "CHU\\jdupont", ExpectedSubject("Jeanne Dupont", "T1"), None, "S-1-5-21-1", "CHU\\jdupont", logged_on=True
)
PAUL = HolderEntry(
    "CHU\\pmartin", ExpectedSubject("Paul Martin", "T2"), None, "S-1-5-21-2", "CHU\\pmartin", logged_on=True
)
RULES = Rules(NOW, Calendar(), index_holders(["T1", "T2"], None), accounts_of([JEANNE, PAUL]), 3, {})


def host(*certificates: CertificateRecord, **changes: Any) -> Host:
    """A workstation that has just answered, where Jeanne works."""
    usual = Host("ws-1", (JEANNE,), "WS-1", NOW, None, 0, certificates=certificates)
    return replace(usual, **changes)


def report(
    *hosts: Host, people: tuple[HolderEntry, ...] = (), earlier: Report | None = None, **parameters: Any
) -> Report:
    """The report of these workstations."""
    return build(Sources(hosts, people, None, earlier), replace(PARAMETERS, **parameters))
