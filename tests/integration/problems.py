# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What results tell, as codes and values: the words are another matter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def named_in(problem: Mapping[str, Any]) -> set[str]:
    """The codes and the values of a problem and of what led to it."""
    values = (value if isinstance(value, list) else [value] for value in problem["values"].values())
    return {problem["code"]}.union(*(map(str, each) for each in values), *map(named_in, problem.get("causes", ())))


def errors(output: str) -> Sequence[Mapping[str, Any]]:
    """The errors of tasks, and of the holders in them, in the results that Ansible prints in one line, as it does with -v."""
    written = (line.partition(" => ")[2] for line in output.splitlines())
    results = [json.loads(text) for text in written if text.startswith("{") and text.endswith("}")]
    rows = [row for result in results for row in (result, *result.get("holders", ()))]
    return [row["error"] for row in rows if isinstance(row, dict) and row.get("error")]
