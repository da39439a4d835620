# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks renew_due and daily refuse settings by which nobody, or the wrong ones, would be due, before any work."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

HOSTS = ("ws-one", "ws-two")
DUE = yaml.safe_load((ROOT / "playbooks" / "vars" / "due.yml").read_text(encoding="utf-8"))
STATUSES = DUE["__due_known"]
OF_CERTIFICATES = {Status.SUPERSEDED, Status.ARCHIVED}
CHOICES = f". Write a list of some of: {', '.join(STATUSES)}. No workstation was called."
DAYS = "Write a number of days, 0 or more. No workstation was called."
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"pkcs12_due_statuses": []}, f"pkcs12_due_statuses is empty, so nobody would be due{CHOICES}"),
    ({"pkcs12_due_statuses": ","}, f"pkcs12_due_statuses is empty, so nobody would be due{CHOICES}"),
    ({"pkcs12_due_statuses": 7}, f"pkcs12_due_statuses has 7, which is no status{CHOICES}"),
    ({"pkcs12_due_statuses": "missing, expire"}, f"pkcs12_due_statuses has expire, which is no status{CHOICES}"),
    (
        {"pkcs12_due_statuses": ["renewal-due", "missing", "superseded"]},
        f"pkcs12_due_statuses has renewal-due, superseded, which is no status{CHOICES}",
    ),
    ({"pkcs12_renew_before_days": "soon"}, f"pkcs12_renew_before_days is 'soon'. {DAYS}"),
    ({"pkcs12_renew_before_days": True}, f"pkcs12_renew_before_days is 'True'. {DAYS}"),
    ({"pkcs12_renew_before_days": 1.5}, f"pkcs12_renew_before_days is '1.5'. {DAYS}"),
    ({"pkcs12_renew_before_days": -1}, f"pkcs12_renew_before_days is '-1'. {DAYS}"),
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
    done = ansible_playbook(arguments, {**os.environ, **environment}, folder)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(("variables", "said"), REFUSED, ids=[json.dumps(each) for each, _said in REFUSED])
def test_one_sentence_names_the_variable_and_nothing_is_done(
    tmp_path: Path, variables: dict[str, Any], said: str
) -> None:
    code, output = run("renew_due", tmp_path, variables)
    assert code == 2, output
    assert re.search(rf"(?<!\w){re.escape(said)}", output), output
    assert "Evaluate the known facts" not in output
    assert "See ansible-doc" not in output


def test_daily_ends_before_anybody_is_renewed(tmp_path: Path) -> None:
    code, output = run("daily", tmp_path, {"pkcs12_renew_before_days": "soon"})
    assert code == 2, output
    assert "pkcs12_renew_before_days" in output.partition("TASK [Check the settings of the report]")[2]
    assert "PLAY [Find the workstations" not in output
    assert "failed_when" not in output
    assert not (tmp_path / "reports").exists()


def test_the_statuses_are_those_of_a_holder() -> None:
    assert set(STATUSES) == {each.value for each in Status if each not in OF_CERTIFICATES}


def test_one_word_and_each_status_is_taken(tmp_path: Path) -> None:
    for statuses in ("valid", "weak, valid,", [each for each in STATUSES if each != "never_seen"]):
        code, output = run("renew_due", tmp_path, {"pkcs12_due_statuses": statuses, "pkcs12_renew_before_days": "0"})
        assert code == 0, output
        assert (
            "2 workstations left out, because nobody there is due: Anne X at ws-one (never seen); Anne X at" in output
        )


def test_a_wrong_setting_of_one_workstation_is_in_the_summary(tmp_path: Path) -> None:
    code, output = run(
        "renew_due",
        tmp_path,
        {"pkcs12_due_statuses": "valid"},
        {"ws-two": {"pkcs12_renew_before_days": "soon"}},
    )
    assert code == 2, output
    assert "ws-two: pkcs12_renew_before_days is 'soon'. Write a number of days, 0 or more." in output
    assert "1 workstation left out, because nobody there is due: Anne X at ws-one (never seen)" in output


@pytest.mark.parametrize("empty", ["", " ", None])
def test_an_empty_answer_to_a_survey_is_none(tmp_path: Path, empty: str | None) -> None:
    """So who was never seen is due, as by default. The workstations do not answer."""
    given = {"pkcs12_due_statuses": empty, "pkcs12_renew_before_days": empty}
    _code, output = run("renew_due", tmp_path, given, {"ws-two": {"pkcs12_holders": []}})
    assert "Write a" not in output
    assert "0 workstations left out, because nobody there is due." in output
    assert "ws-one" in output.partition("PLAY [Renew each holder")[2].partition("PLAY [Summary]")[0], output
