# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks renew_due and daily refuse settings by which nobody, or the wrong ones, would be due, before any work."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.action.due_holders import STATUSES
from integration.plays import NONCE, Told, all_told, told, told_codes
from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

HOSTS = ("ws-one", "ws-two")
EMPTY = {"known": ",".join(STATUSES)}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"pkcs12_due_statuses": []}, "pkcs12_due_statuses"),
    ({"pkcs12_due_statuses": ["renewal-due", "missing"]}, "pkcs12_due_statuses"),
    ({"pkcs12_renew_before_days": -1}, "pkcs12_renew_before_days"),
]


def run(book: str, folder: Path, variables: dict[str, Any], hosts: dict[str, Any] | None = None) -> tuple[int, str]:
    """On workstations that nobody has ever seen, and that do not answer."""
    holders = [{"user": "CHU\\x", "name": "Anne X", "authorisation": "T1"}]
    usual = {"ansible_connection": "psrp", "ansible_host": "127.0.0.1", "ansible_port": 9, "pkcs12_holders": holders}
    inventory = {host: usual | (hosts or {}).get(host, {}) for host in HOSTS}
    (folder / "inventory.yml").write_text(json.dumps({"all": {"hosts": inventory}}), encoding="utf-8")
    given = {"pkcs12_report_folder": str(folder / "reports"), **variables}
    arguments = ["-i", str(folder / "inventory.yml"), "-e", json.dumps(given), f"hospital_it.pkcs12.{book}"]
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections")}
    done = ansible_playbook(arguments, {**os.environ, **environment, **NONCE}, folder)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def left_out(output: str) -> Iterator[Told]:
    """What is said of workstations that were left out: how many there are, and who works there."""
    return (each for each in told(output) if each.code.startswith("play.left_out"))


@pytest.mark.parametrize(("variables", "setting"), REFUSED, ids=[json.dumps(each[0]) for each in REFUSED])
def test_the_mistake_is_told_and_nothing_is_done(tmp_path: Path, variables: dict[str, Any], setting: str) -> None:
    status, output = run("renew_due", tmp_path, variables)
    assert status == 2, output
    assert any(each.code.startswith("bad_arguments.") for each in all_told(output)), output
    assert setting in output
    assert "holder_certificates" not in output


def test_daily_ends_before_anybody_is_renewed(tmp_path: Path) -> None:
    code, output = run("daily", tmp_path, {"pkcs12_renew_before_days": "soon"})
    assert code == 2, output
    assert "bad_arguments" in output.partition("TASK [Check the settings of the report]")[2]
    assert "PLAY [Find the workstations" not in output
    assert "failed_when" not in output
    assert not (tmp_path / "reports").exists()


def test_one_word_and_each_status_is_taken(tmp_path: Path) -> None:
    for statuses in ("valid", "weak, valid", [each for each in STATUSES if each != "never_seen"]):
        code, output = run("renew_due", tmp_path, {"pkcs12_due_statuses": statuses, "pkcs12_renew_before_days": "0"})
        assert code == 0, output
        unseen = [Told("play.left_out_never_seen", {"name": "Anne X", "workstation": host}) for host in HOSTS]
        assert list(left_out(output)) == [Told("play.left_out", {"count": "2"}), *unseen]


def test_a_wrong_setting_of_one_workstation_is_in_the_summary(tmp_path: Path) -> None:
    code, output = run(
        "renew_due",
        tmp_path,
        {"pkcs12_due_statuses": "valid"},
        {"ws-two": {"pkcs12_renew_before_days": "soon"}},
    )
    assert code == 2, output
    assert any(each.code.startswith("bad_arguments.") and "soon" in each.values.values() for each in all_told(output))
    unseen = Told("play.left_out_never_seen", {"name": "Anne X", "workstation": "ws-one"})
    assert list(left_out(output)) == [Told("play.left_out", {"count": "1"}), unseen]


@pytest.mark.parametrize("empty", ["", " ", None])
def test_an_empty_answer_to_a_survey_is_none(tmp_path: Path, empty: str | None) -> None:
    """So who was never seen is due, as by default. The workstations do not answer."""
    given = {"pkcs12_due_statuses": empty, "pkcs12_renew_before_days": empty}
    _code, output = run("renew_due", tmp_path, given, {"ws-two": {"pkcs12_holders": []}})
    assert [code for code in told_codes(output) if code.startswith("bad_arguments.due")] == []
    assert list(left_out(output)) == [Told("play.left_out", {"count": "0"})]
    assert "ws-one" in output.partition("PLAY [Renew each holder")[2].partition("PLAY [Summary]")[0], output
