# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital of 40 holders at 31 workstations, as an inventory and a fact cache have it. All names are invented.

Most need nothing. The others are the cases that a radiation-protection officer meets in a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.action.compliance_report import ActionModule
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    SCHEMA,
    AuditRecord,
    CertificateRecord,
    HolderRecord,
    ProfileRecord,
    UnreadRecord,
    WorkstationRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import report_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import ANNIVERSARY
from browser.report_rows import LAST_SECOND, NOW, PARIS, digest
from unit.plugins.plugin_utils._report.reports import LIFE, TODAY
from unit.plugins.plugin_utils.records import problem, record

SITE = TODAY + timedelta(days=158)
"""The anniversary of the authorisation of the whole site."""

GATHERED = NOW - timedelta(hours=3)


@dataclass(frozen=True)
class Person:
    """A holder. ``days``: until the end of the certificate at each workstation, None without one. ``entry``: more of the inventory's entry.

    ``certificate``: changes of the certificate's record. ``owner``: whose store it is in, if not the holder's. ``older``: days left of
    a second certificate.
    """

    name: str
    days: int | None
    workstations: tuple[str, ...]
    entry: Mapping[str, Any] = field(default_factory=dict)
    certificate: Mapping[str, Any] = field(default_factory=dict)
    owner: str | None = None
    older: int | None = None
    logged_on: bool = True
    outcome: str | None = None

    @property
    def user(self) -> str:
        first, *rest = self.name.lower().replace("é", "e").replace("è", "e").replace("ç", "c").replace("ï", "i").split()
        return f"CHU\\{first[0]}{''.join(rest).replace('-', '')}"


def _own(days: int) -> dict[str, str]:
    return {"authorisation_anniversary": (TODAY + timedelta(days=days)).isoformat()}


def _back(days: int) -> dict[str, str]:
    return {"absent_until": (TODAY + timedelta(days=days)).isoformat()}


PHYSICIAN = {"function": "médecin du travail"}

CASES = (
    Person("Élise Lefèvre", 806, ("ws-travail-1",), PHYSICIAN | _own(-12)),
    Person("Marc Delorme", 431, ("ws-travail-2",), PHYSICIAN | _own(0)),
    Person("Inès Moreau", 590, ("ws-radio-1",), {"function": "conseillère en radioprotection"} | _own(21)),
    Person("Karim Benali", -3, ("ws-bloc-1",), outcome="waiting_for_issuer"),
    Person("Paul Martin", 4, ("ws-bloc-2",), outcome="waiting_for_issuer"),
    Person("Jeanne Dupont", 9, ("ws-cardio-1", "ws-nucleaire-1"), logged_on=False),
    Person("Hugo Fournier", 30, ("ws-cardio-2",), logged_on=False, outcome="deferred"),
    Person("Claire Petit", 12, ("ws-pharmacie",), _back(40), logged_on=False, outcome="deferred"),
    Person("Sami Haddad", 26, ("ws-labo-1",)),
    Person("Louise Garnier", None, ("ws-labo-2",), {"awaiting": "document"}),
    Person("Noé Lambert", None, ("ws-scanner-1",), {"awaiting": "bundle", "expected_from": "2026-12-15"}),
    Person("Thomas Nguyen", 77, ("ws-dosimetrie",), certificate={"key_size": 1024}),
    Person("Anne Roux", 690, ("ws-radio-2",), certificate={"key_size": 1024}),
    Person("Lucie Chevalier", 900, ("ws-nucleaire-2",), older=90),
    Person("Alain Robert", 555, ("ws-bloc-3",), owner="Nadia Simon"),
    Person("Nadia Simon", 640, ("ws-bloc-3",)),
    Person("Gérard Masson", 300, ("ws-urgences-1",)),
    Person("Sophie Laurent", 231, ("ws-urgences-2",)),
    Person("Rémi Blanchard", 512, ("ws-archives",)),
    Person("Yasmine Faure", None, ("ws-neuf",)),
)
"""Those who need something, and those of whom something is unknown."""

OTHERS = (
    "Adèle Renaud: irm-1, Bruno Perrin: irm-2, Camille Morel: scanner-1, David Girard: scanner-2, "
    "Emma André: radio-3, Farid Amrani: radio-4, Gaëlle Mercier: radio-5, Henri Colin: cardio-1, "
    "Irène Vidal: cardio-2, Jules Caron: bloc-1, Katia Roche: bloc-2, Luc Picard: labo-1, Maëlle Gautier: labo-2, "
    "Nicolas Barbier: pharmacie, Odile Perret: dosimetrie, Pierre Aubert: qualite, Rose Lemoine: biomedical, "
    "Simon Charles: direction, Théo Marchal: dialyse, Valérie Hubert: soins"
)
WELL = tuple(
    Person(name, 60 + 83 * number % 1000, (f"ws-{workstation}",))
    for number, (name, workstation) in enumerate(each.split(": ") for each in OTHERS.split(", "))
)

PEOPLE = (*CASES, *WELL)

UNREACHABLE, REFUSED = problem("connection_timeout"), problem("logon_refused")
SILENT = {
    "ws-urgences-1": (UNREACHABLE, 2),
    "ws-urgences-2": (UNREACHABLE, 14),
    "ws-archives": (REFUSED, 5),
    "ws-neuf": (UNREACHABLE, None),
}
"""Workstations that did not answer: why, and how many days ago they last did."""

