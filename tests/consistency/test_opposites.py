# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What English says, French says, and not its opposite.

Two French sentences that have changed places are right French, and name the same values.
"""

from __future__ import annotations

import pytest

from consistency.opposites import PAIRS, is_side, told

TOLD = list(told())


@pytest.mark.parametrize("pair", PAIRS)
def test_french_says_the_side_that_english_says(pair: str) -> None:
    for this, other in (PAIRS[pair], PAIRS[pair][::-1]):
        wrong = [
            (key, english, french)
            for key, english, french in TOLD
            if is_side(english, this, other) and not this.is_said(french)
        ]
        assert wrong == []


@pytest.mark.parametrize("pair", PAIRS)
def test_two_french_sentences_that_have_changed_places_are_seen(pair: str) -> None:
    first, second = PAIRS[pair]
    of_first, of_second = (
        {french: key for key, english, french in TOLD if is_side(english, this, other)}
        for this, other in ((first, second), (second, first))
    )
    assert of_first and of_second
    unseen = [
        (of_first[one], of_second[two])
        for one in of_first
        for two in of_second
        if first.is_said(two) and second.is_said(one)
    ]
    assert len(unseen) <= len(of_first) * len(of_second) / 20, unseen  # a sentence may say both
