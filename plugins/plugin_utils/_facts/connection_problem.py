# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which cause the sentence of an audit names. Facts and reports keep the sentence, which is made from the same table. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .._workstation.connection_causes import CAUSES
from .._workstation.findings import FINDINGS, Explanation

NOT_TRIED = ("not_windows", "untried_connection")
"""Codes of a connection over which the collection asks nothing."""

NAMES_NONE = "connection_failed"
"""The cause of which nothing is known but what the connection said."""

_FREE = ("{reason}",)
"""Placeholders with a text of any kind. The others have no space: a host, an address, a port, a connection plugin."""


def _pattern(explanation: Explanation) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", explanation.cause)
    texts = ((".*" if part in _FREE else r"\S+") if part.startswith("{") else re.escape(part) for part in parts if part)
    return re.compile(rf"(?:It (?:did not answer|could not be audited): )?{''.join(texts)}(?:\.|$)", re.DOTALL)


_PATTERNS: Mapping[str, re.Pattern[str]] = {
    **{code: _pattern(explanation) for code, explanation in CAUSES.items() if code != NAMES_NONE},
    **{code: _pattern(FINDINGS[code]) for code in NOT_TRIED},
}


def cause_of(problem: str) -> str | None:
    """The code of the cause by the problem in ``pkcs12_fact_audit``; None for a sentence that names none of them."""
    return next((code for code, pattern in _PATTERNS.items() if pattern.match(problem)), None)
