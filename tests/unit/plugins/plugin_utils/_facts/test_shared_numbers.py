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


@pytest.mark.parametrize(
    ("number", "other", "shared"),
    [
        ("T1", ("Paul Martin",), True),
        (" t 1\u00a0", ("Jean Dupont",), True),
        ("T1", ("Paul Martin", "Paul Dupont"), True),
        ("T1", ("--",), True),
        ("T11", ("Paul Martin",), False),
        ("T1", (" dupont  Jéanne",), False),
        ("T1", ("Jeanne Marie Dupont",), False),
        ("T1", ("Jeanne Martin", "Jeanne Dupont"), False),
        ("T1", ("Jeanne Martin née Dupont",), False),
    ],
)
def test_two_names_of_one_number_are_two_people_unless_one_may_be_the_others(
    number: str, other: tuple[str, ...], shared: bool
) -> None:
    both: list[Any] = [("T1", "Jeanne Dupont"), (number, *other)]
    for order in (both, both[::-1]):
        assert people(*order) == ([(each[1],) for each in order] if shared else [])


def test_a_name_that_fits_two_others_does_not_make_them_one() -> None:
    found = people(("T1", "Jeanne Dupont"), ("T1", "Jeanne Marie Dupont"), ("T1", "Marie Dupont"))
    assert found == [("Jeanne Dupont", "Jeanne Marie Dupont"), ("Marie Dupont",)]
    assert people(("T1", "--"), ("T1", "--")) == []  # without letters it is the same as itself alone


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
    assert number.number == "T1"
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
