# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wrong setting is named by the play that ends red, as the variable that somebody has set."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from integration.problems import errors, named_in
from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

SETTINGS: dict[str, Any] = {"pkcs12_bundle_folder": "/bundles"}
HOLDERS = [{"name": "Jeanne Dupont", "authorisation": "T123456", "user": "CHU\\jdupont"}]
SECRET = "Nachtigall-4711"


def ended_red(playbook: str, variables: dict[str, Any], folder: Path) -> str:
    """What the playbook says. A playbook of the site, in another folder, imports the one of the collection."""
    inventory = {
        "all": {"hosts": {"localhost": None, "ws-1": {"ansible_connection": "winrm", "pkcs12_holders": HOLDERS}}}
    }
    (folder / "site.yml").write_text(f"- import_playbook: hospital_it.pkcs12.{playbook}\n", encoding="utf-8")
    (folder / "inventory.yml").write_text(json.dumps(inventory), encoding="utf-8")
    (folder / "settings.json").write_text(json.dumps(SETTINGS | variables), encoding="utf-8")
    arguments = ["-i", "inventory.yml", "-e", "@settings.json", "site.yml", "-v"]
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections")}
    done = ansible_playbook(arguments, {**os.environ, **environment}, folder)
    assert done.returncode == 2, done.stdout
    return str(done.stdout)


NAMED: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("check_bundles", {"pkcs12_bundle_folder": "/nowhere"}, "bundle_folder.not_there", "pkcs12_bundle_folder"),
    ("check_bundles", {"pkcs12_bundle_folder": "/etc/passwd"}, "bundle_folder.no_folder", "pkcs12_bundle_folder"),
    ("check_bundles", {"pkcs12_bundle_folder": ""}, "bad_arguments.check_needs_folder", "pkcs12_bundle_folder"),
    ("check_bundles", {"pkcs12_bundle_folder": "/", "pkcs12_passphrases": SECRET}, "pkcs12_passphrases", None),
    ("check_bundles", {"pkcs12_holders": [{"nme": "x"}]}, "nme", None),
    ("enrol", {"pkcs12_bundle_folder": ""}, "bad_arguments.no_bundle_folder", "pkcs12_bundle_folder"),
]


@pytest.mark.parametrize(("playbook", "variables", "tells", "setting"), NAMED, ids=str)
def test_a_refusal_names_the_variable_that_was_set(
    playbook: str, variables: dict[str, Any], tells: str, setting: str | None, tmp_path: Path
) -> None:
    """``tells``: a code or a value."""
    said = errors(ended_red(playbook, variables, tmp_path))
    assert said
    for error in said:
        assert tells in named_in(error["problem"])
        assert error.get("setting") == setting
