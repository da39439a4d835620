# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of the inventory that Ansible passes over with a warning stops every playbook: its hosts would be left out, and nobody told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from integration.plays import NONCE, all_told
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play

PLAYBOOKS = ("check_bundles", "check", "enrol", "renew_due", "audit", "retire", "daily", "report", "remind", "collect")
UNREADABLE = 'all: {hosts: {ws-two: {pkcs12_holders: [{user: "CHU\\pmartin"}]}}}'
"""YAML has no escape ``\\p``."""


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("inventory"), (Desk("ws-one", (Seat(JEANNE),)),)) as running:
        yield running


def refused(hospital: Hospital, playbook: str, *sources: Path) -> Run:
    given = {
        "pkcs12_report_folder": str(hospital.bundle_folder),
        "pkcs12_retire_authorisations": [JEANNE.authorisation],
    }
    options = [option for source in sources for option in ("-i", str(source))]
    environment = {**FACT_CACHE, **NONCE}
    return play(hospital, f"hospital_it.pkcs12.{playbook}", "-e", json.dumps(given), *options, environment=environment)


def problems(run: Run) -> Mapping[str, str]:
    return {each.code: each.values.get("files", "") for each in all_told(run.stdout)}


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_file_that_ansible_cannot_read_stops_the_run_before_a_call(
    hospital: Hospital, playbook: str, tmp_path: Path
) -> None:
    folder = tmp_path / "more"
    (folder / "group_vars").mkdir(parents=True)  # no source of hosts
    (folder / "good.yml").write_text("all: {hosts: {}}", encoding="utf-8")
    (folder / "hosts.yml").write_text(UNREADABLE, encoding="utf-8")
    run = refused(hospital, playbook, folder)
    assert run.exit_code == 2, run.stdout
    assert problems(run)["inventory_unread.files"] == str(folder / "hosts.yml")
    assert not run.requests
    assert not (hospital.bundle_folder / "pkcs12-compliance.html").exists()
