# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A passphrase of digits without quotes in the inventory: YAML makes a number of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from consistency.tree import ROOT
from integration.plays import NONCE, told_codes
from lab.ansible_playbook import ansible_playbook
from lab.authority import Authority


def check_bundles(
    folder: Path, authority: Authority, passphrase: str, written: str
) -> subprocess.CompletedProcess[str]:
    """``written``: the passphrase as the inventory has it."""
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=passphrase, key="ec-p256")
    (folder / issued.file_name).write_bytes(issued.data)
    variables = folder / "group_vars"
    variables.mkdir()
    (variables / "all.yml").write_text(
        f"pkcs12_bundle_folder: {folder}\n"
        "pkcs12_holders: [{user: 'CHU\\jdupont', name: Jeanne Dupont, authorisation: 'T123456'}]\n"
        f"pkcs12_passphrases: {{'T123456': {written}}}\n",
        encoding="utf-8",
    )
    (folder / "hosts").write_text("ws-one\n", encoding="utf-8")
    environment = {**os.environ, **NONCE, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections")}
    arguments = ["-i", str(folder / "hosts"), "hospital_it.pkcs12.check_bundles", "-v"]
    return ansible_playbook(arguments, environment, folder)


@pytest.mark.parametrize("written", ["0471234", "['other', 0471234]"])
def test_number_that_does_not_open_the_bundle_is_told_to_need_quotes(
    authority: Authority, tmp_path: Path, written: str
) -> None:
    done = check_bundles(tmp_path, authority, "0471234", written)
    assert done.returncode == 2, done.stdout
    assert "wrong_passphrase.number" in told_codes(done.stdout)
    assert not any(secret in done.stdout + done.stderr for secret in ("0471234", "471234", "160412"))


@pytest.mark.parametrize("written", ["471234", "'471234'"])
def test_number_that_opens_it_is_taken(authority: Authority, tmp_path: Path, written: str) -> None:
    done = check_bundles(tmp_path, authority, "471234", written)
    assert done.returncode == 0, done.stdout


def test_text_that_does_not_open_it_gets_no_such_hint(authority: Authority, tmp_path: Path) -> None:
    done = check_bundles(tmp_path, authority, "471234", "'0471234'")
    assert done.returncode == 2
    assert "wrong_passphrase" in {code.partition(".")[0] for code in told_codes(done.stdout)}
    assert "wrong_passphrase.number" not in told_codes(done.stdout)
