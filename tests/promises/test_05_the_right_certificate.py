# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Someone else's certificate is refused; so are a weak key, a wrong purpose, an older one and an expired one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration.bad_inputs import ROWS, SOMEBODY_ELSES
from integration.tried_inputs import Tried, assert_refused, try_rows
from lab.authority import Authority

HERE = {name: one for name, one in ROWS.items() if one.kind in SOMEBODY_ELSES}


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Tried]:
    yield from try_rows(HERE, tmp_path_factory.mktemp("others"), authority)


def test_each_reason_has_a_row() -> None:
    assert {one.kind for one in HERE.values()} == SOMEBODY_ELSES


@pytest.mark.parametrize("name", HERE)
def test_it_is_refused_and_changes_nothing(tried: Tried, name: str) -> None:
    assert_refused(tried, name)
