# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of a report, made of what a test cares about. All names are invented."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import KeyState
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import (
    CertificateRow,
    HolderRow,
    HolderWorkstation,
    NextStep,
    Reachability,
    ReportParameters,
    WorkstationRow,
)
from unit.plugins.plugin_utils._report.reports import LIFE, TODAY, certificate_record, holder_row

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc)
PARIS = ZoneInfo("Europe/Paris")
LAST_SECOND = time(23, 59, 59)
FACTS = NOW - timedelta(hours=3)

ACTORS = {
    NextStep.NOTHING: Actor.NOBODY,
    NextStep.AWAIT_BUNDLE: Actor.ISSUER,
    NextStep.ASK_FOR_STRONGER: Actor.ISSUER,
    NextStep.ADD_AUTHORITY: Actor.IT,
    NextStep.LOG_ON: Actor.HOLDER,
}
"""Who takes a step of the sample; any other step is for the IT department."""


def parameters(language: str) -> ReportParameters:
    """What the sample was asked to be."""
    return ReportParameters(
        report_date=NOW,
        time_zone=PARIS.key,
        language=language,
        title=None,
        authorisation_word=None,
        renew_before_days=40,
        authorisation_due_within_days=30,
        facts_max_age_days=7,
        issuer_overdue_days=None,
        issuer_contact=None,
        issuer_mail_sender=None,
        issuer_mail_subject=None,
        query=None,
        establishment="Hôpital de Bellevue",
    )


def digest(text: str) -> str:
    """A thumbprint: the same for the same text."""
    return hashlib.sha1(text.encode()).hexdigest().upper()  # noqa: S324  # a thumbprint is SHA-1, and this one protects nothing


def place(
    workstation: str,
    account: str,
    status: Status,
    days: int | None = None,
    step: NextStep = NextStep.NOTHING,
) -> HolderWorkstation:
    """A holder at a workstation that has just answered; ``days`` until the first one without access."""
    ends_on = TODAY + timedelta(days=days or 0)
    last = datetime.combine(ends_on - timedelta(days=1), LAST_SECOND, PARIS)
    end = None if days is None else last.astimezone(timezone.utc)
    return HolderWorkstation(
        workstation=workstation,
        account=f"CHU\\{account}",
        status=status,
        next_step=step,
        actor=ACTORS.get(step, Actor.IT),
        valid_from=end - LIFE if end else None,
        valid_until=end,
        ends_on=ends_on if end else None,
        days_left=days,
        thumbprint=digest(f"{account} {days}") if end else None,
        logged_on=step is not NextStep.LOG_ON,
        facts_at=FACTS,
        owner_sid=None,
        outcome=None,
        outcome_at=None,
    )


def holder(name: str, number: str, authorisation_days: int | None, *places: HolderWorkstation) -> HolderRow:
    """A holder; the first place is his worst."""
    status = None
    if authorisation_days is not None:
        due = Status.RENEWAL_DUE if authorisation_days <= 30 else Status.VALID
        status = Status.EXPIRED if authorisation_days <= 0 else due
    seats = (replace(seat, owner_sid=sid(number)) for seat in places)
    return holder_row(name, number, authorisation_days, status, *seats)


def sid(number: str) -> str:
    """The SID of the account of the holder with this authorisation number."""
    return f"S-1-5-21-1004336348-1177238915-682003330-{1100 + int(number[1:]) % 1000}"


def certificate(row: HolderRow, seat: HolderWorkstation, status: Status | None = None) -> CertificateRow:
    """The certificate of a holder at one of his workstations, which has one."""
    assert seat.thumbprint and seat.facts_at and seat.days_left is not None and seat.ends_on
    shown = status or seat.status
    record = certificate_record(
        row,
        seat,
        owner_sid=sid(row.authorisation),
        subject=f"CN={row.name} - {row.authorisation},O=CHU",
        issuer="CN=Autorité de certification SISERI,O=IRSN,C=FR",
        issuer_cn="Autorité de certification SISERI",
        serial=seat.thumbprint[:16],
        days_left=seat.days_left,
        status=shown,
        key_size=1024 if shown is Status.WEAK else 2048,
        signature_hash="sha1" if shown is Status.WEAK else "sha256",
        archived=shown is Status.ARCHIVED,
        key_state=KeyState.MISSING if shown is Status.KEY_MISSING else KeyState.LINKED,
    )
    return CertificateRow(
        seat.workstation,
        row.authorisation,
        shown,
        seat.ends_on,
        seat.days_left,
        seat.facts_at,
        NextStep.NOTHING,
        Actor.NOBODY,
        record,
    )


def workstation(name: str, holders: int = 1, certificates: int = 1) -> WorkstationRow:
    """A workstation that has just answered."""
    return WorkstationRow(
        workstation=name,
        computer=name.upper(),
        answer=Reachability.ANSWERED,
        facts_at=FACTS,
        facts_age_days=0,
        problem=None,
        holders=holders,
        certificates=certificates,
        not_listed=2,
        clock_skew_seconds=0,
        unread=(),
    )


def silent(row: WorkstationRow, problem: Problem, facts_at: datetime | None) -> WorkstationRow:
    """The same workstation, which answered last at ``facts_at``, or never."""
    return replace(
        row,
        computer=row.computer if facts_at else None,
        answer=Reachability.UNKNOWN if facts_at else Reachability.NEVER_SEEN,
        facts_at=facts_at,
        facts_age_days=(NOW - facts_at).days if facts_at else None,
        problem=problem,
        not_listed=row.not_listed if facts_at else 0,
        clock_skew_seconds=None,
    )


def away(row: HolderRow, facts_at: datetime | None) -> HolderRow:
    """The same holder, whose workstation answered last at ``facts_at``, or never."""
    return replace(row, places=tuple(replace(seat, facts_at=facts_at, logged_on=None) for seat in row.places))
