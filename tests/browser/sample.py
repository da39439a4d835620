# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as values: one of a small hospital in which everything occurs, and one of any size. All names are invented."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._certificate import CLIENT_AUTH, Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._record import (
    CertificateRecord,
    KeyState,
    UnreadRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report._model import (
    Actor,
    Answer,
    CertificateRow,
    Change,
    ChangeKind,
    HolderRow,
    NextStep,
    Place,
    Report,
    Terms,
    WorkstationRow,
)

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc)
TODAY = NOW.date()
LIFE = timedelta(days=1095)
FACTS = NOW - timedelta(hours=3)


def terms(language: str) -> Terms:
    """What the sample was asked to be."""
    return Terms(
        report_date=NOW,
        time_zone="Europe/Paris",
        language=language,
        title=None,
        renew_before_days=40,
        authorisation_due_within_days=30,
        facts_max_age_days=7,
        query=None,
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
    actor: Actor = Actor.NOBODY,
) -> Place:
    """A holder at a workstation that has just answered; ``days`` until his certificate's end."""
    end = None if days is None else NOW.replace(hour=22, minute=59, second=59) + timedelta(days=days)
    return Place(
        workstation=workstation,
        account=f"CHU\\{account}",
        status=status,
        next_step=step,
        actor=actor,
        valid_from=end - LIFE if end else None,
        valid_until=end,
        days_left=days,
        thumbprint=digest(f"{account} {days}") if end else None,
        logged_on=step is not NextStep.LOG_ON,
        facts_at=FACTS,
        owner_sid=None,
        outcome=None,
        outcome_at=None,
    )


def holder(name: str, number: str, authorisation_days: int | None, *places: Place) -> HolderRow:
    """A holder; the first place is his worst."""
    worst = places[0]
    status = None
    if authorisation_days is not None:
        due = Status.RENEWAL_DUE if authorisation_days <= 30 else Status.VALID
        status = Status.EXPIRED if authorisation_days < 0 else due
    return HolderRow(
        name=name,
        authorisation=number,
        status=worst.status,
        next_step=worst.next_step,
        actor=worst.actor,
        valid_from=worst.valid_from,
        valid_until=worst.valid_until,
        days_left=worst.days_left,
        authorisation_until=None if authorisation_days is None else TODAY + timedelta(days=authorisation_days),
        authorisation_days_left=authorisation_days,
        authorisation_status=status,
        places=places,
    )


def certificate(row: HolderRow, seat: Place, status: Status | None = None) -> CertificateRow:
    """The certificate of a holder at one of his workstations, which has one."""
    assert seat.valid_from and seat.valid_until and seat.thumbprint and seat.facts_at and seat.days_left is not None
    shown = status or seat.status
    record = CertificateRecord(
        owner_sid=f"S-1-5-21-1004336348-1177238915-682003330-{1100 + int(row.authorisation[1:]) % 1000}",
        owner=seat.account,
        store="CurrentUser\\My",
        thumbprint=seat.thumbprint,
        subject=f"CN={row.name} - {row.authorisation},O=CHU",
        subject_cn=f"{row.name} - {row.authorisation}",
        issuer="CN=Autorité de certification SISERI,O=IRSN,C=FR",
        issuer_cn="Autorité de certification SISERI",
        serial=seat.thumbprint[:16],
        not_before=seat.valid_from,
        not_after=seat.valid_until,
        days_left=seat.days_left,
        status=shown,
        eku=(CLIENT_AUTH,),
        key_type="RSA",
        key_size=1024 if shown is Status.WEAK else 2048,
        signature_hash="sha1" if shown is Status.WEAK else "sha256",
        friendly_name=None,
        archived=shown is Status.ARCHIVED,
        key_state=KeyState.MISSING if shown is Status.KEY_MISSING else KeyState.LINKED,
        key_provider="Microsoft Software Key Storage Provider",
        related=True,
    )
    return CertificateRow(seat.workstation, row.authorisation, shown, seat.days_left, seat.facts_at, record)


def workstation(name: str, holders: int = 1, certificates: int = 1) -> WorkstationRow:
    """A workstation that has just answered."""
    return WorkstationRow(
        workstation=name,
        computer=name.upper(),
        answer=Answer.ANSWERED,
        facts_at=FACTS,
        facts_age_days=0,
        problem=None,
        holders=holders,
        certificates=certificates,
        not_listed=2,
        clock_skew_seconds=0,
        unread=(),
    )


