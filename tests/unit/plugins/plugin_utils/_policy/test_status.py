# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of statuses is whole."""

from __future__ import annotations

from itertools import pairwise

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import (
    ACCESS_STATUSES,
    WORST_FIRST,
    GivesAccess,
    Status,
    Trait,
)

FIRST = {GivesAccess.NO: 0, GivesAccess.UNKNOWN: 1, GivesAccess.YES: 2}
LATE = {Status.AWAITED, Status.ON_LEAVE}
"""Nobody has to act on these now, so all that somebody has to act on comes first."""


def test_each_status_has_an_icon_of_its_own() -> None:
    icons = [status.icon for status in Status]
    assert all(icon.startswith("path(") for icon in icons)
    assert len(set(icons)) == len(icons)


def test_what_gives_no_access_is_worse_than_what_is_unknown_and_this_than_what_gives_access() -> None:
    order = [FIRST[status.gives_access] for status in WORST_FIRST if status not in LATE]
    assert all(before <= after for before, after in pairwise(order))
    assert WORST_FIRST[-1] is Status.VALID


def test_who_has_no_access_is_due_and_a_site_may_accept_it_for_a_time() -> None:
    for status in WORST_FIRST:
        if status.gives_access is GivesAccess.NO:
            assert (Trait.ACCEPTABLE | Trait.DUE) in status.traits
    assert not Trait.ACCEPTABLE & Status.VALID.traits
    not_due = {each.value for each in Status if Trait.DUE not in each.traits}
    assert not_due == {"valid", "weak", "unknown", "self_signed", "superseded", "archived"}
    assert set(ACCESS_STATUSES) == {Status.VALID, Status.RENEWAL_DUE, Status.WEAK, Status.DUPLICATE}
