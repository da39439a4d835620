# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems for tests that do not care which, and the text in which a test tells them, so that no test knows the words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES

VALUES: dict[str, Any] = {
    "str": "x",
    "account": "x",
    "word": "yes",
    "outside": Outside("said"),
    "reason": "not_found",
    "int": 2,
    "bool": True,
    "instant": "2026-11-25T12:00:00Z",
    "date": date(2026, 11, 25),
    "strs": ("x",),
    "accounts": ("x",),
    "choices": ("x",),
    "words": ("yes",),
}


def sample(code: str) -> Problem:
    """A problem of the catalogue, with any values. ``code``: also what is before the dot."""
    code = code if code in CODES else next(each for each in CODES if each.startswith(f"{code}."))
    return Problem(code, {name: VALUES[kind] for name, kind in CODES[code].values.items()})


def told(problem: Problem) -> str:
    """Code, values and causes of a problem."""
    values = (
        ",".join(value) if isinstance(value, tuple) else str(value) for _name, value in sorted(problem.values.items())
    )
    return f"<{' '.join([problem.code, *values, *map(told, problem.causes)])}>"


def error_of(call: Callable[[], object]) -> Pkcs12Error:
    """What a call is refused with."""
    with pytest.raises(Pkcs12Error) as refusal:
        call()
    return refusal.value
