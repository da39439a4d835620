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

# None of these is ever localised: the identifier that Windows PowerShell 5.1 shows with its own error, the sentence that PowerShell 7
# shows without one, and three sentences of ansible-core (module_wrapper.ps1, exec_wrapper.ps1) for a wrapper that is signed.
RESTRICTED = re.compile(
    r"ConstrainedLanguage|in this language mode|is not trusted and cannot be loaded|as unsupported in CLM mode".replace(
        " ", r"\s*"
    )
)
# PowerShell breaks its lines at the width of a console, even within a word.
BREAK = re.compile(r"\r?\n[\s|]*")


def lockdown_refusal(answer: Mapping[str, Any]) -> PkcsError | None:
    """``constrained_language`` when this is why a module gave no answer of its own, else None."""
    text = " ".join(str(answer.get(name) or "") for name in ("msg", "module_stdout", "module_stderr"))
    if not RESTRICTED.search(BREAK.sub("", text)):
        return None
    return PkcsError(
        code=CODE,
        cause="A policy of the workstation holds PowerShell in ConstrainedLanguage mode, where this collection's drivers do not start.",
        next_step="Exempt the workstation or the connection's account from that policy (App Control for Business, AppLocker).",
    )
