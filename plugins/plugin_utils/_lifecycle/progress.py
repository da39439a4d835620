# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""How far a run in batches is, in one line. Each batch counts its own hosts, and adds what the batch before has counted. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._errors import counted


def progress(
    found: Mapping[str, Any], batch: Sequence[str], hosts: Sequence[str], earlier: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The part of the documented result. ``found``: the summary of the batch. ``earlier``: that of the batch before."""
    mine = set(batch)
    places = [place for place, host in enumerate(hosts, 1) if host in mine]
    silent = set(found["unreachable_hosts"])
    before = (earlier or {}).get("so_far") or {}
    so_far = {
        "hosts": max(places, default=before.get("hosts", 0)),
        "of": len(hosts),
        "need_help": before.get("need_help", 0) + len(set(found["needs_somebody"]) - silent),
        "did_not_answer": before.get("did_not_answer", 0) + len(silent),
    }
    return {"so_far": so_far, "progress": _line(so_far)}


def _line(so_far: Mapping[str, int]) -> str:
    help_wanted, silent = so_far["need_help"], so_far["did_not_answer"]
    parts = [f"{help_wanted} {'needs' if help_wanted == 1 else 'need'} help"] if help_wanted else []
    parts += [f"{silent} did not answer"] if silent else []
    return f"{so_far['hosts']} of {counted(so_far['of'], 'workstation')}: {', '.join(parts) or 'none needs help'}."
