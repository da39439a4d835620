# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The report as JSON, and back: nothing of it is lost. ``docs/compliance_report.schema.json`` describes it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..._errors import CollectionError
from ..._facts.codec import Mismatch, from_map, instant, to_map
from ..language.vocabulary import LANGUAGES
from ..model import Report, summary

SCHEMA = 1
"""It goes up with every change of the form, so that a report is either read as a whole or refused."""

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
"""Windows allows names with half a surrogate pair, which no file in UTF-8 can hold; JSON can, escaped."""


def document(report: Report) -> dict[str, Any]:
    """The report as plain maps, lists, text, whole numbers, truth values and nulls, in a fixed order of keys.

    The terms and the sections are the keys of one map. Instants are ISO 8601 in UTC (``2026-11-25T04:34:43Z``), whole seconds.
    """
    # With the sections the terms come once more, whose keys are there by then.
    return {"schema": SCHEMA} | to_map(report.parameters) | {"summary": _summary(report)} | to_map(report)


def to_json(report: Report) -> str:
    """The document with one row on a line, so that two reports can be compared line by line; ends with a newline."""
    lines = [f"  {_line(key)}: {_section(value)}" for key, value in document(report).items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    return _HALF_CHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def parse(text: str, name: str = "The earlier report") -> Report:
    """The report that ``to_json`` wrote. ``name`` begins the sentence that refuses another text.

    The summary is not read, it is counted from the rows. Raises ``CollectionError``: ``not_a_report``, ``newer_report``.
    """
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise _not_a_report(name, f"it is no JSON ({problem})") from None
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise _not_a_report(name, "it has no schema number")
    if schema > SCHEMA:
        raise CollectionError(
            code="newer_report",
            cause=f"{name} is of schema {schema}, and this version of the collection reads up to schema {SCHEMA}.",
            next_step="Bring the collection on this controller up to date, or take a report that this version has written.",
        )
    try:
        return _read(raw)
    except Mismatch as mismatch:
        raise _not_a_report(name, str(mismatch)) from None


def _read(raw: Mapping[str, Any]) -> Report:
    for part in ("schema", "summary"):
        if part not in raw:
            raise Mismatch(f"{part} is missing")
    sections = {key: value for key, value in raw.items() if key not in {"schema", "summary"}}
    report = from_map(Report, sections, strict=True)
    if report.parameters.language not in LANGUAGES:
        raise Mismatch(f"{report.parameters.language!r:.40} is none of {', '.join(LANGUAGES)}", "language")
    known = {row.workstation for row in report.workstations}
    named = {row.workstation for row in report.certificates} | {
        place.workstation for row in report.holders for place in row.places
    }
    if not named <= known:
        raise Mismatch(f"{min(named - known)!r:.40} is a workstation without a row", "workstations")
    return report


def _summary(report: Report) -> dict[str, Any]:
    counted = summary(report)
    return {
        "holders": counted.holders,
        "without_workstation": counted.without_workstation,
        "without_holder": counted.without_holder,
        "first_end": instant(counted.first_end) if counted.first_end else None,
        "by_status": _numbers(counted.by_status),
        "authorisations": _numbers(counted.authorisations),
        "workstations": _numbers(counted.workstations),
    }


def _numbers(counted: Mapping[Any, int]) -> dict[str, int]:
    return {kind.value: number for kind, number in counted.items()}


def _section(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return _line(value)
    return "[\n" + ",\n".join(f"    {_line(row)}" for row in value) + "\n  ]"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _not_a_report(name: str, problem: str) -> CollectionError:
    return CollectionError(
        code="not_a_report",
        cause=f"{name} is no JSON report of compliance_report: {problem}.",
        next_step="Give the JSON file of an earlier run as that run has written it.",
    )
