# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report that is red for whom the last run did not serve."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.instants import format_instant
from unit.plugins.plugin_utils._report.known import DAY, NOW
from unit.plugins.plugin_utils.report_inputs import hospital_variables, run


@pytest.mark.parametrize(
    ("outcome", "days", "counted"),
    [
        ("failed", 0, {"failed": 1}),
        ("failed", 3, {"failed": 1}),
        ("failed", 4, {}),  # nobody knows of today
        ("deferred", 0, {}),
        ("waiting_for_issuer", 0, {}),
        ("renewed", 0, {}),
        (None, 0, {}),
    ],
)
def test_whom_the_last_run_did_not_serve_can_be_failed_on(
    tmp_path: Path, outcome: str | None, days: int, counted: dict[str, int]
) -> None:
    """At one of two workstations, and with a status that is no reason by itself."""
    variables = copy.deepcopy(hospital_variables())
    (row,) = [each for each in variables[1][1]["ansible_facts"]["pkcs12"]["holders"] if each["authorisation"] == "T1"]
    row |= {"outcome": outcome, "outcome_at": format_instant(NOW - days * DAY)}
    result = run(tmp_path, variables, fail_on=["failed"])
    assert (result["failing"], result["failed"]) == (counted, bool(counted))
    assert ("not served by the last run 1 (pkcs12_fail_on)" in result["msg"]) is bool(counted)
    assert run(tmp_path, variables, fail_on=["weak"])["failing"] == {}
