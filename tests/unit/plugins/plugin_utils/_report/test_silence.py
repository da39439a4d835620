# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each cause of a connection that fails, from the result of the task to the words and the next step in the report."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.audit import audited
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.remarks import Remarks
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import LANGUAGES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import Wording
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Reachability
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.silence import BY_CAUSE, Silence, silence
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import CAUSES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.findings import FINDINGS, Explanation
from unit.plugins.plugin_utils._report.known import JEANNE, report

OFF = (Silence.UNREACHABLE, NextStep.SET_UP_WORKSTATION)
ACCOUNT = (Silence.REFUSED, NextStep.ADMIT_ACCOUNT)
NAME = (Silence.NAME_NOT_RESOLVED, NextStep.CORRECT_NAME)
CONTROLLER = (Silence.CONTROLLER, NextStep.PREPARE_CONTROLLER)
INVENTORY = (Silence.CONNECTION, NextStep.CORRECT_CONNECTION)
LISTENER = (Silence.LISTENER, NextStep.CORRECT_LISTENER)

EXPECTED = {
    "winrm_missing": CONTROLLER,
    "psrp_missing": CONTROLLER,
    "kerberos_missing": CONTROLLER,
    "credssp_missing": CONTROLLER,
    "spnego_too_old": CONTROLLER,
    "connection_option": INVENTORY,
    "client_certificate_missing": INVENTORY,
    "trust_missing": INVENTORY,
    "account_missing": INVENTORY,
    "name_not_resolved": NAME,
    "certificate_self_signed": LISTENER,
    "certificate_name": LISTENER,
    "certificate_expired": LISTENER,
    "certificate_untrusted": LISTENER,
    "client_certificate_refused": ACCOUNT,
    "certificate_over_tls13": LISTENER,
    "not_https": LISTENER,
    "not_http": LISTENER,
    "not_winrm": LISTENER,
    "clock_skew": CONTROLLER,
    "no_ticket": INVENTORY,
    "service_unknown": NAME,
    "domain_unreachable": CONTROLLER,
    "workstation_unproven": LISTENER,
    "kerberos_no_aes": ACCOUNT,
    "access_denied": ACCOUNT,
    "logon_method": LISTENER,
    "ntlm_refused": LISTENER,
    "logon_refused": ACCOUNT,
    "encryption_missing": INVENTORY,
    "connection_refused": LISTENER,
    "no_route": OFF,
    "connection_timeout": OFF,
    "connection_failed": OFF,
    "connection_ended": (Silence.FAILED, NextStep.SET_UP_WORKSTATION),
}
"""What the report says of a workstation that never answered, by the cause."""

NOT_TRIED = {"not_windows": INVENTORY, "untried_connection": INVENTORY}
NOW = datetime(2026, 11, 25, 4, 34, 43, tzinfo=timezone.utc)


def problem(explanation: Explanation, **result: Any) -> str:
    """What the fact of an audit says of it."""
    cause = explanation.sentence(
        host="ws-cardio-2",
        address="ws-cardio-2.chu.example",
        port="5986",
        transport="ssh",
        reason="HTTPSConnectionPool(host='ws-cardio-2'): Max retries exceeded (Caused by X)",
    )
    said = audited({"msg": f"{cause} {explanation.next_step}", **result}, "ws-cardio-2", NOW, False)
    return str(said["ansible_facts"]["pkcs12_fact_audit"]["problem"])


def never_answered(said: str) -> tuple[Silence | None, NextStep]:
    (row,) = report(Host("ws-cardio-2", (JEANNE,), problem=said)).holders
    return silence(said, Reachability.NEVER_SEEN), row.next_step


def test_every_cause_is_listed() -> None:
    assert EXPECTED.keys() == CAUSES.keys()
    assert BY_CAUSE.keys() == (CAUSES.keys() - {"connection_failed"}) | NOT_TRIED.keys()


@pytest.mark.parametrize("code", EXPECTED)
def test_each_cause_has_its_reason_and_its_step(code: str) -> None:
    assert never_answered(problem(CAUSES[code], unreachable=True)) == EXPECTED[code]


@pytest.mark.parametrize("code", NOT_TRIED)
def test_a_connection_that_is_not_used_is_the_inventorys(code: str) -> None:
    said = problem(FINDINGS[code], failed=True, error={"code": code})
    assert said.startswith("It could not be audited: ")
    assert never_answered(said) == NOT_TRIED[code]


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_workstation_that_is_off_is_called_so(language: str) -> None:
    hosts = [Host(code, (JEANNE,), problem=problem(CAUSES[code], unreachable=True)) for code in EXPECTED]
    found = report(*hosts, language=language)
    remarks = Remarks(found, Wording(found.parameters))
    words = {row.workstation: remarks.reason(row) for row in found.workstations}
    off = {code for code, said in words.items() if said.startswith(("switched off", "éteint"))}
    assert off == {code for code, expected in EXPECTED.items() if expected is OFF}
    refused = {code for code, said in words.items() if said.startswith(("refuses", "refuse"))}
    assert refused == {code for code, expected in EXPECTED.items() if expected is ACCOUNT}
    assert all(words.values())
