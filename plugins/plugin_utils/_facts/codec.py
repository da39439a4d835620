# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Frozen dataclasses to flat maps of plain values and back, by the types of their fields: a field that is added is never lost. Pure.

Instants are ISO 8601 in UTC, ``2026-11-25T04:34:43Z``, enumerations are their values, tuples lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timezone
from enum import Enum
from functools import cache, partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

RecordT = TypeVar("RecordT")


class Mismatch(ValueError):
    """A value that its place does not take. ``place`` is as in ``holders[3].status``, empty for the whole."""

    def __init__(self, problem: str, place: str = "") -> None:
        super().__init__(f"{place}: {problem}" if place else problem)
        self.problem = problem
        self.place = place

    def under(self, part: str) -> Mismatch:
        """The same, seen from one level further out."""
        joint = "." if self.place and not self.place.startswith("[") else ""
        return Mismatch(self.problem, f"{part}{joint}{self.place}")


@dataclass(frozen=True, slots=True)
class FieldCodec:
    """How values of one type are read, which raises ``Mismatch``, and how they are written; None: as they are."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class MapEntry:
    """One key of a map, the attribute that it is of, through the record inside that has it, and that one's type and default."""

    key: str
    attribute: str
    kind: Any
    default: Any


def to_map(record: Any) -> dict[str, Any]:
    """The map of a dataclass."""
    kind: Any = type(record)
    return _written(kind)(record)


def from_map(kind: type[RecordT], raw: Any, strict: bool = False) -> RecordT:
    """The inverse of ``to_map``. Fields with a default may be missing. Other keys are refused if ``strict``, else left out.

    Raises ``Mismatch``.
    """
    form: FieldCodec = _form_of(cast("Any", kind), strict)
    return cast("RecordT", form.read(raw))


def instant(moment: datetime) -> str:
    """``2026-11-25T04:34:43Z``, without a fraction of a second. Unlike strftime it writes four digits of years before 1000."""
    return moment.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def instant_of(raw: Any) -> datetime:
    """The inverse of ``instant``. Raises ``Mismatch``."""
    try:
        moment = datetime.fromisoformat(raw.removesuffix("Z")).replace(tzinfo=timezone.utc)
    except (AttributeError, TypeError, ValueError):
        moment = None
    if moment is None or instant(moment) != raw:  # fromisoformat also takes other forms of ISO 8601
        raise Mismatch(f"{_shown(raw)} is no instant like 2026-11-25T04:34:43Z")
    return moment


@cache
def entries_of(kind: Any) -> tuple[MapEntry, ...]:
    """The keys of a dataclass's map. The keys of a record inside stand among its own, as ``gathered_<key>`` where it has that key."""
    hints = get_type_hints(kind)
    own = {each.name for each in fields(kind)}
    found: list[MapEntry] = []
    for each in fields(kind):
        hint: Any = hints[each.name]
        if _is_record(hint):
            for inner in entries_of(hint):
                key = f"gathered_{inner.key}" if inner.key in own else inner.key
                found.append(replace(inner, key=key, attribute=f"{each.name}.{inner.attribute}"))
        else:
            found.append(MapEntry(each.name, each.name, hint, each.default))
    return tuple(found)


@cache
def _form_of(kind: Any, strict: bool) -> FieldCodec:
    if get_origin(kind) in (Union, UnionType):
        return _optional(_form_of(next(each for each in get_args(kind) if each is not NoneType), strict))
    if get_origin(kind) is tuple:
        return _sequence(_form_of(get_args(kind)[0], strict))
    if _is_record(kind):
        return FieldCodec(_taken(kind, strict), _written(kind))
    if issubclass(kind, Enum):
        return FieldCodec(partial(_member, {member.value: member for member in kind}), attrgetter("value"))
    return _PLAIN[kind]


@cache
def _written(kind: Any) -> Callable[[Any], dict[str, Any]]:
    entries = entries_of(kind)
    keys = [entry.key for entry in entries]
    # All attributes at once; the first once more, since of a single one there would be no tuple.
    values = attrgetter(*(entry.attribute for entry in entries), entries[0].attribute)
    forms = [(entry.key, form.write) for entry in entries if (form := _form_of(entry.kind, True)).write]

    def write(record: Any) -> dict[str, Any]:
        said = dict(zip(keys, values(record), strict=False))
        for key, form in forms:
            said[key] = form(said[key])
        return said

    return write


def _taken(kind: Any, strict: bool) -> Callable[[Any], Any]:
    entries = [(entry.key, entry.default, _form_of(entry.kind, strict).read) for entry in entries_of(kind)]
    keys = {key for key, _default, _read in entries}
    make = _maker(kind)

    def read(raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            raise Mismatch(f"{_shown(raw)} is no map")
        values = []
        for key, default, form in entries:
            if key not in raw:
                if default is MISSING:
                    raise Mismatch(f"{key} is missing")
                values.append(default)
                continue
            try:
                values.append(form(raw[key]))
            except Mismatch as mismatch:
                raise mismatch.under(key) from None
        if strict and not keys.issuperset(raw):
            raise Mismatch(f"{_shown(next(key for key in raw if key not in keys))} is no key of it")
        return make(iter(values))

    return read


def _maker(kind: Any) -> Callable[[Iterator[Any]], Any]:
    """What makes a record, and those inside, of the values of its entries."""
    hints = get_type_hints(kind)
    makers = [_maker(hints[each.name]) if _is_record(hints[each.name]) else next for each in fields(kind)]
    return lambda values: kind(*[make(values) for make in makers])


def _is_record(kind: Any) -> bool:
    return is_dataclass(kind)


def _optional(form: FieldCodec) -> FieldCodec:
    read, write = form.read, form.write
    return FieldCodec(
        lambda raw: None if raw is None else read(raw),
        write and (lambda value: None if value is None else write(value)),
    )


def _sequence(form: FieldCodec) -> FieldCodec:
    read, write = form.read, form.write

    def read_all(raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise Mismatch(f"{_shown(raw)} is no list")
        values: list[Any] = []
        try:
            for each in raw:
                values.append(read(each))  # noqa: PERF401  their number is the place of a mismatch
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


def _day_of(raw: Any) -> date:
    try:
        day = date.fromisoformat(raw)
    except (TypeError, ValueError):
        day = None
    if day is None or day.isoformat() != raw:
        raise Mismatch(f"{_shown(raw)} is no date like 2026-11-25")
    return day


def _shown(raw: Any) -> str:
    return f"{raw!r:.40}"


_PLAIN: Mapping[Any, FieldCodec] = {
    str: FieldCodec(partial(_exactly, str, "text")),
    int: FieldCodec(partial(_exactly, int, "whole number")),
    bool: FieldCodec(partial(_exactly, bool, "truth value")),
    datetime: FieldCodec(instant_of, instant),
    date: FieldCodec(_day_of, date.isoformat),
}
