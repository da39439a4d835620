# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alert rules and the dashboard as data, and the metrics that their expressions read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.revocation import CrlProblem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.crl_row import CrlRow
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import Acceptable, Accepted
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from browser.report_rows import NOW
from browser.sample import sample
from consistency.tree import ROOT

FOLDER = ROOT / "docs" / "monitoring"
ALERTS, DASHBOARD = FOLDER / "alerts.yml", FOLDER / "dashboard.json"
TESTS = ROOT / "tests" / "monitoring" / "alerts.test.yml"
SELECTOR = re.compile(r"\b([a-z][a-z0-9_]*)(?:\{([^}]*)\})?")
MATCHED = re.compile(r"\b(?:and|unless)\s+(?:on|ignoring)\s*\([^)]*\)")
MATCHER = re.compile(r'([a-z_]+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
GROUPED = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
SHOWN = re.compile(r"\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}|\$labels\.([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Query:
    """An expression of PromQL. ``shown``: labels that a text beside it shows."""

    place: str
    expr: str
    shown: frozenset[str]

    def selectors(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        """Each metric, with its matchers: the values that a label is compared with."""
        for name, matchers in SELECTOR.findall(self.expr):
            if name.startswith("pkcs12_"):
                yield name, {label: values.split("|") for label, _operator, values in MATCHER.findall(matchers)}

    def grouped(self) -> set[str]:
        """The labels in ``by (...)`` and its like."""
        return {label.strip() for found in GROUPED.findall(self.expr) for label in found.split(",")}

    def kept(self) -> set[str]:
        """The same without those of ``and on (...)`` and ``unless on (...)``, which leave all labels of their left side."""
        return Query(self.place, MATCHED.sub("", self.expr), self.shown).grouped()


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return found


def queries() -> list[Query]:
    """Those of all alerts and panels."""
    of_alerts = [Query(rule["alert"], rule["expr"], _shown(*rule["annotations"].values())) for rule in alerts()]
    of_panels = [
        Query(panel["title"], target["expr"], _shown(target["legendFormat"]))
        for panel in panels()
        for target in panel["targets"]
    ]
    return of_alerts + of_panels


def report() -> Report:
    """The small hospital, with a finding that is accepted and a revocation list."""
    found = sample()
    claire = next(row for row in found.holders if row.status is Status.DUPLICATE)
    until = found.parameters.report_date.date() + timedelta(days=5)
    accepted = Accepted(Acceptable("duplicate"), claire.places[0].workstation, "It is used by two portals.", until)
    ended = CrlRow("/srv/crl/people.crl", "CN=AC", NOW - timedelta(days=9), NOW, 3, CrlProblem.ENDED, "")
    return replace(
        found,
        holders=tuple(replace(row, accepted=(accepted,)) if row is claire else row for row in found.holders),
        revocation_lists=(ended,),
    )


def _shown(*texts: str) -> frozenset[str]:
    return frozenset(first or second for text in texts for first, second in SHOWN.findall(text))
