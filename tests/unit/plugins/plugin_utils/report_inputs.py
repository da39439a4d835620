# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts and inventory variables of three workstations, and the report that is made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.action.compliance_report import ActionModule
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import holder_record, workstation_rules
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    SCHEMA,
    CertificateRecord,
    Strangers,
    WorkstationRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.query import select
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import (
    report_of,
    report_result,
    write_files,
)
from unit.plugins.plugin_utils._report.known import JEANNE, NOW, PAUL, RULES, record

Variables = Sequence[tuple[str, Mapping[str, Any]]]

PAULS = {"owner_sid": "S-1-5-21-2", "owner": "CHU\\pmartin"}
JEANNES_ENTRY = {
    "user": JEANNE.user, "name": "Jeanne Dupont", "authorisation": "T1", "authorisation_anniversary": "2026-12-24"
}  # fmt: skip
PAULS_ENTRY = {"user": PAUL.user, "name": "Paul Martin", "authorisation": "T2"}
ANNE = {"name": "Anne Roux", "authorisation": "T3", "authorisation_anniversary": "2026-10-01"}


def options(**given: Any) -> dict[str, Any]:
    """The options of a task, with the defaults of the action's spec."""
    usual = {name: option.get("default") for name, option in ActionModule.SPEC.options.items()}
    return usual | {"merge_reports": [], "register_holders": [], "report_date": "2026-11-25T12:00:00Z"} | given


def facts(*certificates: CertificateRecord, at: datetime = NOW) -> dict[str, Any]:
    """What ``certificate_facts`` leaves of a workstation where Jeanne and Paul work."""
    rules = workstation_rules([JEANNE, PAUL], None, RULES.calendar, NOW)
    holders = tuple(holder_record(entry, (), (), rules) for entry in (JEANNE, PAUL))
    found = WorkstationRecord(
        SCHEMA,
        at,
        "WS-1",
        at,
        -2,
        19045,
        "CHU\\svc",
        "FullLanguage",
        (),
        holders,
        certificates,
        3,
        (),
        (),
        Strangers.SEARCHED,
    )
    return to_map(found)


def hospital_variables() -> Variables:
    """Three workstations, the controller, and a server: all statuses that matter, and nobody left out."""
    return (
        ("localhost", {}),
        (
            "ws-1",
            {
                "ansible_facts": {"pkcs12": facts(record(), record("T2", days=-3, **PAULS))},
                "pkcs12_holders": [JEANNES_ENTRY, PAULS_ENTRY],
            },
        ),
        ("ws-2", {"ansible_facts": {"pkcs12": facts(record("T9", days=77))}, "pkcs12_holders": [PAULS_ENTRY]}),
        ("ws-3", {"pkcs12_holders": [JEANNES_ENTRY]}),
        ("srv-1", {"ansible_facts": {"distribution": "Debian"}}),
    )


def made(variables: Variables | None = None, **given: Any) -> Report:
    """The report alone."""
    return selected(options(**given), hospital_variables() if variables is None else variables)


def selected(chosen: Mapping[str, Any], variables: Variables) -> Report:
    """The report with the rows that the query selects."""
    whole = report_of(chosen, variables, NOW)
    return select(whole, chosen["report_query"]) if chosen["report_query"] else whole


def run(folder: Path, variables: Variables | None = None, *, check_mode: bool = False, **given: Any) -> dict[str, Any]:
    """The action's whole work, with files in a folder; the result has to be what JSON can hold."""
    chosen = options(report_folder=str(folder), **given)
    report = selected(chosen, hospital_variables() if variables is None else variables)
    result = report_result(chosen, report, write_files(chosen, report, check_mode))
    assert json.loads(json.dumps(result)) == result
    return result
