# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports to try forms on: a hospital of any size with troublesome names, and values of the model drawn from its types alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_records import DeliveryRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_states import DeliveryState
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import Awaiting
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord, UnreadRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import (
    CertificateRow,
    Change,
    ChangeKind,
    HolderRow,
    HolderWorkstation,
    NextStep,
    Reachability,
    Report,
    ReportParameters,
    StoreOwner,
    WorkstationRow,
)
from unit.plugins.plugin_utils.records import problem, record

NOW = datetime(2026, 11, 25, 4, 34, 43, tzinfo=timezone.utc)
TODAY = date(2026, 11, 25)
LIFE = timedelta(days=1095)
PARAMETERS = ReportParameters(NOW, "Europe/Paris", "en", None, None, 40, 60, 7, None, None, None, None, None)

NAMES = (
    "Jeanne Dupont",
    "Zoé Lefèvre-Ångström",
    "Dupont, Jean; dit « l\u2019Ancien »",
    'Louis "Loulou" Garnier',
    "A|B `rm -rf` <b>gras</b> &amp; *étoile*",
    "=cmd|'/c calc'!A0",
    "+33 1 23 45",
    "-2+3",
    "@SUM(A1:A9)",
    "ligne\nnouvelle\tet\rretour",
    "Anne 👩‍⚕️ Roux",
    'paix;=HYPERLINK("http://evil.example";"clic")',
    "back\\slash \\| {accolade} {0} %s",
    "Владимир 日本 مريم",
)
"""Names that forms get wrong: each breaks another way of writing."""

FUNCTIONS = (None, "occupational physician", 'conseillère en "RP" | <b>')

NUMBERS = ("T100000", "0012", "12E4", "=1+1", "-7", "7,5", "mars-2", "T10;0|6")
"""Authorisation numbers that spreadsheets take for something else; the rest of a hospital counts on from T100000."""

DELIVERY = DeliveryRecord(
    "12E4", "Léa Petit", DeliveryState.LINK_USED, NOW, "<1@ac.example>", NOW, problem("link_used"), "a.p12", "0" * 64
)

CYCLE = (
    (Status.VALID, NextStep.NOTHING, Actor.NOBODY, 400),
    (Status.RENEWAL_DUE, NextStep.AWAIT_BUNDLE, Actor.ISSUER, 12),
    (Status.VALID, NextStep.NOTHING, Actor.NOBODY, 900),
    (Status.EXPIRED, NextStep.RENEW, Actor.IT, -3),
    (Status.MISSING, NextStep.ENROL, Actor.IT, None),
    (Status.VALID, NextStep.RENEW_AUTHORISATION, Actor.EMPLOYER, 222),
    (Status.DUPLICATE, NextStep.RETIRE_OLDER, Actor.HOLDER, 700),
    (Status.UNKNOWN, NextStep.REACH_WORKSTATION, Actor.IT, 31),
    (Status.NEVER_SEEN, NextStep.SET_UP_WORKSTATION, Actor.IT, None),
)


def sample(language: str = "en") -> Report:
    """A dozen and a half holders with every troublesome name, compared with an earlier report."""
    return hospital(18, language)


