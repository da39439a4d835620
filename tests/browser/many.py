# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report of any size."""

from __future__ import annotations

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Report
from browser.report_rows import certificate, holder, parameters, place, workstation


def large(count: int, language: str = "en") -> Report:
    """A report of so many holders, each with one certificate, two at each workstation; every tenth access is due, every fiftieth over."""
    rows = []
    for index in range(count):
        days = -(index % 90) - 1 if index % 50 == 0 else index % 40 if index % 10 == 0 else 41 + index % 1000
        status = Status.EXPIRED if days < 0 else Status.RENEWAL_DUE if days <= 40 else Status.VALID
        step = NextStep.NOTHING if status is Status.VALID else NextStep.RENEW
        seat = place(f"ws-{index // 2:05}", f"u{index:05}", status, days, step)
        rows.append(holder(f"Prénom Nom {index:05}", f"T{200000 + index}", index % 365, seat))
    return Report(
        parameters=parameters(language),
        holders=tuple(rows),
        without_workstation=(),
        without_holder=(),
        certificates=tuple(certificate(row, row.places[0]) for row in rows),
        workstations=tuple(workstation(f"ws-{index:05}", 2, 2) for index in range((count + 1) // 2)),
        compared_with=None,
        changes=None,
    )