def silent(row: WorkstationRow, problem: str, facts_at: datetime | None) -> WorkstationRow:
    """The same workstation, which answered last at ``facts_at``, or never."""
    return replace(
        row,
        computer=row.computer if facts_at else None,
        answer=Answer.UNKNOWN if facts_at else Answer.NEVER_SEEN,
        facts_at=facts_at,
        facts_age_days=(NOW - facts_at).days if facts_at else None,
        problem=problem,
        not_listed=row.not_listed if facts_at else 0,
        clock_skew_seconds=None,
    )


def away(row: HolderRow, facts_at: datetime | None) -> HolderRow:
    """The same holder, whose workstation answered last at ``facts_at``, or never."""
    return replace(row, places=tuple(replace(seat, facts_at=facts_at, logged_on=None) for seat in row.places))


LAST_SEEN = datetime(2026, 11, 11, 6, 30, tzinfo=timezone.utc)

HOLDERS = (
    holder(
        "Élodie Lefèvre",
        "T100002",
        12,
        place("ws-nuclear-2", "elefevre", Status.EXPIRED, -3, NextStep.AWAIT_BUNDLE, Actor.ISSUER),
        place("ws-cardio", "elefevre", Status.VALID, 806),
    ),
    holder(
        "Marc-Antoine de La Rochefoucauld",
        "T100009",
        None,
        place("ws-scanner", "marochefoucauld", Status.MISSING, None, NextStep.LOG_ON, Actor.HOLDER),
    ),
    holder(
        "Karim Benali",
        "T100003",
        201,
        place("ws-dosimetry", "kbenali", Status.KEY_MISSING, 412, NextStep.ENROL, Actor.IT),
    ),
    holder(
        "Paul Martin",
        "T100004",
        148,
        place("ws-nuclear-1", "pmartin", Status.WRONG_HOLDER, 555, NextStep.REMOVE_FROM_OTHERS, Actor.IT),
    ),
    holder(
        "Anne-Sophie Roux",
        "T100005",
        98,
        place("ws-pharmacy", "asroux", Status.NOT_YET_VALID, 1096, NextStep.CHECK_CLOCK_OR_WAIT, Actor.IT),
    ),
    away(
        holder(
            "Louis Garnier",
            "T100006",
            -4,
            place("ws-block-3", "lgarnier", Status.NEVER_SEEN, None, NextStep.SET_UP_WORKSTATION, Actor.IT),
        ),
        None,
    ),
    away(
        holder(
            "Inès Moreau",
            "T100007",
            300,
            place("ws-radiology", "imoreau", Status.UNKNOWN, 231, NextStep.REACH_WORKSTATION, Actor.IT),
        ),
        LAST_SEEN,
    ),
    holder(
        "Thomas Nguyen",
        "T100008",
        55,
        place("ws-laboratory", "tnguyen", Status.WEAK, 77, NextStep.ASK_FOR_STRONGER, Actor.ISSUER),
    ),
    holder(
        "Jeanne Dupont",
        "T100001",
        96,
        place("ws-cardio", "jdupont", Status.RENEWAL_DUE, 9, NextStep.RENEW, Actor.IT),
        place("ws-nuclear-1", "jdupont", Status.RENEWAL_DUE, 9, NextStep.LOG_ON, Actor.HOLDER),
    ),
    holder(
        "Claire Petit",
        "T100010",
        21,
        place("ws-pharmacy", "cpetit", Status.DUPLICATE, 30, NextStep.RETIRE_OLDER, Actor.IT),
    ),
    holder("Hugo Fournier", "T100011", 340, place("ws-laboratory", "hfournier", Status.VALID, 1001)),
    holder("Nadia Haddad", "T100012", 17, place("ws-scanner", "nhaddad", Status.VALID, 640)),
)

WITHOUT_WORKSTATION = (
    HolderRow(
        name="Sylvie Blanc",
        authorisation="T100013",
        status=Status.MISSING,
        next_step=NextStep.ASSIGN_WORKSTATION,
        actor=Actor.IT,
        valid_from=None,
        valid_until=None,
        days_left=None,
        authorisation_until=date(2027, 5, 2),
        authorisation_days_left=158,
        authorisation_status=Status.VALID,
        places=(),
    ),
)


