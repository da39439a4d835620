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
