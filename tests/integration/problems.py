# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What results tell, as codes and values: the words are another matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def named_in(problem: Mapping[str, Any]) -> set[str]:
    """The codes and the values of a problem and of what led to it."""
    values = (value if isinstance(value, list) else [value] for value in problem["values"].values())
    return {problem["code"]}.union(*(map(str, each) for each in values), *map(named_in, problem.get("causes", ())))
