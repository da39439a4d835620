# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus itself reads the rules, and its test runner says when each alert fires."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from monitoring.data import ALERTS, TESTS, panels, report
from monitoring.program import promtool

pytestmark = pytest.mark.promtool


def run(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    program = str(promtool())
    return subprocess.run([program, *arguments], input=given, capture_output=True, text=True, check=False, timeout=120)


def with_rules(folder: Path, rules: str) -> subprocess.CompletedProcess[str]:
    """Runs the tests of the alerts with these rules."""
    (folder / ALERTS.name).write_text(rules, encoding="utf-8")
    shutil.copy(TESTS, folder)
    return run("test", "rules", str(folder / TESTS.name))


def test_the_rules_are_rules() -> None:
    checked = run("check", "rules", "--lint=all", "--lint-fatal", str(ALERTS))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_alert_fires_when_it_should(tmp_path: Path) -> None:
    ended = with_rules(tmp_path, ALERTS.read_text(encoding="utf-8"))
    assert ended.returncode == 0, ended.stdout + ended.stderr


ACCEPTED = "unless on (authorisation) pkcs12_holder_accepted_until_timestamp_seconds > time()"
ON_LEAVE = '          unless on (authorisation) pkcs12_holder_status{status="on_leave",authorisation!=""} == 1'
MISTAKES = [
    ("> 2 * 86400", "> 3 * 86400"),
    ("absent(", "count("),
    ("for: 2h", "for: 12h"),
    ("time() < 14 * 86400", "time() < 13 * 86400"),
    ("and pkcs12_holder_access_until_timestamp_seconds > time()", ""),
    (
        "  pkcs12_holder_access_until_timestamp_seconds <= time()",
        "  pkcs12_holder_access_until_timestamp_seconds < time()",
    ),
    ("missing|key_missing|wrong_holder|not_yet_valid", "missing|wrong_holder|not_yet_valid"),
    ("not_yet_valid|revoked", "not_yet_valid"),
    ('not_yet_valid|revoked"} == 1\n          ' + ACCEPTED, 'not_yet_valid|revoked"} == 1'),
    ('weak|duplicate"} == 1\n          ' + ACCEPTED, 'weak|duplicate"} == 1'),
    (
        'weak|duplicate"} == 1\n          ' + ACCEPTED,
        'weak|duplicate"} == 1\n          ' + ACCEPTED.partition(" > ")[0],
    ),
    ("> time()\n          " + ACCEPTED, "> time()"),
    (ON_LEAVE + "\n        for: 1h", "        for: 1h"),
    ("<= time()\n          " + ACCEPTED + "\n" + ON_LEAVE, "<= time()\n          " + ACCEPTED),
    ('"on_leave",authorisation!=""} == 1\n        labels', '"on_leave"} == 1\n        labels'),
    (
        '"on_leave",authorisation!=""} == 1\n        labels',
        '"on_leave|expired",authorisation!=""} == 1\n        labels',
    ),
    ("<= time()\n          " + ACCEPTED, "<= time()"),
    (
        'unless on (authorisation) pkcs12_accepted_until_timestamp_seconds{finding="authorisation_renewal_due"} > time()',
        "",
    ),
    ('unless on (authorisation) pkcs12_accepted_until_timestamp_seconds{finding="authorisation_expired"} > time()', ""),
    ('{finding="authorisation_expired"}', ""),
    (
        "accepted_until_timestamp_seconds - time() < 14 * 86400",
        "accepted_until_timestamp_seconds - time() < 13 * 86400",
    ),
    ("and pkcs12_accepted_until_timestamp_seconds > time()", ""),
    ("pkcs12_revocation_list_problems > 0", "pkcs12_revocation_list_problems >= 0"),
    (
        "pkcs12_revocation_list_next_update_timestamp_seconds > 86400",
        "pkcs12_revocation_list_next_update_timestamp_seconds > 0",
    ),
    ('status=~"weak|duplicate"', 'status=~"weak|duplicate|unknown"'),
    ("time() < 40 * 86400", "time() < 60 * 86400"),
    ("pkcs12_authorisation_end_timestamp_seconds <= time()", "pkcs12_authorisation_end_timestamp_seconds >= time()"),
    ("_without_holder_accepted > 0", "_without_holder_accepted >= 0"),
    (" - pkcs12_certificates_without_holder_accepted", ""),
    ("> 14 * 86400", "> 15 * 86400"),
    ('answer="never_seen"', 'answer="answered"'),
    ("pkcs12_workstation_unread > 0", "pkcs12_workstation_unread > 1"),
    ("abs(pkcs12_workstation_clock_skew_seconds) > 300", "pkcs12_workstation_clock_skew_seconds > 300"),
    ("abs(pkcs12_workstation_clock_skew_seconds) > 300", "abs(pkcs12_workstation_clock_skew_seconds) >= 300"),
    ("for: 1d\n        labels: {severity: critical}", "labels: {severity: critical}"),
]


@pytest.mark.full  # a start of promtool for each mistake
@pytest.mark.parametrize(("right", "wrong"), MISTAKES, ids=[wrong or right for right, wrong in MISTAKES])
def test_a_mistake_in_a_rule_is_found(tmp_path: Path, right: str, wrong: str) -> None:
    rules = ALERTS.read_text(encoding="utf-8")
    assert right in rules
    assert with_rules(tmp_path, rules.replace(right, wrong, 1)).returncode != 0


def test_the_expressions_of_the_dashboard_are_promql(tmp_path: Path) -> None:
    exprs = [target["expr"] for panel in panels() for target in panel["targets"]]
    rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(exprs)]
    written = tmp_path / "panels.yml"
    written.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
    checked = run("check", "rules", str(written))
    assert (checked.returncode, f"{len(exprs)} rules found" in checked.stdout) == (0, True), checked.stderr


def test_the_expressions_of_the_dashboard_find_series_of_a_report(tmp_path: Path) -> None:
    """Each panel shows something when there is something to show: all metrics of a sample report, at its date."""
    lines = [line for line in textfile(report()).splitlines() if not line.startswith("#")]
    series = [{"series": name, "values": value} for name, _blank, value in (line.rpartition(" ") for line in lines)]
    report_date = int(next(each["values"] for each in series if each["series"] == "pkcs12_report_timestamp_seconds"))
    # The clock of promtool begins at 0, so instants are shifted to it.
    for each in series:
        if "_timestamp_seconds" in each["series"].partition("{")[0]:
            each["values"] = str(int(each["values"]) - report_date)
    exprs = [target["expr"] for panel in panels() for target in panel["targets"]]
    cases = [
        {"expr": f"count({expr}) > bool 0", "eval_time": "0s", "exp_samples": [{"labels": "{}", "value": 1}]}
        for expr in exprs
    ]
    book = tmp_path / "panels.test.yml"
    tests = [{"name": "panels", "interval": "1m", "input_series": series, "promql_expr_test": cases}]
    book.write_text(json.dumps({"rule_files": [], "evaluation_interval": "1m", "tests": tests}), encoding="utf-8")
    ended = run("test", "rules", str(book))
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_promtool_takes_the_file_of_the_report() -> None:
    checked = run("check", "metrics", given=textfile(report()))
    assert checked.returncode == 0, checked.stdout + checked.stderr
