# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every metric, label and value that an alert or a panel names is one that the report writes."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import GivesAccess, Status, Subject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.use import Use
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import ACCEPTABLE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Reachability
from consistency.tree import ROOT
from monitoring.data import DASHBOARD, MATCHER, SELECTOR, TESTS, Query, alerts, panels, queries, report

FAMILIES = {family.name: family for family in text_string_to_metric_families(textfile(report()))}
LABELS = {name: {label for each in family.samples for label in each.labels} for name, family in FAMILIES.items()}
VALUES = {
    "status": {status.value for status in Status},
    "access": {access.value for access in GivesAccess},
    "answer": {answer.value for answer in Reachability},
    "what": set(ACCEPTABLE),
    "use": {use.value for use in Use},
}
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_every_day.rst"


def problems(query: Query) -> list[str]:
    found = []
    labels: set[str] = set()
    for name, matchers in query.selectors():
        if name not in FAMILIES:
            found.append(f"the report writes no {name}")
            continue
        labels |= LABELS[name]
        for label, values in matchers.items():
            if label not in LABELS[name]:
                found.append(f"{name} has no label {label}")
            found += [f"{label} is never {value}" for value in values if value not in VALUES.get(label, {value})]
    kept = query.kept() or labels
    found += [f"no label {label} to group by" for label in sorted(query.grouped() - labels)]
    found += [f"no label {label} to show" for label in sorted(query.shown - kept)]
    return found


@pytest.mark.parametrize("query", queries(), ids=[f"{each.place}-{each.expr[:30]}" for each in queries()])
def test_a_query_reads_what_the_report_writes(query: Query) -> None:
    assert problems(query) == []
    assert list(query.selectors())


def test_every_metric_is_used_and_every_alert_is_named_once() -> None:
    used = {name for query in queries() for name, _matchers in query.selectors()}
    assert used == set(FAMILIES)
    assert max(Counter(rule["alert"] for rule in alerts()).values()) == 1


@pytest.mark.parametrize(
    ("expr", "shown", "problem"),
    [
        ("pkcs12_holder == 1", frozenset[str](), "the report writes no pkcs12_holder"),
        ('pkcs12_holders{state="valid"}', frozenset[str](), "pkcs12_holders has no label state"),
        ('pkcs12_holders{status=~"valid|ended"}', frozenset[str](), "status is never ended"),
        ("sum by (holder) (pkcs12_holder_status)", frozenset[str](), "no label holder to group by"),
        ("sum by (status) (pkcs12_holder_status)", frozenset({"authorisation"}), "no label authorisation to show"),
        ("pkcs12_workstation_unread > 0", frozenset({"authorisation"}), "no label authorisation to show"),
    ],
)
def test_a_mistake_in_a_query_is_found(expr: str, shown: frozenset[str], problem: str) -> None:
    assert problems(Query("", expr, shown)) == [problem]


def test_every_alert_is_tested_on_both_sides() -> None:
    tests = yaml.safe_load(TESTS.read_text(encoding="utf-8"))["tests"]
    cases = [case for test in tests for case in test.get("alert_rule_test", ())]
    names = {rule["alert"] for rule in alerts()}
    fires = {case["alertname"] for case in cases if case["exp_alerts"]}
    fires |= {
        name for name in names for test in tests for case in test.get("promql_expr_test", ()) if name in str(case)
    }
    rests = {case["alertname"] for case in cases if not case["exp_alerts"]}
    # The two about an end rest in the first test, in which nobody needs anything.
    assert fires == names and rests >= names - {"ClientCertificateReportIsMissing"}


def test_each_holder_is_in_one_of_the_numbers_of_the_dashboard() -> None:
    """The report gives a holder any status but those that only a certificate has."""
    numbers = [
        MATCHER.findall(matchers)
        for panel in panels()
        if panel["type"] == "stat"
        for name, matchers in SELECTOR.findall(panel["targets"][0]["expr"])
        if name == "pkcs12_holders"
    ]
    for status in Status:
        labels = {"status": status.value, "access": status.gives_access.value}
        fits = [
            all((labels[label] == value) is (operator == "=") for label, operator, value in each) for each in numbers
        ]
        if Subject.HOLDER in status.of:
            assert sum(fits) == 1, status


def test_every_panel_reads_from_the_source_that_is_chosen_for_the_dashboard() -> None:
    variables = json.loads(DASHBOARD.read_text(encoding="utf-8"))["templating"]["list"]
    named = {each["name"]: (each["type"], each["query"]) for each in variables}
    assert named == {"datasource": ("datasource", "prometheus"), "service": ("textbox", "the portal")}
    sources = {part["datasource"]["uid"] for panel in panels() for part in (panel, *panel["targets"])}
    assert sources == {"${datasource}"}


def test_the_guide_names_every_alert_and_both_files() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert [rule["alert"] for rule in alerts() if f"``{rule['alert']}``" not in guide] == []
    assert "docs/monitoring/alerts.yml" in guide and "docs/monitoring/dashboard.json" in guide


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.place)
def test_a_person_is_matched_with_the_issuer(query: Query) -> None:
    """A person with certificates of two issuers has two series: one of them must not silence the other."""
    for labels in re.findall(r"\bon \(([^)]*)\)", query.expr):
        found = {label.strip() for label in labels.split(",")}
        assert "authorisation" not in found or "issuer" in found
