# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records as maps of plain values and back: nothing is lost, and whatever does not fit is named by its place."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date, datetime, timezone
from enum import Enum
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import (
    Mismatch,
    from_map,
    keys_of,
    to_map,
    to_plain,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    AuditRecord,
    CertificateRecord,
    HolderRecord,
    ProfileRecord,
    UnreadRecord,
    WorkstationRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Change, HolderRow, WorkstationRow
from unit.plugins.plugin_utils._report.drawn_reports import drawn

RECORDS = (AuditRecord, CertificateRecord, HolderRecord, ProfileRecord, UnreadRecord, WorkstationRecord)
ROWS = (Change, HolderRow, WorkstationRow)
MOMENT = datetime(2026, 11, 25, 4, 34, 43, tzinfo=timezone.utc)


class Colour(str, Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Grain:
    name: str
    colour: Colour = Colour.RED


@dataclass(frozen=True)
class Core:
    name: str
    size: int


@dataclass(frozen=True)
class Fruit:
    core: Core
    name: str
    ripe: bool
    day: date | None
    seen: datetime
    grains: tuple[Grain, ...]
    size: int | None = None


FRUIT = Fruit(Core("stone", 3), "peel", True, date(2026, 3, 1), MOMENT, (Grain("a"), Grain("b", Colour.BLUE)), 9)
SAID = {
    "core": {"name": "stone", "size": 3},
    "name": "peel",
    "ripe": True,
    "day": "2026-03-01",
    "seen": "2026-11-25T04:34:43Z",
    "grains": [{"name": "a", "colour": "red"}, {"name": "b", "colour": "blue"}],
    "size": 9,
}


class Tagged(str):
    """A text of Ansible's own kind."""

    __slots__ = ()


class Counted(int):
    """A number of a fact cache's own kind."""


@pytest.mark.parametrize("kind", [*RECORDS, *ROWS], ids=lambda kind: kind.__name__)
def test_whatever_a_record_holds_comes_back_by_way_of_json(kind: type) -> None:
    for seed in range(20):
        record = drawn(kind, seed)
        said = json.loads(json.dumps(to_map(record)))
        assert from_map(kind, said) == from_map(kind, said, strict=True) == record
        assert list(said) == list(keys_of(kind))


def test_a_record_in_a_field_is_a_map_in_a_key_and_one_value_is_plain_as_there() -> None:
    assert to_map(FRUIT) == SAID
    assert from_map(Fruit, SAID, strict=True) == FRUIT
    for key in ("name", "ripe", "day", "seen", "size"):
        assert to_plain(getattr(FRUIT, key)) == SAID[key]
    assert to_plain((Colour.RED, MOMENT, None)) == ["red", "2026-11-25T04:34:43Z", None]


def test_a_field_with_a_default_may_be_missing_and_no_other() -> None:
    said = to_map(FRUIT)
    del said["size"], said["grains"][0]["colour"]
    assert from_map(Fruit, said).size is None
    assert from_map(Fruit, said).grains[0] == Grain("a")
    for each in ("core", "day", "grains"):
        with pytest.raises(Mismatch, match=f"^{each}: it is missing$"):
            from_map(Fruit, {key: value for key, value in said.items() if key != each})


def test_other_keys_are_left_out_or_refused() -> None:
    said = to_map(FRUIT)
    said["grains"][1]["taste"] = "sweet"
    assert from_map(Fruit, said) == FRUIT
    with pytest.raises(Mismatch, match=r"^grains\[1\]\.taste: it is no key$"):
        from_map(Fruit, said, strict=True)


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("name", None, "name: None is no text"),
        ("size", True, "size: True is no whole number"),
        ("ripe", 1, "ripe: 1 is no truth value"),
        ("day", "20260301", "day: '20260301' is no date like 2026-11-25"),
        ("day", "2026-02-30", "day: '2026-02-30' is no date like 2026-11-25"),
        ("seen", None, "seen: None is no instant like 2026-11-25T04:34:43Z"),
        ("seen", "2026-11-25T04:34:43", "seen: '2026-11-25T04:34:43' is no instant like 2026-11-25T04:34:43Z"),
        ("seen", "2026-11-25T04:34:43.5Z", "seen: '2026-11-25T04:34:43.5Z' is no instant like 2026-11-25T04:34:43Z"),
        ("grains", {}, "grains: {} is no list"),
        ("grains", [{"name": "a"}, None], "grains[1]: None is no map"),
        ("grains", [{"name": "a", "colour": ["red"]}], "grains[0].colour: ['red'] is none of red, blue"),
        ("name", ["x" * 99], "name: ['" + "x" * 38 + " is no text"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_by_its_place(key: str, value: Any, problem: str) -> None:
    for strict in (False, True):
        with pytest.raises(Mismatch) as mismatch:
            from_map(Fruit, to_map(FRUIT) | {key: value}, strict=strict)
        assert str(mismatch.value) == problem


def test_texts_and_numbers_of_ansible_become_plain_ones() -> None:
    found = from_map(Core, {Tagged("name"): Tagged("stone"), "size": Counted(3)})
    assert found == Core("stone", 3)
    assert [type(getattr(found, each.name)) for each in fields(found)] == [str, int]
    assert from_map(Grain, {"name": "a", "colour": Tagged("blue")}).colour is Colour.BLUE
