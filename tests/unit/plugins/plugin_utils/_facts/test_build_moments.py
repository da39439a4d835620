# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clocks and moments in the facts of a workstation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.build import (
    certificate_row,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.selection import Selection
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from unit.plugins.plugin_utils.fakes import (
    NOW,
    certificate,
    stored,
)

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("left", "status"),
    [(41 * DAY, "valid"), (40 * DAY, "renewal_due"), (-DAY, "expired"), (4 * 365 * DAY, "not_yet_valid")],
)
def test_the_status_is_of_the_moment(left: timedelta, status: str) -> None:
    row = certificate_row(stored(certificate(left=left), None), Calendar(), NOW)
    assert (row["status"], row["days_left"]) == (status, left.days)
    assert (row["key_state"], row["key_provider"]) == ("missing", None)
    assert not {"owner_sid", "owner", "store", "related"} & set(row)


def test_an_issuer_that_is_no_pattern_is_refused_at_once() -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        replace(Selection(), issuer="*")
    assert (refusal.value.code, refusal.value.problem.setting) == ("bad_pattern", "issuer")
