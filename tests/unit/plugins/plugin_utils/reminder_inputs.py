# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small hospital for reminders: who has to act, and a task that reminds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import (
    HolderEntry,
    holder_record,
    workstation_rules,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    SCHEMA,
    CertificateRecord,
    WorkstationRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from unit.plugins.plugin_utils._report.known import RULES
from unit.plugins.plugin_utils.records import NOW, record

Variables = Sequence[tuple[str, Mapping[str, Any]]]
TODAY = "2026-11-25T12:00:00Z"
NAMES = {"T1": "Jeanne Dupont", "T2": "Paul Martin", "T3": "Anne Roux", "T4": "Zoé Petit"}


def sid(number: str) -> str:
    """Of the account of a holder."""
    return f"S-1-5-21-{number[1:]}"


def entry(number: str, **changes: Any) -> dict[str, Any]:
    """An entry of ``pkcs12_holders``, with an address."""
    login = NAMES[number].split()[1].lower()
    usual = {"user": f"CHU\\{login}", "name": NAMES[number], "authorisation": number, "mail": f"{login}@chu.example"}
    return {key: value for key, value in (usual | changes).items() if value is not None}


def certificate(number: str, days: int, **changes: Any) -> CertificateRecord:
    """In the holder's own store, for so many more days."""
    return record(number, days, owner_sid=sid(number), owner=entry(number)["user"], **changes)


def workstation(
    name: str,
    *holders: Mapping[str, Any],
    certificates: Sequence[CertificateRecord] = (),
    away: Sequence[str] = (),
    outcome: str | None = None,
) -> tuple[str, dict[str, Any]]:
    """A workstation that answered just now. ``away``: numbers of those who are not logged on; ``outcome``: of the last renewal of all."""
    entries = [
        HolderEntry(
            each["user"],
            ExpectedSubject(each["name"], each["authorisation"]),
            None,
            sid(each["authorisation"]),
            each["user"],
            logged_on=each["authorisation"] not in away,
            outcome=outcome,
            outcome_at=NOW if outcome else None,
        )
        for each in holders
    ]
    rules = workstation_rules(entries, None, RULES.calendar, NOW)
    records = tuple(holder_record(each, (), (), rules) for each in entries)
    found = WorkstationRecord(
        SCHEMA,
        NOW,
        name.upper(),
        NOW,
        0,
        19045,
        "CHU\\svc",
        "FullLanguage",
        (),
        records,
        tuple(certificates),
        0,
        (),
        (),
    )
    return name, {"ansible_facts": {"pkcs12": to_map(found)}, "pkcs12_holders": [dict(each) for each in holders]}


def hospital(**changes: Any) -> Variables:
    """Jeanne has to log on within 10 days, Paul's annex 1 is due in 30, Anne's bundle does not come, Zoé has time.

    ``changes``: of Jeanne's entry.
    """
    jeanne, paul = entry("T1", **changes), entry("T2", authorisation_anniversary="2026-12-25", function="physicist")
    anne, zoe = entry("T3"), entry("T4", mail=None)
    return (
        ("localhost", {}),
        workstation("ws-1", jeanne, certificates=[certificate("T1", 10)], away=["T1"]),
        workstation("ws-2", paul, zoe, certificates=[certificate("T2", 500), certificate("T4", 600)]),
        workstation("ws-3", anne, certificates=[certificate("T3", 33)], outcome="waiting_for_issuer"),
    )


def task_variables(variables: Variables) -> dict[str, Any]:
    """As Ansible gives them to an action."""
    return {"hostvars": dict(variables), "groups": {"all": [name for name, _known in variables]}}


def renewed(variables: Variables, host: str, number: str) -> Variables:
    """The same, with a certificate for another three years at one workstation."""
    new = [to_map(replace(certificate(number, 1000)))]
    return [
        (
            name,
            known
            if name != host
            else {**known, "ansible_facts": {"pkcs12": {**known["ansible_facts"]["pkcs12"], "certificates": new}}},
        )
        for name, known in variables
    ]
