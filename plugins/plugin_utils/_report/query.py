# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The part of a report that a JMESPath expression selects. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._errors import Outside, Pkcs12Error, Problem, Value
from .._facts.codec import keys_of, to_map
from .._policy.status import Status
from .compare import WORKSTATIONS, subject_of
from .model import CertificateRow, HolderRow, HolderWorkstation, NextStep, Report
from .no_answer import with_unusable_variables

KEYS = {key for kind in (HolderRow, HolderWorkstation, Problem) for key in keys_of(kind)}
"""The keys of rows. An expression with another key is refused: JMESPath would select nobody without an error."""

KINDS = {
    type(None): "query_nothing",
    str: "query_text",
    bool: "query_truth_value",
    int: "query_number",
    float: "query_number",
    dict: "query_map",
    list: "query_list",
}
"""The words for what an expression may select."""

Row = dict[str, Any]


def select(report: Report, expression: str) -> Report:
    """The part of the report about the holders whose rows the expression selects, and about people with one number: nobody knows
    what their rows would be.

    It keeps the certificates with their numbers or in their stores, the workstations where they work or such a certificate is, and
    the changes of both. Raises ``Pkcs12Error``: ``bad_query``, ``missing_library``.
    """
    holders = (*report.holders, *report.without_workstation)
    rows = [to_map(row) for row in holders]
    chosen = {id(row) for row in _selected(rows, expression)}
    kept = {
        id(holder)
        for holder, row in zip(holders, rows, strict=True)
        if id(row) in chosen or holder.next_step is NextStep.GIVE_OWN_NUMBER
    }
    selected = replace(
        report,
        parameters=replace(report.parameters, query=expression),
        holders=tuple(row for row in report.holders if id(row) in kept),
        without_workstation=tuple(row for row in report.without_workstation if id(row) in kept),
        register=replace(
            report.register, people=tuple(each for each in report.register.people if id(each.row) in kept)
        ),
    )
    return _narrowed(selected)


def _narrowed(report: Report) -> Report:
    """The report without the certificates, workstations and changes of other holders."""
    holders = (*report.holders, *report.without_workstation)
    places = [place for row in holders for place in row.places]
    numbers = {row.authorisation for row in holders if row.authorisation}
    stores = {(place.workstation, place.owner_sid) for place in places}

    def is_theirs(row: CertificateRow) -> bool:
        if row.holder in numbers:
            return True
        # Of an account that several people share, the others' certificates are theirs.
        is_anothers = row.holder is not None and row.status is not Status.WRONG_HOLDER
        return not is_anothers and (row.workstation, row.certificate.owner_sid) in stores

    certificates = tuple(row for row in report.certificates if is_theirs(row))
    workstations = {place.workstation for place in places} | {row.workstation for row in certificates}
    unusable = with_unusable_variables(
        report
    ).keys()  # nobody knows who works there, perhaps somebody whom the query selects
    subjects = {subject_of(row) for row in holders}
    changes = tuple(
        change
        for change in report.changes or ()
        if change.subject in (workstations if change.kind in WORKSTATIONS else subjects)
    )
    return replace(
        report,
        certificates=certificates,
        without_holder=tuple(row for row in report.without_holder if is_theirs(row)),
        workstations=tuple(row for row in report.workstations if row.workstation in workstations | unusable),
        changes=None if report.changes is None else changes,
        exceptions=tuple(row for row in report.exceptions if row.authorisation in numbers),
    )


def _selected(rows: Sequence[Row], expression: str) -> Sequence[Row]:
    """The rows that the expression selects, as the same objects."""
    try:
        from jmespath import compile as compiled  # noqa: PLC0415  a report without a query needs no library
        from jmespath.exceptions import JMESPathError  # noqa: PLC0415
    except ImportError:
        raise Pkcs12Error(Problem("missing_library.jmespath", {"python": sys.executable})) from None
    try:
        query = compiled(expression)
        unknown = sorted(_requested_keys(query.parsed) - KEYS)
        found = query.search(rows)
    except (JMESPathError, RecursionError) as problem:
        raise _bad_query("evaluated", expression, said=Outside(problem)) from None
    if unknown:
        raise _bad_query("keys", expression, keys=tuple(unknown))
    own = {id(row) for row in rows}
    if not isinstance(found, list):
        raise _bad_query("no_list", expression, kind=_kind(found))
    other = next((each for each in found if id(each) not in own), None)
    if other is not None:
        raise _bad_query("no_holder", expression, kind=_kind(other))
    return found


def _requested_keys(node: Mapping[str, Any]) -> set[str]:
    """The keys of rows in an expression, without the keys of maps that it makes itself."""
    nodes = list(_nodes(node))
    made = {each["value"] for each in nodes if each["type"] == "key_val_pair"}
    return {each["value"] for each in nodes if each["type"] == "field"} - made


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node["children"]:
        if isinstance(child, Mapping):  # a slice has numbers there
            yield from _nodes(child)


def _kind(found: object) -> str:
    return KINDS.get(type(found), type(found).__name__)


def _bad_query(variant: str, expression: str, **values: Value) -> Pkcs12Error:
    return Pkcs12Error(Problem(f"bad_query.{variant}", {"query": expression[:200], **values}, "report_query"))
