# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in numbers."""

from __future__ import annotations

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Reachability
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.summary import summary
from unit.plugins.plugin_utils._report.reports import sample


def test_workstations_are_counted_by_their_answer() -> None:
    """Statuses of holders have the same names, and Python holds them for equal."""
    counted = summary(sample()).workstations
    assert [(type(answer), answer) for answer in counted] == [(Reachability, answer) for answer in Reachability]
    assert sum(counted.values()) == len(sample().workstations)


def test_holders_are_counted_in_the_order_of_the_statuses() -> None:
    counted = summary(sample())
    assert list(counted.by_status) == [status for status in Status if status in counted.by_status]
    assert all(isinstance(status, Status) for status in counted.by_status)
    assert sum(counted.by_status.values()) == counted.holders == 18
