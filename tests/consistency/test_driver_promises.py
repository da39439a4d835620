# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises of the kit that nothing shows by running are held by their text. Each check sees the mistake that it is for."""

from __future__ import annotations

import pytest

from consistency.kit_promises import CHECKS, MISTAKES, TEXTS, Check


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_drivers_keep_it(check: Check) -> None:
    assert check(*(TEXTS[name] for name in CHECKS[check]))


def test_every_check_has_a_mistake() -> None:
    assert {check for check, *_change in MISTAKES.values()} == set(CHECKS)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_seen(mistake: str) -> None:
    check, right, wrong = MISTAKES[mistake]
    texts = [TEXTS[name] for name in CHECKS[check]]
    assert sum(text.count(right) for text in texts) == 1
    assert not check(*(text.replace(right, wrong) for text in texts))
