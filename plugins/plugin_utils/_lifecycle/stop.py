# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether the failures of a batch stop the run, and the sentence that says so at its end. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._errors import counted


def stops(found: Mapping[str, Any], most: float | None) -> bool:
    """Whether no further batch may start. ``found``: the summary of the batch. ``most``: the percentage of failures that is allowed."""
    return most is not None and found["failed_percentage"] > most


def told_at_end(found: Mapping[str, Any], batches: Iterable[Mapping[str, Any] | None], most: float | None) -> list[str]:
    """Why workstations were not tried; nothing if no batch has stopped the run, or if it was the last one.

    ``found``: the summary of the run. ``batches``: the summaries of its batches, None where there is none.
    """
    failed = [batch["failed_percentage"] for batch in batches if batch and batch.get("stops")]
    left = len(found["hosts_not_reached"])
    if not failed or not left:
        return []
    share = f"on {max(failed):g} % of the workstations of a batch, and pkcs12_max_fail_percentage allows {most:g} %"
    not_tried = f"{counted(left, 'workstation was', 'workstations were')} not tried"
    todo = "Mend what failed and run the playbook again; finished workstations do not change"
    return [f"Stopped: the work failed {share}. {not_tried}. {todo}."]
