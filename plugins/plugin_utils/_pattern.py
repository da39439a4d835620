# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Regular expressions that users give, held against their purpose before anything is done with them. Pure."""

from __future__ import annotations

import re

from ._errors import PkcsError


def check_pattern(option: str, pattern: str | None, groups: int | None = None) -> None:
    """Raises ``PkcsError`` (``bad_pattern``) for what is no regular expression of Python, or has another number of groups."""
    if pattern is None:
        return
    try:
        found = re.compile(pattern).groups
    except re.error as problem:
        raise _bad(option, f"it is no regular expression ({problem})") from None
    if groups is not None and found != groups:
        raise _bad(option, f"it has {found} groups, {groups} is needed")


def _bad(option: str, problem: str) -> PkcsError:
    return PkcsError(
        code="bad_pattern",
        cause=f"{option} cannot be used: {problem}.",
        next_step="Write it as Python does; in YAML, single quotes keep backslashes.",
    )
