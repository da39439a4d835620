# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names as hospitals, registries and directories of the same country write them."""

from __future__ import annotations

import unicodedata

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.names import has_name, has_words

SAME = [
    ("Béatrice Durand", "Durand, Béatrice - T123456"),
    ("Béatrice Durand", "DURAND_BEATRICE"),
    ("Béatrice Durand", "Dr Béatrice Marie DURAND"),
    ("Béatrice  Durand", "Béatrice\u00a0Durand"),
    ("Anne-Sophie Martin", "MARTIN Anne Sophie"),
    ("Anne\u2011Sophie Martin", "Anne\u2013Sophie Martin"),
    ("Jean d'Hérouville", "D\u2019HEROUVILLE Jean"),
    ("Jean d\u02bcHérouville", "Jean d`Hérouville"),
    ("Jean d\u00b4Hérouville", "Jean D HEROUVILLE"),
    ("Claire Martin", "LE GOFF née MARTIN Claire"),
    ("Claire Le Goff née Martin", "LE GOFF Claire"),
    ("Claire Le Goff NÉE Martin", "MARTIN Claire"),
    ("Claire Le Goff née Martin, née Roy", "LE GOFF Claire"),
    ("Loïc Cœur", "COEUR Loic"),
    ("Søren Łukasz", "SOREN LUKASZ"),
    ("Jürgen Groß", "GROSS Jurgen"),
    ("Inès İnan", "INAN INES"),
    ("\u0410\u043d\u043d\u0430 \u0439", "\u0419 \u0410\u041d\u041d\u0410"),
]
OTHERS = [
    ("Ann Lee", "LEE Joann"),
    ("Béatrice Durand", "DURANDEAU Béatrice"),
    ("Anne-Sophie Martin", "MARTIN Anne"),
    ("Claire Le Goff née Martin", "MARTIN Paul"),
    ("Claire Le Goff née Martin", "Claire née"),
    ("Claire née", "MARTIN Claire"),
    ("", "Béatrice Durand"),
    (" ' ", "d'Hérouville"),
]


@pytest.mark.parametrize(("inventory", "issuer"), SAME)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_one_person_is_one_person(inventory: str, issuer: str, form: str) -> None:
    assert has_name((issuer,), inventory)
    assert has_name((unicodedata.normalize(form, issuer),), inventory)  # type: ignore[arg-type]
    assert has_name((issuer,), unicodedata.normalize(form, inventory))  # type: ignore[arg-type]


@pytest.mark.parametrize(("inventory", "issuer"), OTHERS)
def test_two_people_are_two(inventory: str, issuer: str) -> None:
    assert not has_name((issuer,), inventory)


def test_a_name_may_stand_in_several_texts() -> None:
    assert has_name(("T123456", "Béatrice", "DURAND"), "Béatrice Durand")
    assert not has_name((), "Béatrice Durand")


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Jeanne Dupont - T1", "jeanne DUPONT", True),
        ("DUPONT Jeanne", "Jeanne Dupont", False),
        ("Jeanne Dupontel", "Jeanne Dupont", False),
        ("Jeanne Dupont", "", False),
    ],
)
def test_words_in_their_order_are_whole_words(text: str, words: str, found: bool) -> None:
    assert has_words(text, words) is found
