# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether somebody at a workstation is due, by its facts and the day of the site. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._policy.status import Status
from .model import HolderWorkstation, Report

DEFERRED = "deferred"


def is_due(place: HolderWorkstation, statuses: Sequence[str], days: int) -> bool:
    """Whether this workstation has to be called for this holder.

    A workstation without facts is ``never_seen``; otherwise nobody would ever call a new one. Of one that did not answer only its last
    facts are known: it is due when they have no end, or one within ``days``.
    """
    if place.status is Status.UNKNOWN and (place.days_left is None or place.days_left <= days):
        return True
    return place.status.value in statuses or place.outcome == DEFERRED


def due_result(report: Report, statuses: Sequence[str], days: int) -> dict[str, Any]:
    """The documented result of ``due_holders``. The report is of one workstation."""
    places = [place for row in report.holders for place in row.places]
    return {
        "due": any(is_due(place, statuses, days) for place in places),
        "revoked": any(place.status is Status.REVOKED for place in places),
        "rows": [
            {
                "name": row.name,
                "status": place.status.value,
                "ends_on": row.ends_on.isoformat() if row.ends_on else None,
                "was_seen": place.facts_at is not None,
            }
            for row in report.holders
            for place in row.places[:1]
        ],
    }
