# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Dataclasses to maps of plain values and back, by the types of their fields: a new field is never forgotten. Pure.

Instants are text like ``2026-11-25T04:34:43Z``, dates like ``2026-11-25``, enumerations are their values, tuples are lists, and a
record or a problem in a field is a map in that key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache, partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from .._crypto.instants import format_instant, parse_instant
from .._errors import Problem

RecordT = TypeVar("RecordT")


class Mismatch(ValueError):
    """A value that does not fit its field. ``path`` is like ``holders[3].status``, empty for the whole map."""

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.problem = problem
        self.path = path

    def under(self, part: str) -> Mismatch:
        """The same mismatch with ``part`` in front of its path."""
        separator = "." if self.path and not self.path.startswith("[") else ""
        return Mismatch(self.problem, f"{part}{separator}{self.path}")


@dataclass(frozen=True, slots=True)
class FieldCodec:
    """``read`` and ``write`` for values of one type. ``read`` raises ``Mismatch``. ``write`` is None where values stay as they are."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any] | None = None


def to_map(record: Any) -> dict[str, Any]:
    """The map of a dataclass: one key per field, in the order of the fields."""
    kind: Any = type(record)
    written: dict[str, Any] = _writer(kind)(record)
    return written


def prepare(kind: Any) -> None:
    """Reads the types of a record's fields while an action is imported. Ansible imports it once, and forks a process for each host."""
    _codec_of(kind, False)


def from_map(kind: type[RecordT], raw: Any, strict: bool = False) -> RecordT:
    """The inverse of ``to_map``. Fields with a default may be missing. Other keys are refused if ``strict``, else left out.

    Raises ``Mismatch``.
    """
    codec: FieldCodec = _codec_of(cast("Any", kind), strict)
    return cast("RecordT", codec.read(raw))


def to_plain(value: Any) -> Any:
    """One value of a record as it stands in a map: text, a number, a truth value, None, or a list of these."""
    if isinstance(value, tuple):
        return [to_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    codec = _PLAIN.get(type(value))
    return codec.write(value) if codec and codec.write else value


def keys_of(kind: Any) -> tuple[str, ...]:
    """The keys of a dataclass's map, in their order."""
    return tuple(each.name for each in fields(kind))


@cache
def _codec_of(kind: Any, strict: bool) -> FieldCodec:
    if get_origin(kind) in (Union, UnionType):
        return _optional(_codec_of(next(each for each in get_args(kind) if each is not NoneType), strict))
    if get_origin(kind) is tuple:
        return _sequence(_codec_of(get_args(kind)[0], strict))
    if kind in _PLAIN:
        return _PLAIN[kind]
    if _is_record(kind):
        return FieldCodec(_reader(kind, strict), _writer(kind))
    if issubclass(kind, Enum):
        return FieldCodec(partial(_member, {member.value: member for member in kind}), attrgetter("value"))
    raise TypeError(f"{kind} has no form in a map")


@cache
def _writer(kind: Any) -> Callable[[Any], dict[str, Any]]:
    keys, hints = keys_of(kind), get_type_hints(kind)
    # All attributes at once; the first once more, because attrgetter gives no tuple for a single one.
    values = attrgetter(*keys, keys[0])
    codecs = [(key, _codec_of(hints[key], True)) for key in keys]
    writers = [(key, codec.write) for key, codec in codecs if codec.write]

    def write_record(record: Any) -> dict[str, Any]:
        written = dict(zip(keys, values(record), strict=False))
        for key, write_value in writers:
            written[key] = write_value(written[key])
        return written

    return write_record


def _is_record(kind: Any) -> bool:
    return is_dataclass(kind)


def _reader(kind: Any, strict: bool) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = [(each.name, each.default, _codec_of(hints[each.name], strict).read) for each in fields(kind)]
    keys = set(keys_of(kind))

    def read(raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            raise Mismatch(f"{_shown(raw)} is no map")
        values = []
        for key, default, read_value in readers:
            if key not in raw:
                if default is MISSING:
                    raise Mismatch("it is missing", key)
                values.append(default)
                continue
            try:
                values.append(read_value(raw[key]))
            except Mismatch as mismatch:
                raise mismatch.under(key) from None
        if strict and not keys.issuperset(raw):
            raise Mismatch("it is no key", str(next(key for key in raw if key not in keys)))
        return kind(*values)

    return read


def _optional(codec: FieldCodec) -> FieldCodec:
    read, write = codec.read, codec.write
    return FieldCodec(
        lambda raw: None if raw is None else read(raw),
        write and (lambda value: None if value is None else write(value)),
    )


def _sequence(codec: FieldCodec) -> FieldCodec:
    read, write = codec.read, codec.write

    def read_all(raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise Mismatch(f"{_shown(raw)} is no list")
        values: list[Any] = []
        try:
            for each in raw:
                values.append(read(each))  # noqa: PERF401  their number is part of the path of a mismatch
        except Mismatch as mismatch:
            raise mismatch.under(f"[{len(values)}]") from None
        return tuple(values)

    return FieldCodec(read_all, (lambda values: [write(value) for value in values]) if write else list)


def _member(members: Mapping[Any, Enum], raw: Any) -> Enum:
    try:
        return members[raw]
    except (KeyError, TypeError):
        raise Mismatch(f"{_shown(raw)} is none of {', '.join(map(str, members))}") from None


def _exactly(kind: type, named: str, raw: Any) -> Any:
    # A fact cache may hold Ansible's own kinds of text and numbers; bool is an int, but no number.
    if not isinstance(raw, kind) or (isinstance(raw, bool) and kind is not bool):
        raise Mismatch(f"{_shown(raw)} is no {named}")
    return kind(raw)


def _instant_of(raw: Any) -> datetime:
    try:
        return parse_instant(raw)
    except (AttributeError, TypeError, ValueError):
        raise Mismatch(f"{_shown(raw)} is no instant like 2026-11-25T04:34:43Z") from None


def _day_of(raw: Any) -> date:
    try:
        day = date.fromisoformat(raw)
    except (TypeError, ValueError):
        day = None
    if day is None or day.isoformat() != raw:
        raise Mismatch(f"{_shown(raw)} is no date like 2026-11-25")
    return day


def _problem_of(raw: Any) -> Problem:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("code"), str):
        raise Mismatch(f"{_shown(raw)} is no problem with a code")
    return Problem.from_map(raw)


def _shown(raw: Any) -> str:
    return f"{raw!r:.40}"


_PLAIN: Mapping[Any, FieldCodec] = {
    str: FieldCodec(partial(_exactly, str, "text")),
    int: FieldCodec(partial(_exactly, int, "whole number")),
    bool: FieldCodec(partial(_exactly, bool, "truth value")),
    datetime: FieldCodec(_instant_of, format_instant),
    date: FieldCodec(_day_of, date.isoformat),
    Problem: FieldCodec(_problem_of, Problem.to_map),
}
