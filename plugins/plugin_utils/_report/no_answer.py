# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Why a workstation did not answer, for people: by the code of what its last audit came to. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from .._errors import Problem
from .model import Reachability, Report

VARIABLES = "unusable_variables"
"""The kind of the problem of a workstation whose variables cannot be used; its cause says why."""

FACTS = "unusable_facts"
"""The kind of the problem of a workstation whose facts cannot be used."""


class NoAnswerReason(str, Enum):
    """Why a workstation did not answer. Its words are in language/remark_vocabulary.py."""

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


BY_KIND: Mapping[str, NoAnswerReason] = {
    VARIABLES: NoAnswerReason.VARIABLES,
    FACTS: NoAnswerReason.UNUSABLE,
    **dict.fromkeys(("no_route", "connection_timeout", "connection_failed"), NoAnswerReason.UNREACHABLE),
    **dict.fromkeys(
        ("logon_refused", "access_denied", "client_certificate_refused", "kerberos_no_aes"), NoAnswerReason.REFUSED
    ),
    **dict.fromkeys(("name_not_resolved", "service_unknown"), NoAnswerReason.NAME_NOT_RESOLVED),
    **dict.fromkeys(
        ("winrm_missing", "psrp_missing", "kerberos_missing", "credssp_missing", "spnego_too_old"),
        NoAnswerReason.CONTROLLER,
    ),
    **dict.fromkeys(("clock_skew", "domain_unreachable"), NoAnswerReason.CONTROLLER),
    **dict.fromkeys(
        ("account_missing", "no_ticket", "client_certificate_missing", "trust_missing"), NoAnswerReason.CONNECTION
    ),
    **dict.fromkeys(
        ("connection_option", "encryption_missing", "not_windows", "untried_connection"), NoAnswerReason.CONNECTION
    ),
    **dict.fromkeys(
        ("connection_refused", "not_https", "not_http", "not_winrm", "logon_method", "ntlm_refused"),
        NoAnswerReason.LISTENER,
    ),
    **dict.fromkeys(
        ("certificate_self_signed", "certificate_name", "certificate_expired", "certificate_over_tls13"),
        NoAnswerReason.LISTENER,
    ),
    **dict.fromkeys(("certificate_untrusted", "workstation_unproven"), NoAnswerReason.LISTENER),
}
"""What each kind of problem comes to. Where nothing listens, the workstation is on and says so. It was there where anything else went
wrong, for instance where the connection ended.
"""


def no_answer_reason(problem: Problem | None, answer: Reachability) -> NoAnswerReason | None:
    """The reason, by what the last audit came to; None for a workstation that answered without a problem."""
    if problem:
        return next((BY_KIND[each] for each in _kinds(problem) if each in BY_KIND), NoAnswerReason.FAILED)
    if answer is Reachability.ANSWERED:
        return None
    return NoAnswerReason.NOT_ASKED if answer is Reachability.NEVER_SEEN else NoAnswerReason.OLD


def with_unusable_variables(report: Report) -> Mapping[str, Problem]:
    """The workstations whose variables cannot be used, and why."""
    unusable = ((row.workstation, row.problem) for row in report.workstations if row.problem)
    return {name: next(iter(found.causes), found) for name, found in unusable if found.kind == VARIABLES}


def _kinds(problem: Problem) -> Iterator[str]:
    """The kind of a problem, then those of what led to it."""
    yield problem.kind
    for each in problem.causes:
        yield from _kinds(each)
