# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which names of one number are two people's."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.shared_numbers import (
    Listed,
    listed_in,
    shared_by,
    shared_numbers,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject


def people(*named: tuple[str, str, str | None] | tuple[str, str]) -> list[tuple[str, ...]]:
    """Who shares a number: each person's names. ``named``: number, name, and a former name."""
    listed = [Listed(each[0], each[1], each[2] if len(each) > 2 else None, "ws") for each in named]
    return [
        tuple(one.name for one in who.entries) for number in shared_numbers(listed).values() for who in number.people
    ]


@pytest.mark.parametrize("number", ["T1", " t 1\u00a0"])
def test_two_names_of_one_number_are_two_people_however_the_number_is_written(number: str) -> None:
    assert people(("T1", "Jeanne Dupont"), (number, "Paul Martin")) == [("Jeanne Dupont",), ("Paul Martin",)]


def test_two_numbers_are_not_shared() -> None:
    assert people(("T1", "Jeanne Dupont"), ("T11", "Paul Martin")) == []


@pytest.mark.parametrize(
    "other",
    [
        (" dupont  Jéanne",),
        ("Jeanne Marie Dupont",),
        ("Jeanne Martin", "Jeanne Dupont"),
        ("Jeanne Martin née Dupont",),
    ],
    ids="/".join,
)
@pytest.mark.parametrize("turned", [False, True])
def test_one_person_by_two_names(other: tuple[str, ...], turned: bool) -> None:
    both = [("T1", "Jeanne Dupont"), ("T1", *other)]
    assert people(*(reversed(both) if turned else both)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("other", [("Jean Dupont",), ("Paul Martin", "Paul Dupont")], ids="/".join)
def test_another_first_or_family_name_is_another_person(other: tuple[str, ...]) -> None:
    assert len(people(("T1", "Jeanne Dupont"), ("T1", *other))) == 2  # type: ignore[arg-type]


def test_a_name_without_letters_is_the_same_as_itself_alone() -> None:
    assert people(("T1", "--"), ("T1", "--")) == []
    assert len(people(("T1", "--"), ("T1", "Jeanne Dupont"))) == 2


def test_a_name_that_fits_two_others_does_not_make_them_one() -> None:
    found = people(("T1", "Jeanne Dupont"), ("T1", "Jeanne Marie Dupont"), ("T1", "Marie Dupont"))
    assert found == [("Jeanne Dupont", "Jeanne Marie Dupont"), ("Marie Dupont",)]


def test_the_hosts_of_a_person_are_named_once_and_each_entry_finds_its_person() -> None:
    listed = [
        Listed("T1", "Jeanne Dupont", None, "ws-1"),
        Listed("t1", "Paul Martin", None, "ws-2"),
        Listed("T1", "Dupont Jeanne", None, "ws-3"),
        Listed("T1", "Jeanne Dupont", None, "ws-1"),
        Listed("T1", "Anne Roux", None, ""),
    ]
    shared = shared_numbers(listed)
    number = shared_by(" T1", shared)
    assert number is not None
    assert [(each.name, each.hosts) for each in number.people] == [
        ("Jeanne Dupont", ("ws-1", "ws-3")), ("Paul Martin", ("ws-2",)), ("Anne Roux", ())
    ]  # fmt: skip
    assert number.person_of(HolderEntry("u", ExpectedSubject("DUPONT Jeanne", "T1"))) == "Jeanne Dupont"
    assert number.person_of(HolderEntry("u", ExpectedSubject("Zoé Petit", "T1"))) == "Zoé Petit"
    assert shared_by(None, shared) is shared_by("T2", shared) is None


@pytest.mark.parametrize(
    "given",
    [
        [{"name": "Paul"}],
        [{"authorisation": "T1"}],
        [{"authorisation": 1, "name": "Paul"}],
        [{"authorisation": " ", "name": "Paul"}],
        [{"authorisation": "T1", "name": " "}],
        [{"authorisation": "T1", "name": ["Paul"]}],
    ],
)
def test_what_a_task_of_that_host_refuses_is_left_out(given: Any) -> None:
    assert list(listed_in("ws", given)) == []


def test_an_entry_is_listed_with_the_former_name() -> None:
    entry = {"authorisation": "T1", "name": "Jeanne Martin", "former_name": "Jeanne Dupont", "user": "u"}
    assert list(listed_in("ws", [entry])) == [Listed("T1", "Jeanne Martin", "Jeanne Dupont", "ws")]
