# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queries that the documentation shows select whom it says they select."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import HolderRow, NextStep, Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.query import select
from consistency.tree import ROOT
from unit.plugins.plugin_utils._report.reports import hospital
from unit.plugins.plugin_utils.records import problem

DOCUMENTS = (
    ROOT / "docs" / "docsite" / "rst" / "guide_reporting.rst",
    ROOT / "plugins" / "modules" / "compliance_report.yml",
    ROOT / "plugins" / "plugin_utils" / "_report" / "query.py",
)
SHOWN = re.compile(r"(?:``|V\(|query: \"|instance )(\[\?.*?\])(?:``$|\)[.,]|\"$|\.\"|\.$)", re.MULTILINE)

WITHOUT_ACCESS = (Status.EXPIRED, Status.MISSING, Status.KEY_MISSING)
DUE = (Status.RENEWAL_DUE, Status.EXPIRED)

MEANT: dict[str, Callable[[HolderRow], bool]] = {
    "[?actor=='it']": lambda row: row.actor is Actor.IT,
    "[?actor=='it' && status!='valid']": lambda row: row.actor is Actor.IT and row.status is not Status.VALID,
    "[?status!='valid']": lambda row: row.status is not Status.VALID,
    "[?status=='expired']": lambda row: row.status is Status.EXPIRED,
    "[?status=='expired' || status=='missing' || status=='key_missing']": lambda row: row.status in WITHOUT_ACCESS,
    "[?days_left && days_left < `15`]": lambda row: row.days_left is not None and row.days_left < 15,
    "[?contains(['renewal_due', 'expired'], authorisation_status)]": lambda row: row.authorisation_status in DUE,
    "[?next_step=='log_on']": lambda row: row.next_step is NextStep.LOG_ON,
    "[?places[?workstation=='ws-cardio']]": lambda row: "ws-cardio" in {place.workstation for place in row.places},
    "[?places[?workstation=='ws-0123']]": lambda row: "ws-0123" in {place.workstation for place in row.places},
    "[?length(places) > `1`]": lambda row: len(row.places) > 1,
    "[?places[?outcome=='waiting_for_issuer']]": lambda row: any(
        place.outcome == "waiting_for_issuer" for place in row.places
    ),
    "[?places[?problem && starts_with(problem.code, 'wrong_passphrase')]]": lambda row: any(
        place.problem is not None and place.problem.kind == "wrong_passphrase" for place in row.places
    ),
}


def everything() -> Report:
    """A hospital where each of the queries selects somebody and leaves somebody out."""
    report = hospital(600)
    first, second, third, *others = report.holders
    waiting = replace(second, places=(replace(second.places[0], outcome="waiting_for_issuer"),))
    cardio = replace(third, places=(replace(third.places[0], workstation="ws-cardio"),))
    today = replace(others[0], days_left=0)
    closed = replace(others[1], places=(replace(others[1].places[0], problem=problem("wrong_passphrase.number")),))
    return replace(
        report, holders=(replace(first, next_step=NextStep.LOG_ON), waiting, cardio, today, closed, *others[2:])
    )


def shown() -> set[str]:
    return {found for path in DOCUMENTS for found in SHOWN.findall(path.read_text(encoding="utf-8"))}


def test_every_query_that_is_shown_is_tried_here_and_no_other() -> None:
    assert shown() == set(MEANT)


def test_no_query_is_overlooked() -> None:
    """Whatever else begins like one is part of one."""
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        assert SHOWN.sub("", text).count("[?") == 0, path


@pytest.mark.parametrize("expression", MEANT)
def test_a_query_selects_whom_the_documentation_says(expression: str) -> None:
    report = everything()
    found = select(report, expression)
    rows = [*report.holders, *report.without_workstation]
    assert [*found.holders, *found.without_workstation] == [row for row in rows if MEANT[expression](row)]
    assert 0 < len(found.holders) < len(rows)
