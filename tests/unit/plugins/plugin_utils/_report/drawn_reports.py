# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the model drawn from its types alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from random import Random
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import HolderRow, Report, WorkstationRow
from unit.plugins.plugin_utils._report.reports import NAMES
from unit.plugins.plugin_utils.records import problem

Kind = TypeVar("Kind")
TEXTS = (*NAMES, "", " ", "null", "\x00\x1f", "\u2028", "\ud83d", "é" * 300)


def drawn(kind: type[Kind], seed: int) -> Kind:
    """A value of a type of the model with every field drawn from all that its type allows; the same for the same seed."""
    value: Kind = _draw(kind, Random(seed))  # noqa: S311
    return value


def drawn_report(seed: int) -> Report:
    """Any report that its types allow."""
    report = drawn(Report, seed)
    named = {row.workstation for row in report.certificates} | {
        p.workstation for row in report.holders for p in row.places
    }
    rows = [replace(drawn(WorkstationRow, seed), workstation=name) for name in sorted(named)]
    # More than their types say: what is named has a row, and an authorisation has three statuses.
    report = replace(
        report,
        holders=tuple(map(_authorised, report.holders)),
        without_workstation=tuple(map(_authorised, report.without_workstation)),
        workstations=(*report.workstations, *rows),
    )
    return replace(
        report, parameters=replace(report.parameters, language=("en", "fr")[seed % 2], time_zone="Europe/Paris")
    )


def _authorised(row: HolderRow) -> HolderRow:
    statuses = (None, Status.VALID, Status.RENEWAL_DUE, Status.EXPIRED)
    return replace(row, authorisation_status=statuses[len(row.name) % 4])


def _draw(kind: Any, chance: Random) -> Any:
    if get_origin(kind) is UnionType:
        return None if chance.random() < 0.3 else _draw(next(k for k in get_args(kind) if k is not NoneType), chance)
    if get_origin(kind) is tuple:
        return tuple(_draw(get_args(kind)[0], chance) for _each in range(chance.randrange(4)))
    if kind is Problem:
        return problem("a_code_of_the_future", said=chance.choice(TEXTS), number=chance.randrange(9))
    if is_dataclass(kind):
        hints, made = get_type_hints(kind), cast("Any", kind)
        return made(**{each.name: _draw(hints[each.name], chance) for each in fields(kind)})
    if issubclass(kind, Enum):
        return chance.choice(list(kind))
    if kind is datetime:
        return datetime(1, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=chance.randrange(315_000_000_000))
    drawings: dict[Any, Callable[[], Any]] = {
        str: lambda: chance.choice(TEXTS),
        bool: lambda: chance.random() < 0.5,
        int: lambda: chance.choice((0, -1, 1, chance.randrange(-(10**20), 10**20))),
        date: lambda: date.fromordinal(chance.randrange(1, date.max.toordinal())),
    }
    return drawings[kind]()