def workstations() -> tuple[WorkstationRow, ...]:
    """Those of the sample: three did not answer, one of them never did; one has a store that could not be read."""
    unread = UnreadRecord(
        owner_sid="S-1-5-21-1004336348-1177238915-682003330-1190",
        store="CurrentUser\\My",
        code="access_denied",
        reason="the connection account may not read the profile",
        detail="AppData is on \\\\files\\profiles$",
    )
    return (
        silent(workstation("ws-archive", 0, 0), "winrm: connection refused", LAST_SEEN),
        silent(workstation("ws-block-3", 1, 0), "ntlm: the specified credentials were rejected by the server", None),
        replace(workstation("ws-cardio", 2, 3), clock_skew_seconds=-132),
        workstation("ws-dosimetry"),
        workstation("ws-laboratory", 2, 2),
        workstation("ws-nuclear-1", 2, 2),
        replace(workstation("ws-nuclear-2"), unread=(unread,)),
        replace(workstation("ws-pharmacy", 2, 3), clock_skew_seconds=86460),
        silent(workstation("ws-radiology"), "winrm: no answer within 30 seconds", LAST_SEEN),
        workstation("ws-scanner", 2, 1),
    )


def changes() -> tuple[Change, ...]:
    """One of each kind."""
    return (
        Change(ChangeKind.HOLDER_ADDED, "T100012", "Nadia Haddad", None, None, "valid"),
        Change(ChangeKind.HOLDER_REMOVED, "T100014", "Bruno Weber", None, "valid", None),
        Change(ChangeKind.STATUS, "T100002", "Élodie Lefèvre", "ws-nuclear-2", "renewal_due", "expired"),
        Change(ChangeKind.CERTIFICATE, "T100011", "Hugo Fournier", "ws-laboratory", digest("before"), digest("after")),
        Change(ChangeKind.AUTHORISATION, "T100011", "Hugo Fournier", None, "2026-10-31", "2027-10-31"),
        Change(ChangeKind.WORKSTATION_ADDED, "ws-scanner", "", "ws-scanner", None, None),
        Change(ChangeKind.WORKSTATION_REMOVED, "ws-old", "", "ws-old", None, None),
    )


def sample(language: str = "en") -> Report:
    """A small hospital in which every status occurs."""
    listed = [certificate(row, seat) for row in HOLDERS for seat in row.places if seat.valid_until]
    claire, hugo, gone = (
        HOLDERS[9],
        HOLDERS[10],
        holder("Bruno Weber", "T100014", None, place("ws-cardio", "bweber", Status.VALID, 222)),
    )
    listed.append(certificate(claire, replace(claire.places[0], thumbprint=digest("older")), Status.SUPERSEDED))
    listed.append(certificate(hugo, replace(hugo.places[0], thumbprint=digest("archived")), Status.ARCHIVED))
    stray = replace(certificate(gone, gone.places[0]), holder=None)
    listed.append(stray)
    return Report(
        terms=terms(language),
        holders=HOLDERS,
        without_workstation=WITHOUT_WORKSTATION,
        without_holder=(stray,),
        certificates=tuple(sorted(listed, key=lambda row: (row.workstation, row.certificate.thumbprint))),
        workstations=workstations(),
        compared_with=datetime(2026, 11, 18, 9, 0, tzinfo=timezone.utc),
        changes=changes(),
    )


def large(count: int, language: str = "en") -> Report:
    """A report of so many holders, each with one certificate, two at each workstation; every tenth access is due, every fiftieth over."""
    rows = []
    for index in range(count):
        days = -(index % 90) - 1 if index % 50 == 0 else index % 40 if index % 10 == 0 else 41 + index % 1000
        status = Status.EXPIRED if days < 0 else Status.RENEWAL_DUE if days <= 40 else Status.VALID
        step = NextStep.NOTHING if status is Status.VALID else NextStep.RENEW
        seat = place(
            f"ws-{index // 2:05}",
            f"u{index:05}",
            status,
            days,
            step,
            Actor.NOBODY if status is Status.VALID else Actor.IT,
        )
        rows.append(holder(f"Prénom Nom {index:05}", f"T{200000 + index}", index % 365, seat))
    return Report(
        terms=terms(language),
        holders=tuple(rows),
        without_workstation=(),
        without_holder=(),
        certificates=tuple(certificate(row, row.places[0]) for row in rows),
        workstations=tuple(workstation(f"ws-{index:05}", 2, 2) for index in range((count + 1) // 2)),
        compared_with=None,
        changes=None,
    )
