# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small hospital in which everything occurs. All names are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import UnreadRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import (
    CertificateRow,
    Change,
    ChangeKind,
    NextStep,
    Report,
    WorkstationRow,
)
from browser.report_rows import NOW, away, certificate, digest, holder, parameters, place, sid, silent, workstation
from unit.plugins.plugin_utils.records import problem

LAST_SEEN = datetime(2026, 11, 11, 6, 30, tzinfo=timezone.utc)

HOLDERS = (
    holder(
        "Élodie Lefèvre",
        "T100002",
        12,
        place("ws-nuclear-2", "elefevre", Status.EXPIRED, -3, NextStep.AWAIT_BUNDLE),
        place("ws-cardio", "elefevre", Status.VALID, 806),
    ),
    holder(
        "Marc-Antoine de La Rochefoucauld",
        "T100009",
        None,
        place("ws-scanner", "marochefoucauld", Status.MISSING, None, NextStep.LOG_ON),
    ),
    holder("Karim Benali", "T100003", 201, place("ws-dosimetry", "kbenali", Status.KEY_MISSING, 412, NextStep.ENROL)),
    holder(
        "Paul Martin",
        "T100004",
        148,
        place("ws-nuclear-1", "pmartin", Status.WRONG_HOLDER, 555, NextStep.REMOVE_FROM_OTHERS),
    ),
    holder(
        "Anne-Sophie Roux",
        "T100005",
        98,
        place("ws-pharmacy", "asroux", Status.NOT_YET_VALID, 1096, NextStep.CHECK_CLOCK_OR_WAIT),
    ),
    away(
        holder(
            "Louis Garnier",
            "T100006",
            -4,
            place("ws-block-3", "lgarnier", Status.NEVER_SEEN, None, NextStep.ADMIT_ACCOUNT),
        ),
        None,
    ),
    away(
        holder(
            "Inès Moreau",
            "T100007",
            300,
            place("ws-radiology", "imoreau", Status.UNKNOWN, 231, NextStep.REACH_WORKSTATION),
        ),
        LAST_SEEN,
    ),
    holder(
        "Thomas Nguyen", "T100008", 55, place("ws-laboratory", "tnguyen", Status.WEAK, 77, NextStep.ASK_FOR_STRONGER)
    ),
    holder(
        "Jeanne Dupont",
        "T100001",
        96,
        place("ws-cardio", "jdupont", Status.RENEWAL_DUE, 9, NextStep.RENEW),
        place("ws-nuclear-1", "jdupont", Status.RENEWAL_DUE, 9, NextStep.LOG_ON),
    ),
    holder("Claire Petit", "T100010", 21, place("ws-pharmacy", "cpetit", Status.DUPLICATE, 30, NextStep.RETIRE_OLDER)),
    holder("Hugo Fournier", "T100011", 340, place("ws-laboratory", "hfournier", Status.VALID, 1001)),
    holder("Nadia Haddad", "T100012", 17, place("ws-scanner", "nhaddad", Status.VALID, 640)),
)

SYLVIE = holder("Sylvie Blanc", "T100013", 158, place("", "", Status.MISSING, None, NextStep.ASSIGN_WORKSTATION))
WITHOUT_WORKSTATION = (replace(SYLVIE, places=()),)


def workstations() -> tuple[WorkstationRow, ...]:
    """Those of the sample: three did not answer, one of them never did; one has a store that could not be read."""
    unread = UnreadRecord(
        owner_sid=sid("T100002"),
        store="CurrentUser\\My",
        code="access_denied",
        detail="AppData is on \\\\files\\profiles$",
    )
    return (
        silent(workstation("ws-archive", 0, 0), problem("connection_refused"), LAST_SEEN),
        silent(workstation("ws-block-3", 1, 0), problem("logon_refused"), None),
        replace(workstation("ws-cardio", 2, 3), clock_skew_seconds=-132),
        workstation("ws-dosimetry"),
        workstation("ws-laboratory", 2, 2),
        workstation("ws-nuclear-1", 2, 2),
        replace(workstation("ws-nuclear-2"), unread=(unread,)),
        replace(workstation("ws-pharmacy", 2, 3), clock_skew_seconds=86460),
        silent(workstation("ws-radiology"), problem("connection_timeout"), LAST_SEEN),
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


def _in_jeannes_store(row: CertificateRow) -> CertificateRow:
    own = certificate(HOLDERS[8], HOLDERS[8].places[1]).certificate
    return replace(row, certificate=replace(row.certificate, owner=own.owner, owner_sid=own.owner_sid))


def sample(language: str = "en") -> Report:
    """A small hospital in which every status occurs."""
    listed = [certificate(row, seat) for row in HOLDERS for seat in row.places if seat.valid_until]
    claire, hugo, gone = (
        HOLDERS[9],
        HOLDERS[10],
        holder("Bruno Weber", "T100014", None, place("ws-cardio", "bweber", Status.VALID, 222)),
    )
    older = replace(
        claire.places[0],
        thumbprint=digest("older"),
        valid_until=NOW + timedelta(days=11),
        ends_on=NOW.date() + timedelta(days=11),
    )
    listed.append(certificate(claire, older, Status.SUPERSEDED))
    listed.append(certificate(hugo, replace(hugo.places[0], thumbprint=digest("archived")), Status.ARCHIVED))
    listed = [_in_jeannes_store(each) if each.status is Status.WRONG_HOLDER else each for each in listed]
    stray = replace(certificate(gone, gone.places[0]), holder=None)
    listed.append(stray)
    return Report(
        parameters=parameters(language),
        holders=HOLDERS,
        without_workstation=WITHOUT_WORKSTATION,
        without_holder=(stray,),
        certificates=tuple(sorted(listed, key=lambda row: (row.workstation, row.certificate.thumbprint))),
        workstations=workstations(),
        compared_with=datetime(2026, 11, 18, 9, 0, tzinfo=timezone.utc),
        changes=changes(),
    )
