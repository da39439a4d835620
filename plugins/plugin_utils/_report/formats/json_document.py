# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The report as JSON, and back: nothing of it is lost but the register. ``docs/compliance_report.schema.json`` describes it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..._errors import Outside, Pkcs12Error, Problem, Value
from ..._facts.codec import Mismatch, from_map, keys_of, to_map, to_plain
from ..._facts.schema import CertificateRecord
from ..._messages.words import LANGUAGES
from ..model import CertificateRow, Register, Report, ReportParameters
from ..summary import summary

SCHEMA = 8
"""It is raised with every change of the document, so that a report is either read completely or refused."""

CERTIFICATE_SECTIONS = ("without_holder", "certificates")
"""Keys of the sections whose rows are certificates."""

HOLDER_SECTIONS = ("holders", "without_workstation")
REGISTER = "register"
"""The key of the model that the document has not."""

SHOWN = "shown_status"
"""The key of a holder's row that is not read, because it follows from the others."""

RECORD_KEYS = {key: f"gathered_{key}" if key in keys_of(CertificateRow) else key for key in keys_of(CertificateRecord)}
"""Keys of a certificate's record, and how its row names them. The row has a status and days of its own, by the day of the report."""

_RECORD_KEY = re.compile(r"\.certificate\.(\w+)")

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Windows allows a lone surrogate in a name. UTF-8 cannot hold it, but JSON can escape it."""


def document(report: Report) -> dict[str, Any]:
    """The report as plain maps, lists, text, whole numbers, truth values and nulls, in a fixed order of keys.

    The parameters and the sections are the keys of one map. Instants are text like ``2026-11-25T04:34:43Z``, days like ``2026-11-25``.
    """
    sections = to_map(replace(report, register=Register()))
    for section in HOLDER_SECTIONS:
        for row, made in zip(getattr(report, section), sections[section], strict=True):
            made[SHOWN] = row.shown_status.value
    del sections[REGISTER]
    parameters: dict[str, Any] = sections.pop("parameters")
    for section in CERTIFICATE_SECTIONS:
        sections[section] = [_flat(row) for row in sections[section]]
    return {"schema": SCHEMA} | parameters | {"summary": _summary(report)} | sections


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = row.pop("certificate")
    row.update((RECORD_KEYS[key], value) for key, value in record.items())
    return row


def _nested(row: Any, path: str) -> Any:
    """The inverse of ``_flat``. Whatever does not fit stays as it is: the codec refuses it."""
    if not isinstance(row, Mapping):
        return row
    _refuse_key("certificate", row, path)
    names = RECORD_KEYS.values()
    record = {key: row[name] for key, name in RECORD_KEYS.items() if name in row}
    return {key: value for key, value in row.items() if key not in names} | {"certificate": record}


def to_json(report: Report) -> str:
    """The document as text, one row per line, so that two reports can be compared line by line. Ends with a newline."""
    lines = [f"  {_line(key)}: {_section(value)}" for key, value in document(report).items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def parse(text: str, name: str = "pkcs12-compliance.json") -> Report:
    """Reads a report that ``to_json`` wrote. ``name``: how an error calls the text.

    The summary is not read, because it is counted from the rows. Raises ``Pkcs12Error``: ``not_a_report``, ``newer_report``.
    """
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise _not_a_report("json", name, said=Outside(problem)) from None
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise _not_a_report("schema_number", name)
    if schema > SCHEMA:
        raise Pkcs12Error(Problem("newer_report", {"name": name, "schema": schema, "known": SCHEMA}))
    if schema < SCHEMA:
        raise _not_a_report("older_schema", name, schema=schema, known=SCHEMA)
    try:
        return _read(raw)
    except Mismatch as mismatch:
        raise _not_a_report("form", name, place=mismatch.path or "{}") from None


def _read(raw: Mapping[str, Any]) -> Report:
    for part in ("schema", "summary"):
        if part not in raw:
            raise Mismatch("it is missing", part)
    report = _report(raw)
    if report.parameters.language not in LANGUAGES:
        raise Mismatch(f"{report.parameters.language!r:.40} is none of {', '.join(LANGUAGES)}", "language")
    known = {row.workstation for row in report.workstations}
    named = {row.workstation for row in report.certificates} | {
        place.workstation for row in report.holders for place in row.places
    }
    if not named <= known:
        raise Mismatch(f"{min(named - known)!r:.40} is a workstation without a row", "workstations")
    return report


def _report(raw: Mapping[str, Any]) -> Report:
    for key in ("parameters", REGISTER):
        _refuse_key(key, raw, "")
    keys = keys_of(ReportParameters)
    sections = {key: value for key, value in raw.items() if key not in {"schema", "summary", *keys}}
    sections["parameters"] = {key: raw[key] for key in keys if key in raw}
    for section in HOLDER_SECTIONS:
        if isinstance(sections.get(section), list):
            sections[section] = [
                _without_shown(row, f"{section}[{number}]") for number, row in enumerate(sections[section])
            ]
    for section in CERTIFICATE_SECTIONS:
        if isinstance(sections.get(section), list):
            sections[section] = [_nested(row, f"{section}[{number}]") for number, row in enumerate(sections[section])]
    try:
        return from_map(Report, sections, strict=True)
    except Mismatch as mismatch:
        raise Mismatch(mismatch.problem, _path_in_document(mismatch.path)) from None


def _without_shown(row: Any, path: str) -> Any:
    if not isinstance(row, Mapping):
        return row
    if SHOWN not in row:
        raise Mismatch("it is missing", SHOWN).under(path)
    return {key: value for key, value in row.items() if key != SHOWN}


def _path_in_document(path: str) -> str:
    """The path in the document, where neither the parameters nor a certificate's record are maps of their own."""
    return _RECORD_KEY.sub(lambda found: f".{RECORD_KEYS[found[1]]}", path.removeprefix("parameters."))


def _refuse_key(key: str, raw: Mapping[str, Any], path: str) -> None:
    """Refuses a key that the model has and the document has not. Raises ``Mismatch``."""
    if key in raw:
        raise Mismatch("it is no key", key).under(path) if path else Mismatch("it is no key", key)


def _summary(report: Report) -> dict[str, Any]:
    counted = summary(report)
    return {
        "holders": counted.holders,
        "without_workstation": counted.without_workstation,
        "without_holder": counted.without_holder,
        "not_searched": counted.not_searched,
        "accepted": counted.accepted,
        "first_end": to_plain(counted.first_end),
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


def _not_a_report(variant: str, name: str, **values: Value) -> Pkcs12Error:
    return Pkcs12Error(Problem(f"not_a_report.{variant}", {"name": name, **values}))
