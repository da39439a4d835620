# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the AWX configuration comes to: when a schedule starts jobs, what a notification says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from jinja2 import StrictUndefined, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from consistency.awx import Data

STRICT = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
JOB: Data = {
    "name": "PKCS12 report",
    "status": "failed",
    "artifacts": {},
    "job_explanation": 'Previous Task Failed: {"job_type": "inventory_update", "job_name": "Workstations", "job_id": "7"}',
    "host_status_counts": {"failures": 1, "dark": 2},
}
"""What AWX tries a message with before it keeps it: no artifacts."""


@dataclass(frozen=True, slots=True)
class Hours:
    """``days``: 0 is Monday. ``times``: by the clock on the wall."""

    days: frozenset[int]
    times: frozenset[str]


@dataclass(frozen=True, slots=True)
class Said:
    """A notification as it is sent."""

    message: str
    body: str
    problems: tuple[str, ...] = field(default=())


def hours(rrule: str, week: datetime) -> Hours:
    """When a rule starts jobs in the week from a Monday on. Raises ``ValueError`` when the week's days have different times."""
    rule = rrulestr(rrule, forceset=True)
    zone = ZoneInfo(rrule.partition("TZID=")[2].partition(":")[0])
    begin = week.replace(tzinfo=zone)
    starts = [at.astimezone(zone) for at in rule.between(begin, begin + timedelta(days=7), inc=True)]
    by_day: dict[int, set[str]] = {}
    for at in starts:
        by_day.setdefault(at.weekday(), set()).add(f"{at:%H:%M}")
    if len({frozenset(times) for times in by_day.values()}) > 1:
        raise ValueError(f"{rrule} has other times on other days")
    return Hours(frozenset(by_day), frozenset().union(*by_day.values()))


def render(messages: Data, artifacts: Data) -> Said:
    """A message as AWX makes it. What cannot be written is among the problems."""
    context = {
        "job": {**JOB, "artifacts": artifacts},
        "url": "https://awx.chu.example/#/jobs/playbook/13",
        "workflow_url": "https://awx.chu.example/#/jobs/workflow/12",
        "approval_node_name": "PKCS12 renew what is due",
        "approval_status": "running",
    }
    problems: list[str] = []
    texts: list[str] = []
    for part in ("message", "body"):
        try:
            texts.append(STRICT.from_string(messages[part]).render(context))
        except UndefinedError as missing:
            problems.append(f"{part}: {missing.message}")
            texts.append("")
    return Said(texts[0], texts[1], tuple(problems))
