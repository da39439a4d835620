# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each cause of a connection that fails, from its code to the reason and the next step in the report."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Reachability
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.no_answer import (
    BY_KIND,
    NoAnswerReason,
    no_answer_reason,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import PATTERNS
from unit.plugins.plugin_utils._report.known import JEANNE, problem, report

OFF = (NoAnswerReason.UNREACHABLE, NextStep.SET_UP_WORKSTATION)
ACCOUNT = (NoAnswerReason.REFUSED, NextStep.ADMIT_ACCOUNT)
NAME = (NoAnswerReason.NAME_NOT_RESOLVED, NextStep.CORRECT_NAME)
CONTROLLER = (NoAnswerReason.CONTROLLER, NextStep.PREPARE_CONTROLLER)
INVENTORY = (NoAnswerReason.CONNECTION, NextStep.CORRECT_CONNECTION)
LISTENER = (NoAnswerReason.LISTENER, NextStep.CORRECT_LISTENER)
FAILED = (NoAnswerReason.FAILED, NextStep.SET_UP_WORKSTATION)

STEPS = {
    OFF: "no_route connection_timeout connection_failed",
    ACCOUNT: "client_certificate_refused kerberos_no_aes access_denied logon_refused",
    NAME: "name_not_resolved service_unknown",
    CONTROLLER: "winrm_missing psrp_missing kerberos_missing credssp_missing spnego_too_old clock_skew domain_unreachable",
    INVENTORY: "connection_option client_certificate_missing trust_missing account_missing no_ticket encryption_missing",
    LISTENER: "certificate_self_signed certificate_name certificate_expired certificate_untrusted certificate_over_tls13 "
    "not_https not_http not_winrm workstation_unproven logon_method ntlm_refused connection_refused",
    FAILED: "connection_ended",
}
EXPECTED = {kind: step for step, kinds in STEPS.items() for kind in kinds.split()}
"""What the report says of a workstation that never answered, by the cause."""

OTHERS = {
    "not_windows": INVENTORY,
    "untried_connection": INVENTORY,
    "unusable_variables": (NoAnswerReason.VARIABLES, NextStep.CORRECT_VARIABLES),
    "unusable_facts": (NoAnswerReason.UNUSABLE, NextStep.RUN_AUDIT),
    "defect": FAILED,
}


def never_answered(said: Problem) -> tuple[NoAnswerReason | None, NextStep]:
    (row,) = report(Host("ws-cardio-2", (JEANNE,), problem=said)).holders
    return no_answer_reason(said, Reachability.NEVER_SEEN), row.next_step


def test_every_cause_is_listed() -> None:
    by_more_than_a_text = {"certificate_over_tls13", "connection_failed", "connection_ended", "ntlm_refused"}
    assert EXPECTED.keys() == {code for code, _pattern in PATTERNS} | by_more_than_a_text
    assert BY_KIND.keys() == (EXPECTED | OTHERS).keys() - {"connection_ended", "defect"}


@pytest.mark.parametrize("kind", EXPECTED | OTHERS)
def test_each_kind_of_problem_has_its_reason_and_its_step(kind: str) -> None:
    """Also as the cause of another, and whatever its variant."""
    expected = (EXPECTED | OTHERS)[kind]
    assert never_answered(problem(kind)) == expected
    assert never_answered(problem(f"{kind}.variant")) == expected
    above = Problem.from_map({"code": "not_audited.answered", "causes": [{"code": kind}]})
    assert never_answered(above) == expected


def test_without_a_problem_the_answer_says_why() -> None:
    reasons = [no_answer_reason(None, each) for each in Reachability]
    assert reasons == [None, NoAnswerReason.OLD, NoAnswerReason.NOT_ASKED]
