# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Frozen dataclasses to the flat maps that facts and reports are made of, and back. Pure."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, timezone
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from ._driver_json import TIME_FORMAT

Record = TypeVar("Record")


class NotFlat(ValueError):
    """A map that is not what a record is made of; the text says which key and why."""


def to_map(record: Any) -> dict[str, Any]:
    """The fields of a dataclass: instants as UTC and days in ISO 8601, enumerations by value, tuples as lists."""
    return {each.name: _plain(getattr(record, each.name)) for each in fields(record)}


def from_map(kind: type[Record], values: Any) -> Record:
    """The inverse of ``to_map``. Keys that the record does not have are left out, fields with a default may be missing.

    Raises ``NotFlat``.
    """
    if not isinstance(values, Mapping):
        raise NotFlat(f"{kind.__name__} is no map")
    hints = _hints(kind)
    optional = {each.name for each in fields(kind) if each.default is not MISSING}  # type: ignore[arg-type]
    missing = [name for name in hints if name not in values and name not in optional]
    if missing:
        raise NotFlat(f"{kind.__name__} lacks {', '.join(missing)}")
    return kind(**{name: _typed(hint, values[name], name) for name, hint in hints.items() if name in values})


_HINTS: dict[Any, dict[str, Any]] = {}


def _hints(kind: Any) -> dict[str, Any]:
    """Kept, since resolving them costs more than reading a record."""
    if kind not in _HINTS:
        _HINTS[kind] = get_type_hints(kind)
    return _HINTS[kind]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return to_map(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        # Unlike strftime, isoformat writes four digits of years before 1000, and so what sorts as text sorts by time.
        return value.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _typed(hint: Any, value: Any, name: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return (
            None if value is None else _typed(next(each for each in inner if each is not types.NoneType), value, name)
        )
    if origin is tuple:
        if not isinstance(value, list):
            raise NotFlat(f"{name} is no list")
        return tuple(_typed(inner[0], each, name) for each in value)
    if isinstance(hint, type) and is_dataclass(hint):
        return from_map(hint, value)
    return _scalar(hint, value, name)


def _scalar(hint: Any, value: Any, name: str) -> Any:
    try:
        if hint is datetime:
            return datetime.strptime(value, TIME_FORMAT).replace(tzinfo=timezone.utc)
        if hint is date:
            return date.fromisoformat(value)
        if issubclass(hint, Enum):
            return hint(value)
    except (TypeError, ValueError):
        raise NotFlat(f"{name} cannot be {value!r}") from None
    # A fact cache may hold Ansible's own kinds of text and numbers; bool is an int, but no number.
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise NotFlat(f"{name} cannot be {value!r}")
    return hint(value)
