# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-core says about a run is about the site: nothing of the collection is deprecated, in no play of the promises.

``conftest.py`` holds every play to it. Here: that it does, and what ansible-core does not say yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from integration.deprecations import DeprecatedError
from integration.plays import failed_hosts, run_play, summary, tasks
from lab.hospital import Hospital
from lab.people import PAUL, Desk, Seat
from lab.playbook import play

SERVER = "srv-linux"
DEPRECATED = """
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        Display().deprecated("This is old.", version="9.9")
        return {"changed": False}
"""
LEAVES_OUT = ("certificate_facts", "holder_bundles", "holder_certificates", "stray_bundles", "workstation_info")


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    with Hospital(tmp_path, [Desk("ws-nuclear", (Seat(PAUL),))]) as running:
        inventory = yaml.safe_load(running.inventory.read_text(encoding="utf-8"))
        inventory["all"]["children"]["servers"] = {"hosts": {SERVER: {"ansible_connection": "local"}}}
        running.inventory.write_text(yaml.safe_dump(inventory), encoding="utf-8")
        yield running


def test_a_play_with_something_deprecated_is_refused(hospital: Hospital) -> None:
    plugins = hospital.folder / "action_plugins"
    plugins.mkdir()
    (plugins / "old.py").write_text(DEPRECATED, encoding="utf-8")
    with pytest.raises(DeprecatedError, match=r"This is old\."):
        run_play(hospital, tasks=[{"old": None}], hosts="localhost")


def test_no_action_returns_that_it_was_skipped(hospital: Hospital) -> None:
    """ansible-core 2.25 takes that away, and does not warn before."""
    nobody = {"holders": [], "bundle_folder": "/"}
    calls = [{name: nobody if name in ("holder_bundles", "holder_certificates") else {}} for name in LEAVES_OUT]
    run = run_play(hospital, tasks=tasks(*calls), hosts=SERVER)
    assert [row.action for row in run.rows] == list(LEAVES_OUT)
    for row in run.rows:
        assert (row.result["no_workstation"], row.result["changed"], "skipped" in row.result) == (True, False, False)
    assert (f"skipping: [{SERVER}]" in run.stdout, run.exit_code) == (False, 0)


@pytest.mark.parametrize("playbook", ["enrol", "renew", "audit", "check", "check_bundles"])
def test_a_host_that_is_no_workstation_is_counted_apart_and_does_not_fail(hospital: Hospital, playbook: str) -> None:
    run = play(hospital, f"hospital_it.pkcs12.{playbook}", "--limit", f"{SERVER}:ws-nuclear")
    assert SERVER not in failed_hosts(run), run.stdout
    assert summary(run)["totals"]["skipped"] == 1
    assert not any(row.result.get("skipped") for row in run.rows)
