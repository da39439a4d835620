# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Why a workstation is silent, as a key of the vocabulary: the message of Ansible or of the connection is technical and English. Pure."""

from __future__ import annotations

import re

from ..model import Reachability, WorkstationRow

_ACCOUNT_REFUSED = re.compile(
    r"credential|unauthori[sz]ed|\b401\b|logon failure|access is denied|permission denied|kinit|0x80070005",
    re.IGNORECASE,
)
"""What WinRM, SSH, NTLM and Kerberos say when they refuse the account. The messages of these programs are English everywhere."""

_AUDIT_FAILED = "It could not be audited: "
"""How the role ``audit`` begins the problem of a workstation that was reached."""

_FACTS_UNUSABLE = "Its facts cannot be read: "
"""How ``sources`` begins the problem of facts that do not fit."""


def silence(row: WorkstationRow) -> str:
    """The key of the words for its silence; empty for a workstation that answered without a problem."""
    problem = row.problem or ""
    if not problem:
        return _without_problem(row.answer)
    if problem.startswith(_FACTS_UNUSABLE):
        return "silence.unusable"
    if problem.startswith(_AUDIT_FAILED):
        return "silence.failed"
    return "silence.refused" if _ACCOUNT_REFUSED.search(problem) else "silence.unreachable"


def _without_problem(answer: Reachability) -> str:
    if answer is Reachability.ANSWERED:
        return ""
    return "silence.not_asked" if answer is Reachability.NEVER_SEEN else "silence.old"