CLOCKS = {"ws-irm-2": -1, "ws-soins": 2, "ws-bloc-2": 913}
UNREAD = {"ws-qualite": "Pierre Aubert"}

LEAVER = Person("Bruno Weber", 222, ("ws-cardio-1",))
LEFT_NUMBER = "T100099"


def number_of(person: Person) -> str:
    """The authorisation number."""
    return LEFT_NUMBER if person is LEAVER else f"T1000{PEOPLE.index(person) + 1:02}"


def hosts() -> dict[str, dict[str, Any]]:
    """The variables of each workstation: its holders, and what the fact cache has."""
    names = sorted({name for person in PEOPLE for name in person.workstations})
    site = {ANNIVERSARY: SITE.isoformat()}
    return {name: site | {"pkcs12_holders": _entries(name), "ansible_facts": _cached(name)} for name in names}


def options(language: str) -> dict[str, Any]:
    """The options of ``compliance_report``."""
    usual = {name: spec.get("default") for name, spec in ActionModule.SPEC.options.items()}
    return usual | {
        "establishment": "Centre hospitalier de Bellevue",
        "language": language,
        "time_zone": PARIS.key,
        "issuer_overdue_days": 20,
        "issuer_contact": "01 02 03 04 05",
        "issuer_mail_sender": "siseri@asnr.example",
        "issuer_mail_subject": "Votre certificat SISERI" if language == "fr" else "Your SISERI certificate",
        "leavers": [LEFT_NUMBER],
        "exceptions": [
            {
                "authorisation": number_of(PEOPLE[12]),
                "what": "weak",
                "reason": "nouvelle demande en cours" if language == "fr" else "new request under way",
                "until": "2027-01-31",
            }
        ],
    }


def report(language: str) -> Report:
    """The report of this hospital."""
    return report_of(options(language), hosts().items(), NOW)


def _entries(workstation: str) -> list[dict[str, Any]]:
    return [
        {"user": person.user, "name": person.name, "authorisation": number_of(person)} | dict(person.entry)
        for person in PEOPLE
        if workstation in person.workstations
    ]


def _cached(workstation: str) -> dict[str, Any]:
    silent, age = SILENT.get(workstation, (None, 0))
    audit = {"pkcs12_fact_audit": to_map(AuditRecord(silent, NOW - timedelta(hours=2)))}
    if age is None:
        return audit
    return audit | {"pkcs12": to_map(_facts(workstation, GATHERED - timedelta(days=age)))}


def _facts(workstation: str, gathered_at: datetime) -> WorkstationRecord:
    here = [person for person in PEOPLE if workstation in person.workstations]
    stored = [*here, LEAVER] if workstation in LEAVER.workstations else here
    unread = [person for person in PEOPLE if UNREAD.get(workstation) == person.name]
    return WorkstationRecord(
        schema=SCHEMA,
        gathered_at=gathered_at,
        workstation=workstation.upper(),
        workstation_utc=gathered_at,
        clock_skew_seconds=CLOCKS.get(workstation, 0),
        os_build=19045,
        connection_account="CHU\\svc-ansible",
        language_mode="FullLanguage",
        logging=(),
        holders=tuple(map(_holder, here)),
        certificates=tuple(each for person in stored if person not in unread for each in _certificates(person)),
        certificates_not_listed=2,
        profiles=tuple(_profile(person) for person in here),
        unread=tuple(UnreadRecord(_sid(person), "CurrentUser\\My", "access_denied", "") for person in unread),
    )


def _holder(person: Person) -> HolderRecord:
    return HolderRecord(
        user=person.user,
        name=person.name,
        authorisation=number_of(person),
        authorisation_anniversary=None,
        owner_sid=_sid(person),
        account=person.user,
        logged_on=person.logged_on,
        status=Status.UNKNOWN,
        thumbprint=None,
        access_until=None,
        days_left=None,
        outcome=person.outcome,
        outcome_at=GATHERED if person.outcome else None,
    )


def _certificates(person: Person) -> list[CertificateRecord]:
    return [_certificate(person, days) for days in (person.days, person.older) if days is not None]


def _certificate(person: Person, days: int) -> CertificateRecord:
    owner = next((each for each in PEOPLE if each.name == person.owner), person)
    named = f"{person.name} - {number_of(person)}"
    end = datetime.combine(TODAY + timedelta(days=days), LAST_SECOND, PARIS).astimezone(timezone.utc)
    usual = record(
        owner_sid=_sid(owner),
        owner=owner.user,
        thumbprint=digest(f"{named} {days}"),
        subject=f"CN={named},O=CHU",
        subject_cn=named,
        issuer="CN=Autorité de certification SISERI,O=ASNR,C=FR",
        issuer_cn="Autorité de certification SISERI",
        serial=digest(named)[:16],
        not_before=end - LIFE,
        not_after=end,
    )
    return replace(usual, **person.certificate)


def _profile(person: Person) -> ProfileRecord:
    account = person.user.rpartition("\\")[2]
    return ProfileRecord(_sid(person), person.user, f"C:\\Users\\{account}", person.logged_on, False, True)


def _sid(person: Person) -> str:
    return f"S-1-5-21-1004336348-1177238915-682003330-{1100 + int(number_of(person)[-2:])}"
