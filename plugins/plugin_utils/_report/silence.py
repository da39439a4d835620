# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Why a workstation is silent: the message of Ansible or of the connection is technical and English. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from .model import Reachability, Report

_ACCOUNT_REFUSED = re.compile(
    r"credential|unauthori[sz]ed|\b401\b|logon failure|access is denied|permission denied|kinit|0x80070005",
    re.IGNORECASE,
)
"""What WinRM, SSH, NTLM and Kerberos say when they refuse the account. The messages of these programs are English everywhere."""

_NAME_NOT_RESOLVED = "The controller finds no address for the name "
"""How the sentence of ``name_not_resolved`` in _workstation/connection_causes.py begins."""

_AUDIT_FAILED = "It could not be audited: "
"""How the role ``audit`` begins the problem of a workstation that was reached."""

FACTS_UNUSABLE = "Its facts cannot be read: "
"""How the problem of facts that do not fit begins."""

VARIABLES_UNUSABLE = "Its variables cannot be used: "
"""How the problem of a workstation begins whose inventory has to be corrected."""


class Silence(str, Enum):
    """Why a workstation is silent. Its words are in language/remark_vocabulary.py."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    NAME_NOT_RESOLVED = "name_not_resolved"
    FAILED = "failed"
    UNUSABLE = "unusable"
    VARIABLES = "variables"
    OLD = "old"
    NOT_ASKED = "not_asked"


def silence(problem: str | None, answer: Reachability) -> Silence | None:
    """The cause, by what the last audit came to; None for a workstation that answered without a problem."""
    if not problem:
        return _without_problem(answer)
    if problem.startswith(VARIABLES_UNUSABLE):
        return Silence.VARIABLES
    if problem.startswith(FACTS_UNUSABLE):
        return Silence.UNUSABLE
    if problem.startswith(_AUDIT_FAILED):
        return Silence.FAILED
    if _NAME_NOT_RESOLVED in problem:
        return Silence.NAME_NOT_RESOLVED
    return Silence.REFUSED if _ACCOUNT_REFUSED.search(problem) else Silence.UNREACHABLE


def with_unusable_variables(report: Report) -> Mapping[str, str]:
    """The workstations whose variables cannot be used, and why."""
    return {
        row.workstation: row.problem.removeprefix(VARIABLES_UNUSABLE)
        for row in report.workstations
        if row.problem and silence(row.problem, row.answer) is Silence.VARIABLES
    }


def _without_problem(answer: Reachability) -> Silence | None:
    if answer is Reachability.ANSWERED:
        return None
    return Silence.NOT_ASKED if answer is Reachability.NEVER_SEEN else Silence.OLD
