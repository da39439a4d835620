# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a run tells of workstations that it did not call because nobody there is due. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from .._errors import Problem
from .._policy.status import Status

SHOWN = 10


def left_out(results: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """How many they are, and until when the holders of the first ones have access. ``results``: by host, those of ``due_holders``."""
    hosts = sorted(host for host, result in results.items() if is_left_out(result))
    yield Problem("play.left_out", {"count": len(hosts)})
    for host in hosts[:SHOWN]:
        yield from (_told(host, row) for row in results[host]["rows"])
    if len(hosts) > SHOWN:
        yield Problem("play.left_out_more", {"count": len(hosts) - SHOWN})
    if without := tuple(sorted(host for host, result in results.items() if result.get("without_holders"))):
        yield Problem("play.without_holders", {"hosts": without})


def is_left_out(result: Mapping[str, Any]) -> bool:
    """Whether nobody at this workstation is due. A host without holders is no workstation, and counts as none."""
    return result.get("due") is False and bool(result["rows"])


def _told(host: str, row: Mapping[str, Any]) -> Problem:
    whose = {"name": row["name"], "workstation": host}
    if row["ends_on"]:
        return Problem("play.left_out_until", {**whose, "ends_on": date.fromisoformat(row["ends_on"])})
    if not row["was_seen"]:
        return Problem("play.left_out_never_seen", whose)
    return Problem("play.left_out_end_unknown" if row["status"] == Status.UNKNOWN else "play.left_out_no_access", whose)
