# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit for failures that is no percentage is refused, because the run would end before its work and look as if it had ended well."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from integration.plays import NONCE, told_codes
from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT


@pytest.mark.parametrize(
    ("book", "given", "code"),
    [
        ("enrol", "20%", "no_number"),
        ("renew", "twenty", "no_number"),
        ("renew_due", "-5", "percentage"),
        ("retire", "101", "percentage"),
        ("audit", "1e3", "percentage"),
    ],
)
def test_it_is_refused_before_any_workstation_is_called(tmp_path: Path, book: str, given: str, code: str) -> None:
    (tmp_path / "inventory").write_text("ws-1 pkcs12_holders=\"[{'name': 'A', 'authorisation': 'T1', 'user': 'A'}]\"\n")
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"), "ANSIBLE_NOCOLOR": "1", **NONCE}
    arguments = ["-i", "inventory", "-e", f'{{"pkcs12_max_fail_percentage": "{given}"}}', f"hospital_it.pkcs12.{book}"]
    done = ansible_playbook(arguments, {**os.environ, **environment}, tmp_path)
    codes = told_codes(done.stdout + done.stderr)
    assert (done.returncode, f"bad_arguments.{code}" in codes) == (2, True), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("book", "given"),
    [
        ("check", '"ten"'),
        ("enrol", "[1, x]"),
        ("renew", "-1"),
        ("renew_due", "10 %"),
        ("retire", "{a: 1}"),
        ("audit", "1.5"),
        ("enrol", "0"),
        ("renew", '"0%"'),
        ("audit", "[]"),
        ("retire", "[2, 0]"),
    ],
)
def test_batches_that_are_none_are_refused(tmp_path: Path, book: str, given: str) -> None:
    (tmp_path / "inventory").write_text("ws-1\n")
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"), "ANSIBLE_NOCOLOR": "1", **NONCE}
    arguments = ["-i", "inventory", "-e", f"{{pkcs12_serial: {given}}}", f"hospital_it.pkcs12.{book}"]
    done = ansible_playbook(arguments, {**os.environ, **environment}, tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode != 0 and "bad_arguments.serial" in told_codes(said), said
    assert "Traceback" not in said
    assert "TASK [" not in done.stdout.split("PLAY [")[-1] or book == "renew_due"


@pytest.mark.parametrize("given", ["''", "null", "100%", "[1, '50%']", "007"])
def test_an_answer_left_empty_is_no_mistake(tmp_path: Path, given: str) -> None:
    """AWX passes an empty text for a question that nobody answered."""
    (tmp_path / "inventory").write_text("ws-1 ansible_connection=local\n")
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"), "ANSIBLE_NOCOLOR": "1", **NONCE}
    arguments = ["-i", "inventory", "-e", f"{{pkcs12_serial: {given}}}", "hospital_it.pkcs12.audit"]
    said = ansible_playbook(arguments, {**os.environ, **environment}, tmp_path).stdout
    assert "TASK [hospital_it.pkcs12.audit : " in said and "bad_arguments.serial" not in told_codes(said), said
