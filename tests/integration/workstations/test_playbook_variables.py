# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wrong setting is named in the sentence of the play that ends red, by the variable that somebody has set."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

SETTINGS: dict[str, Any] = {"pkcs12_bundle_folder": "/bundles"}
HOLDERS = [{"name": "Jeanne Dupont", "authorisation": "T123456", "user": "CHU\\jdupont"}]
SECRET = "Nachtigall-4711"


def ended_red(playbook: str, variables: dict[str, Any], folder: Path, *options: str) -> str:
    """What the playbook says, in one line. A playbook of the site, in another folder, imports the one of the collection."""
    inventory = {
        "all": {"hosts": {"localhost": None, "ws-1": {"ansible_connection": "winrm", "pkcs12_holders": HOLDERS}}}
    }
    (folder / "site.yml").write_text(f"- import_playbook: hospital_it.pkcs12.{playbook}\n", encoding="utf-8")
    (folder / "inventory.yml").write_text(json.dumps(inventory), encoding="utf-8")
    (folder / "settings.json").write_text(json.dumps(SETTINGS | variables), encoding="utf-8")
    arguments = ["-i", "inventory.yml", "-e", "@settings.json", "site.yml", *options]
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections")}
    done = ansible_playbook(arguments, {**os.environ, **environment}, folder)
    output = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 2, output
    return output


NAMED: list[tuple[str, dict[str, Any], str]] = [
    ("check_bundles", {"pkcs12_bundle_folder": "/nowhere"}, "Correct 'pkcs12_bundle_folder'"),
    ("check_bundles", {"pkcs12_bundle_folder": "/etc/passwd"}, "Set 'pkcs12_bundle_folder' to the folder"),
    (
        "check_bundles",
        {"pkcs12_bundle_folder": ""},
        "A check of bundles needs 'pkcs12_bundle_folder', and it is not set.",
    ),
    (
        "check_bundles",
        {"pkcs12_bundle_folder": "/", "pkcs12_passphrases": SECRET},
        "pkcs12_passphrases is a text and no mapping.",
    ),
    ("check_bundles", {"pkcs12_holders": [{"nme": "x"}]}, "pkcs12_holders of ws-1 has nme, which no holder has."),
    ("enrol", {"pkcs12_bundle_folder": ""}, "An installation needs 'pkcs12_bundle_folder'"),
]


@pytest.mark.parametrize(("playbook", "variables", "said"), NAMED, ids=str)
def test_a_refusal_names_the_variable_that_was_set(
    playbook: str, variables: dict[str, Any], said: str, tmp_path: Path
) -> None:
    assert said in ended_red(playbook, variables, tmp_path)