def hospital(size: int, language: str = "en") -> Report:
    """A report with ``size`` holders, about as many certificates, and a workstation for every four of them."""
    rows = [holder(number) for number in range(size)]
    certificates = [certificate_row(row, row.places[0]) for row in rows if row.places and row.places[0].thumbprint]
    stray = replace(
        certificates[0],
        holder=None,
        next_step=NextStep.RETIRE_LEAVER,
        actor=Actor.IT,
        certificate=replace(certificates[0].certificate, subject_cn=None, eku=()),
    )
    return Report(
        parameters=replace(PARAMETERS, language=language),
        holders=tuple(row for row in rows if row.places),
        without_workstation=tuple(row for row in rows if not row.places),
        without_holder=(stray,),
        certificates=(*certificates, stray),
        workstations=tuple(workstation(number) for number in range(max(3, (size - 1) // 4 + 2))),
        compared_with=NOW - timedelta(days=7),
        changes=changes(),
    )


def holder(number: int) -> HolderRow:
    """A holder; every seventh has a second workstation, every eleventh none."""
    due = number % 4
    row = holder_row(
        NAMES[number] if number < len(NAMES) else f"{NAMES[number % len(NAMES)]} {number}",
        NUMBERS[number] if number < len(NUMBERS) else f"T{100000 + number}",
        40 * due - 10 if due else None,
        (None, Status.RENEWAL_DUE, Status.VALID, Status.EXPIRED)[due],
        *places(number),
    )
    row = replace(row, function=FUNCTIONS[number % len(FUNCTIONS)], delivery=delivery(number))
    if number == 4:
        row = replace(row, awaiting=Awaiting.BUNDLE, expected_from=TODAY, delivery=DELIVERY)
    if number == 13:
        row = replace(row, awaiting=Awaiting.DOCUMENT)
    if number == 5:
        row = replace(row, absent_until=TODAY + timedelta(days=5))
    if number % 11 == 10:
        return replace(row, status=Status.MISSING, next_step=NextStep.ASSIGN_WORKSTATION, actor=Actor.IT, places=())
    return row


def delivery(number: int) -> DeliveryRecord | None:
    """What became of a mail, in every state; the first holder got none."""
    if number == 0:
        return None
    return DeliveryRecord(
        authorisation=f"T{100000 + number}",
        name=NAMES[number % len(NAMES)],
        state=list(DeliveryState)[number % len(DeliveryState)],
        mail_at=NOW - timedelta(days=number % 30),
        message_id=f"<{number}@issuer.example>",
        recorded_at=NOW,
        error=problem("code_wrong"),
        file="Jeanne Dupont - T100000.p12",
        sha256="00" * 32,
    )


def holder_row(
    name: str,
    authorisation: str,
    authorisation_days: int | None,
    authorisation_status: Status | None,
    *places: HolderWorkstation,
) -> HolderRow:
    """A holder; the first place is the worst, and the row repeats what it says."""
    worst = places[0]
    return HolderRow(
        name=name,
        authorisation=authorisation,
        function=None,
        absent_until=None,
        awaiting=None,
        expected_from=None,
        status=worst.status,
        next_step=worst.next_step,
        actor=worst.actor,
        access_until=worst.valid_until,
        ends_on=worst.ends_on,
        days_left=worst.days_left,
        valid_from=worst.valid_from,
        valid_until=worst.valid_until,
        certificate_ends_on=worst.ends_on,
        certificate_days_left=worst.days_left,
        authorisation_until=None if authorisation_days is None else TODAY + timedelta(days=authorisation_days),
        authorisation_of_site=False,
        authorisation_days_left=authorisation_days,
        authorisation_status=authorisation_status,
        places=places,
        gives_access=worst.gives_access,
    )


def places(number: int) -> tuple[HolderWorkstation, ...]:
    """Where a holder works."""
    status, step, actor, days = CYCLE[number % len(CYCLE)]
    end = NOW + timedelta(days=days) if days is not None else None
    first = HolderWorkstation(
        workstation=f"ws-{number // 4:04d}",
        account=f"CHU\\user{number}",
        status=status,
        next_step=step,
        actor=actor,
        valid_from=end - LIFE if end else None,
        valid_until=end,
        ends_on=TODAY + timedelta(days=days) if days is not None else None,
        days_left=days,
        thumbprint=f"{number + 1:040X}" if end else None,
        logged_on=(True, False, None)[number % 3],
        facts_at=NOW - timedelta(hours=number % 30) if status is not Status.NEVER_SEEN else None,
        owner_sid=f"S-1-5-21-1004336348-1177238915-682003330-{1104 + number}" if number % 5 else None,
        outcome=(None, "deferred", "renewed")[number % 3],
        outcome_at=(None, NOW - timedelta(days=1), NOW)[number % 3],
        gives_access=status.gives_access,
        access_until=end,
    )
    if status is Status.EXPIRED and number >= 40:
        failure = problem("a_code_of_the_future", said="1 < 2 | 3")
        first = replace(first, outcome="failed", outcome_at=NOW, problem=failure, next_step=NextStep.MEND_FAILURE)
    second = replace(first, workstation=f"ws-{number // 4 + 1:04d}", logged_on=None)
    return (first, second) if number % 7 == 0 else (first,)


def certificate_row(row: HolderRow, place: HolderWorkstation) -> CertificateRow:
    """The certificate that counts at a place."""
    certificate = certificate_record(
        row,
        place,
        owner_sid=f"S-1-5-21-1004336348-1177238915-682003330-{place.account[8:]}",
        days_left=(place.days_left or 0) + 1,
        status=Status.VALID,
        eku=("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"),
        friendly_name=row.name,
    )
    return CertificateRow(
        place.workstation,
        row.authorisation,
        Status.VALID,
        place.ends_on or TODAY,
        place.days_left or 0,
        NOW,
        NextStep.NOTHING,
        Actor.NOBODY,
        certificate,
    )


def certificate_record(row: HolderRow, place: HolderWorkstation, **changes: Any) -> CertificateRecord:
    """The certificate of a holder at a place that has one, as the facts keep it."""
    assert place.valid_until
    assert place.thumbprint
    named = f"{row.name} - {row.authorisation}"
    usual: dict[str, Any] = {
        "owner": place.account,
        "thumbprint": place.thumbprint,
        "subject": f"CN={named},O=CHU,C=FR",
        "subject_cn": named,
        "issuer": "CN=Registry Users CA,O=Registry,C=FR",
        "issuer_cn": "Registry Users CA",
        "serial": place.thumbprint[-6:],
        "not_before": place.valid_until - LIFE,
        "not_after": place.valid_until,
        "crl_urls": ("http://crl.example/people.crl",),
        "issuer_urls": ("http://pki.example/people.crt",),
    }
    return record(**usual | changes)


def workstation(number: int) -> WorkstationRow:
    """A workstation; of three, one did not answer and one has a profile that cannot be read."""
    answer = (Reachability.ANSWERED, Reachability.UNKNOWN, Reachability.NEVER_SEEN)[number % 3]
    seen = answer is not Reachability.NEVER_SEEN
    return WorkstationRow(
        workstation=f"ws-{number:04d}",
        computer=f"WS-{number:04d}" if seen else None,
        answer=answer,
        facts_at=NOW - timedelta(days=number % 3) if seen else None,
        facts_age_days=number % 3 if seen else None,
        problem=None
        if answer is Reachability.ANSWERED
        else problem("a_code_of_the_future", said='"no route"\nto host | 401'),
        holders=4,
        certificates=3,
        not_listed=number % 5,
        clock_skew_seconds=-number if seen else None,
        unread=(UnreadRecord("S-1-5-21-1", "CurrentUser\\My", "access_denied", "C:\\x"),)[: number % 2],
        store_owners=(StoreOwner("S-1-5-21-1", "CHU\\guest"),)[: number % 2],
    )


def changes() -> tuple[Change, ...]:
    """One change of each kind."""
    rows = {
        ChangeKind.HOLDER_ADDED: ("T100000", "Jeanne Dupont", None, None, "valid"),
        ChangeKind.HOLDER_REMOVED: ("T099999", "Parti | d\u2019ici", None, "valid", None),
        ChangeKind.STATUS: ("0012", "Zoé Lefèvre-Ångström", None, "valid", "renewal_due"),
        ChangeKind.CERTIFICATE: ("0012", "Zoé Lefèvre-Ångström", "ws-0000", "0" * 40, f"{2:040X}"),
        ChangeKind.AUTHORISATION: ("0012", "Zoé Lefèvre-Ångström", None, "2026-03-01", "2027-03-01"),
        ChangeKind.WORKSTATION_ADDED: ("ws-0000", "", None, None, None),
        ChangeKind.WORKSTATION_REMOVED: ("ws-9999", "", None, None, None),
    }
    return tuple(Change(kind, *rows[kind]) for kind in ChangeKind)
