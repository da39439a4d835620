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
"""What WinRM, SSH, NTLM and Kerberos say when they refuse the account, where the sentence names no cause of ours. The messages of these
programs are English everywhere.
"""

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
    CONTROLLER = "controller"
    CONNECTION = "connection"
    LISTENER = "listener"
    FAILED = "failed"
    UNUSABLE = "unusable"
    VARIABLES = "variables"
    OLD = "old"
    NOT_ASKED = "not_asked"


BY_CAUSE: Mapping[str, Silence] = {
    **dict.fromkeys(("no_route", "connection_timeout"), Silence.UNREACHABLE),
    **dict.fromkeys(
        ("logon_refused", "access_denied", "client_certificate_refused", "kerberos_no_aes"), Silence.REFUSED
    ),
    **dict.fromkeys(("name_not_resolved", "service_unknown"), Silence.NAME_NOT_RESOLVED),
    **dict.fromkeys(
        ("winrm_missing", "psrp_missing", "kerberos_missing", "credssp_missing", "spnego_too_old"), Silence.CONTROLLER
    ),
    **dict.fromkeys(("clock_skew", "domain_unreachable"), Silence.CONTROLLER),
    **dict.fromkeys(
        ("account_missing", "no_ticket", "client_certificate_missing", "trust_missing"), Silence.CONNECTION
    ),
    **dict.fromkeys(
        ("connection_option", "encryption_missing", "not_windows", "untried_connection"), Silence.CONNECTION
    ),
    **dict.fromkeys(
        ("connection_refused", "not_https", "not_http", "not_winrm", "logon_method", "ntlm_refused"), Silence.LISTENER
    ),
    **dict.fromkeys(
        ("certificate_self_signed", "certificate_name", "certificate_expired", "certificate_over_tls13"),
        Silence.LISTENER,
    ),
    **dict.fromkeys(("certificate_untrusted", "workstation_unproven"), Silence.LISTENER),
    "connection_ended": Silence.FAILED,
}
"""What each cause of a connection comes to. Where nothing listens, the workstation is on and says so; where a connection ended, it was
there. ``connection_failed`` is none: only the text of the connection may tell more.
"""


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
