# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What Ansible's wrapper answers where a policy restricts PowerShell, so that no driver starts. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ._errors import PkcsError

CODE = "constrained_language"

# Never localised: sentences of ansible-core (module_wrapper.ps1, exec_wrapper.ps1), and before core 2.19 the identifier of
# PowerShell's own error (MethodInvocationNotSupportedInConstrainedLanguage and its like).
RESTRICTED = re.compile(r"ConstrainedLanguage|is\s*not\s*trusted\s*and\s*cannot\s*be\s*loaded|as\s*unsupported\s*in\s*CLM\s*mode")


def lockdown_refusal(answer: Mapping[str, Any]) -> PkcsError | None:
    """``constrained_language`` when this is why a module gave no answer of its own, else None."""
    text = " ".join(str(answer.get(name) or "") for name in ("msg", "module_stdout", "module_stderr"))
    # PowerShell breaks its lines at the width of a console, even within a word.
    if not RESTRICTED.search(re.sub(r"\r?\n\s*", "", text)):
        return None
    return PkcsError(
        code=CODE,
        cause="A policy of the workstation holds PowerShell in ConstrainedLanguage mode, where this collection's drivers do not start.",
        next_step="Exempt the workstation or the connection's account from that policy (App Control for Business, AppLocker).",
    )
