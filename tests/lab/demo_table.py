# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lab.hospital import Hospital
from lab.playbook import Row, Run

KEYS = {"proven": "proven: it signed", "linked": "linked", "planned": "not yet: deferred"}


def certificates(hospital: Hospital, run: Run) -> list[Sequence[str]]:
    """Who has which certificate, and what is known of its key."""
    rows: list[Sequence[str]] = [("workstation", "kind", "holder", "certificate", "valid until", "key")]
    for row in _by_host(run):
        certificate: Mapping[str, Any] = row.result.get("certificate") or {}
        until = str(certificate.get("not_after", "?"))[:10]
        key = KEYS.get(certificate.get("key_state", ""), "?")
        rows.append((*_where(hospital, row), certificate.get("subject_cn") or str(row.result.get("msg")), until, key))
    return rows


def renewals(hospital: Hospital, run: Run) -> list[Sequence[str]]:
    """What became of each holder, from when on there is no access, and what happened to the older certificate's key."""
    rows: list[Sequence[str]] = [("workstation", "kind", "holder", "outcome", "no access from", "older key")]
    for row in _by_host(run):
        old = (
            ", ".join(str(each["key"]) for each in row.result.get("superseded", []))
            if row.result.get("changed")
            else "-"
        )
        ends_on = str(row.result.get("access_ends_on"))
        rows.append(
            (*_where(hospital, row), str(row.result.get("outcome", row.result.get("msg"))), ends_on, old or "-")
        )
    return rows


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with columns as wide as they need to be; the first row is the header."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    ruled = (rows[0], ["-" * width for width in widths], *rows[1:])
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in ruled]


def _by_host(run: Run) -> list[Row]:
    return sorted(run.holders(), key=lambda row: row.host)


def _where(hospital: Hospital, row: Row) -> tuple[str, str, str]:
    account = str((row.result.get("owner") or {}).get("account", "?"))
    return row.host, hospital.workstations[row.host].kind.shown, account
