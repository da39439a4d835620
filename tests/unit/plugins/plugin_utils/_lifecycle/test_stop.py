# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.summary import stops, told_at_end

STOPPED = {"failed_percentage": 33.33, "stops": True}
WENT_ON = {"failed_percentage": 90.0, "stops": False}


@pytest.mark.parametrize(("failed", "most", "stop"), [(50.0, 49, True), (50.0, 50, False), (100.0, None, False)])
def test_more_failures_than_are_allowed_stop_a_run(failed: float, most: float | None, stop: bool) -> None:
    assert stops({"failed_percentage": failed}, most) is stop


def test_the_end_of_a_stopped_run_has_the_share_the_limit_and_the_number_that_is_left() -> None:
    told = told_at_end(
        {"hosts_not_reached": ["c", "d"]}, [None, {"no_workstation": True}, WENT_ON, STOPPED, STOPPED], 20
    )
    assert told == [Problem("stopped", {"share": "33.33", "most": "20", "count": 2})]


@pytest.mark.parametrize(
    ("left", "batches"),
    [([], [STOPPED]), (["c"], [WENT_ON]), (["c"], [None]), (["c"], [])],
    ids=["last batch", "went on", "no batch", "no host"],
)
def test_nothing_is_said_of_a_run_that_no_batch_has_stopped(left: list[str], batches: list[Any]) -> None:
    assert told_at_end({"hosts_not_reached": left}, batches, 20) == []
