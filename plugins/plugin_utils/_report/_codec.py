# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Frozen dataclasses to flat maps of JSON and back, by the types of their fields: a field that is added is never lost. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timezone
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints


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
class Form:
    """How values of one type are written, and read again; ``read`` raises ``Mismatch``."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a map: which attribute it is of, and of which record inside, None for the outer record's own."""

    key: str
    inside: str | None
    attribute: str
    form: Form

    def written(self, value: Any) -> Any:
        """What the map has under the key."""
        return self.form.write(getattr(getattr(value, self.inside) if self.inside else value, self.attribute))

    def taken(self, raw: Mapping[str, Any]) -> Any:
        """What the attribute gets out of the map."""
        try:
            return self.form.read(raw[self.key])
        except Mismatch as mismatch:
            raise mismatch.under(self.key) from None


def instant(moment: datetime) -> str:
    """``2026-11-25T04:34:43Z``. A fraction of a second is left out; no fact of the report has one."""
    return moment.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


@cache
def form_of(kind: Any) -> Form:
    """The form of a type that the report's fields have."""
    if get_origin(kind) is UnionType:
        return _optional(form_of(next(each for each in get_args(kind) if each is not NoneType)))
    if get_origin(kind) is tuple:
        return _sequence(form_of(get_args(kind)[0]))
    if is_dataclass(kind):
        return _record(kind)
    if issubclass(kind, Enum):
        return Form(lambda member: member.value, partial(_read_member, kind))
    return _PLAIN[kind]


@cache
def entries_of(kind: Any) -> tuple[Entry, ...]:
    """The keys of a dataclass's map. The keys of a record inside stand among its own, as ``gathered_<key>`` where it has that key."""
    hints = get_type_hints(kind)
    own = {each.name for each in fields(kind)}
    found: list[Entry] = []
    for name in (each.name for each in fields(kind)):
        if is_dataclass(hints[name]):
            found += [
                Entry(f"gathered_{inner.key}" if inner.key in own else inner.key, name, inner.attribute, inner.form)
                for inner in entries_of(hints[name])
            ]
        else:
            found.append(Entry(name, None, name, form_of(hints[name])))
    return tuple(found)


def _record(kind: Any) -> Form:
    entries = entries_of(kind)
    inside = {entry.inside: get_type_hints(kind)[entry.inside] for entry in entries if entry.inside}

    def write(value: Any) -> dict[str, Any]:
        return {entry.key: entry.written(value) for entry in entries}

    def read(raw: Any) -> Any:
        _check_keys(raw, [entry.key for entry in entries])
        parts: dict[str | None, dict[str, Any]] = defaultdict(dict)
        for entry in entries:
            parts[entry.inside][entry.attribute] = entry.taken(raw)
        return kind(**parts[None], **{name: part(**parts[name]) for name, part in inside.items()})

    return Form(write, read)


def _check_keys(raw: Any, wanted: Sequence[str]) -> None:
    if not isinstance(raw, dict):
        raise Mismatch(f"{_shown(raw)} is no map")
    for key in wanted:
        if key not in raw:
            raise Mismatch(f"{key} is missing")
    if len(raw) > len(wanted):
        raise Mismatch(f"{_shown(next(key for key in raw if key not in wanted))} is no key of it")


def _optional(form: Form) -> Form:
    return Form(
        lambda value: None if value is None else form.write(value),
        lambda raw: None if raw is None else form.read(raw),
    )


def _sequence(form: Form) -> Form:
    def read(raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise Mismatch(f"{_shown(raw)} is no list")
        return tuple(_read_at(form, number, each) for number, each in enumerate(raw))

    return Form(lambda values: [form.write(value) for value in values], read)


def _read_at(form: Form, number: int, raw: Any) -> Any:
    try:
        return form.read(raw)
    except Mismatch as mismatch:
        raise mismatch.under(f"[{number}]") from None


def _read_member(kind: type[Enum], raw: Any) -> Enum:
    try:
        return kind(raw)
    except ValueError:
        raise Mismatch(f"{_shown(raw)} is none of {', '.join(member.value for member in kind)}") from None


def _read_exactly(kind: type, named: str, raw: Any) -> Any:
    if type(raw) is not kind:  # True is an int for isinstance
        raise Mismatch(f"{_shown(raw)} is no {named}")
    return raw


def _read_instant(raw: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(raw.removesuffix("Z")).replace(tzinfo=timezone.utc)
    except (AttributeError, TypeError, ValueError):
        moment = None
    if moment is None or instant(moment) != raw:  # fromisoformat also takes other forms of ISO 8601
        raise Mismatch(f"{_shown(raw)} is no instant like 2026-11-25T04:34:43Z")
    return moment


def _read_day(raw: Any) -> date:
    try:
        day = date.fromisoformat(raw)
    except (TypeError, ValueError):
        day = None
    if day is None or day.isoformat() != raw:
        raise Mismatch(f"{_shown(raw)} is no date like 2026-11-25")
    return day


def _shown(raw: Any) -> str:
    return f"{raw!r:.40}"


_PLAIN: Mapping[Any, Form] = {
    str: Form(str, partial(_read_exactly, str, "text")),
    int: Form(int, partial(_read_exactly, int, "whole number")),
    bool: Form(bool, partial(_read_exactly, bool, "truth value")),
    datetime: Form(instant, _read_instant),
    date: Form(date.isoformat, _read_day),
}
