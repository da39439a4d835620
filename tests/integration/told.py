# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a result tells, as codes and values: the words are another matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def told(problem: Mapping[str, Any]) -> set[str]:
    """The codes and the values of a problem and of what led to it."""
    values = {
        str(each) for value in problem["values"].values() for each in (value if isinstance(value, list) else [value])
    }
    return {problem["code"], *values}.union(*map(told, problem.get("causes", ())))
