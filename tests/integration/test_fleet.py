# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital of many workstations, ten of them off, audited and reported. ``python -m benchmarks.audit_and_report`` measures hundreds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.audit_and_report import audited, complaints

pytestmark = pytest.mark.full  # a hospital of many workstations

SIZE = 24

Json = dict[str, Any]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Json:
    """The report in JSON."""
    return audited(tmp_path_factory.mktemp("fleet"), SIZE).found


def test_report_has_every_workstation_and_says_which_are_unknown_or_were_never_seen(found: Json) -> None:
    assert complaints(SIZE, found) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda rows: rows[1:],
        lambda rows: [row | {"answer": "answered"} for row in rows],
        lambda rows: [row | {"facts_at": None} for row in rows],
        lambda rows: [row | {"problem": None} for row in rows],
    ],
    ids=["one_less", "all_answered", "since_never", "for_no_reason"],
)
def test_a_report_that_says_less_is_noticed(found: Json, spoil: Callable[[list[Json]], list[Json]]) -> None:
    assert complaints(SIZE, found | {"workstations": spoil(found["workstations"])}) != []
