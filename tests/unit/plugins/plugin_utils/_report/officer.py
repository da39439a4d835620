# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report in which a radiation-protection officer has something to ask about every row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import UnreadRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report, StoreOwner
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from unit.plugins.plugin_utils._report.known import DAY, JEANNE, NOW, PAUL, host, problem, record, report

AT_PAULS = {"owner_sid": "S-1-5-21-2", "owner": "CHU\\pmartin"}
NEWEST = record(days=400, issuer_cn="AC New")
OLDER = record(days=90, issuer_cn="AC Old")
SILENT = {
    "ws-off": problem("no_route", address="ws-off"),
    "ws-account": problem("logon_refused", address="ws-account"),
    "ws-python": problem("winrm_missing"),
    "ws-inventory": problem("account_missing", host="ws-inventory"),
    "ws-listener": problem("not_https", address="ws-listener", port="5986"),
    "ws-audit": Problem.from_map(
        {"code": "not_audited.answered", "causes": [{"code": "defect", "values": {"said": "No module"}}]}
    ),
    "ws-variables": problem("unusable_variables.workstation"),
}
WHY = {
    "ws-off": ("switched off or unreachable", "éteint ou injoignable"),
    "ws-account": ("refuses the connection account", "refuse le compte de connexion"),
    "ws-python": (
        "not asked: the controller is not ready for this connection",
        "non interrogé\u00a0: le contrôleur n\u2019est pas prêt pour cette connexion",
    ),
    "ws-inventory": (
        "not asked: variables of its connection are missing or wrong",
        "non interrogé\u00a0: variables de connexion absentes ou erronées",
    ),
    "ws-listener": (
        "WinRM does not answer there as expected (port, certificate, kind of logon)",
        "WinRM n\u2019y répond pas comme attendu (port, certificat, mode d\u2019authentification)",
    ),
    "ws-audit": ("its audit failed", "son relevé a échoué"),
    "ws-facts": ("its facts cannot be used", "relevé inutilisable"),
    "ws-variables": ("its variables in the inventory cannot be used", "variables du poste inutilisables"),
    "ws-old": ("no audit for too long", "pas de relevé récent"),
    "ws-new": ("not audited yet", "pas encore de relevé"),
}
"""The reason of each silent workstation in both languages."""

UNREAD = tuple(
    UnreadRecord(sid, "CurrentUser\\My", code, "D:\\x")
    for sid, code in (
        ("S-1-5-21-2", "redirected"),
        ("S-1-5-21-7", "access_denied"),
        ("S-1-5-21-8", "temporary"),
        ("S-1-5-18", "element"),
        ("S-1-5-21-1", "no_appdata"),
        ("S-1-5-21-1", "no_store"),
        ("S-1-5-21-1", "link"),
        ("S-1-5-21-1", "unknown_name"),
        ("S-1-5-21-1", "too_large"),
        ("S-1-5-21-1", "limit"),
        ("S-1-5-21-2", "after_unread"),
        ("S-1-5-21-1", "something_new"),
    )
)


def silent_hosts() -> tuple[Host, ...]:
    """One workstation for every reason for which one is silent."""
    problems = {**SILENT, "ws-facts": problem("unusable_facts.schema", schema="9"), "ws-new": None}
    never = ("ws-facts", "ws-new")
    return (
        *(
            host(name=name, problem=problem, facts_at=None if name in never else NOW)
            for name, problem in problems.items()
        ),
        host(name="ws-old", facts_at=NOW - 30 * DAY),
    )


def asked_about(language: str = "en") -> Report:
    """Two usable certificates, one in another's store, silent workstations, unread stores, clocks, and a curve."""
    shared = host(
        NEWEST,
        OLDER,
        replace(NEWEST, archived=True),
        record("T1", days=300, **AT_PAULS),
        record("T2", days=200, key_type="EC secp256r1", key_size=256, **AT_PAULS),
        entries=(JEANNE, PAUL),
        unread=UNREAD,
        store_owners=(StoreOwner("S-1-5-21-7", "CHU\\guest"),),
        clock_skew_seconds=300,
    )
    tried = replace(JEANNE, outcome="failed", outcome_at=NOW - DAY, problem=problem("wrong_passphrase"))
    wrong = tuple(
        host(name=name, clock_skew_seconds=seconds, entries=(tried,))
        for name, seconds in (("ws-fast", 301), ("ws-slow", -86_460))
    )
    return report(shared, *wrong, *silent_hosts(), language=language, establishment="CHU de Bellevue")


def later(found: Report, days: int) -> Report:
    """The same rows, read on another day."""
    return replace(found, parameters=replace(found.parameters, report_date=NOW + timedelta(days=days)))
