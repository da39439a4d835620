# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without the vault password, misspelt variables are still shown, and Ansible itself says what it needs."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from consistency.tree import ROOT
from lab.ansible_playbook import ansible_playbook

BOOK = "hospital_it.pkcs12.report"


def vault(text: str) -> str:
    encrypted: bytes = VaultLib([("default", VaultSecret(b"the password of the vault"))]).encrypt(text)
    return encrypted.decode()


def report(folder: Path, workstations: str) -> subprocess.CompletedProcess[str]:
    """``workstations``: the text of the variables of that group."""
    variables = folder / "group_vars"
    variables.mkdir()
    (variables / "all.yml").write_text(
        json.dumps({"pkcs12_report_folder": str(folder), "pkcs12_serail": 1}), encoding="utf-8"
    )
    (variables / "workstations.yml").write_text(workstations, encoding="utf-8")
    inventory = folder / "hosts"
    inventory.write_text("[workstations]\nws-one\nws-two\n", encoding="utf-8")
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections")}
    return ansible_playbook(["-i", str(inventory), BOOK], environment, folder)


def test_a_file_that_is_encrypted_as_a_whole_stops_only_the_task_that_needs_it(tmp_path: Path) -> None:
    done = report(tmp_path, vault("pkcs12_holder: []"))
    shown = done.stderr + done.stdout
    assert "pkcs12_serail" in shown
    assert "pkcs12_holder " not in shown
    assert done.returncode == 2
    assert "Attempting to decrypt but no vault secrets found" in shown
    assert "run_check" not in shown


@pytest.mark.parametrize("own", ["!vault", "template", "list", "names"])
def test_a_value_that_is_encrypted_hides_no_name(tmp_path: Path, own: str) -> None:
    encrypted = "!vault |\n" + "".join(f"      {line}\n" for line in vault("pkcs12_serail").splitlines())
    names = {
        "!vault": encrypted,
        "template": "'{{ nothing }}'\n",
        "list": "['{{ nothing }}']\n",
        "names": "[pkcs12_mine]\n",
    }
    done = report(tmp_path, f"pkcs12_mine: 1\npkcs12_passphrase: {encrypted}pkcs12_own_variables: {names[own]}")
    shown = done.stderr
    assert "pkcs12_serail" in shown
    assert "pkcs12_passphrase" in shown
    assert ("pkcs12_mine" in shown) == (own != "names")
    assert done.returncode == 0, done.stdout
