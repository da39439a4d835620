# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wrong setting is named by the play that ends red, by the variable that somebody has set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from integration.refusals import Refused, refused

SETTINGS: dict[str, Any] = {"pkcs12_bundle_folder": "/bundles"}
HOLDERS = [{"name": "Jeanne Dupont", "authorisation": "T123456", "user": "CHU\\jdupont"}]
SECRET = "Nachtigall-4711"


def ended_red(playbook: str, variables: dict[str, Any], folder: Path, *options: str) -> Refused:
    """What the playbook refuses. A playbook of the site, in another folder, imports the one of the collection."""
    inventory = {
        "all": {"hosts": {"localhost": None, "ws-1": {"ansible_connection": "winrm", "pkcs12_holders": HOLDERS}}}
    }
    (folder / "site.yml").write_text(f"- import_playbook: hospital_it.pkcs12.{playbook}\n", encoding="utf-8")
    (folder / "inventory.yml").write_text(json.dumps(inventory), encoding="utf-8")
    (folder / "settings.json").write_text(json.dumps(SETTINGS | variables), encoding="utf-8")
    told = refused(["-i", "inventory.yml", "-e", "@settings.json", "site.yml", *options], folder)
    assert told.code == 2, told.output
    return told


NAMED: list[tuple[str, dict[str, Any], str]] = [
    ("check_bundles", {"pkcs12_bundle_folder": "/nowhere"}, "pkcs12_bundle_folder"),
    ("check_bundles", {"pkcs12_bundle_folder": "/etc/passwd"}, "pkcs12_bundle_folder"),
    ("check_bundles", {"pkcs12_bundle_folder": ""}, "pkcs12_bundle_folder"),
    ("check_bundles", {"pkcs12_bundle_folder": "/", "pkcs12_passphrases": SECRET}, "pkcs12_passphrases"),
    ("check_bundles", {"pkcs12_holders": [{"nme": "x"}]}, "nme"),
    ("enrol", {"pkcs12_bundle_folder": ""}, "pkcs12_bundle_folder"),
]


@pytest.mark.parametrize(("playbook", "variables", "name"), NAMED, ids=str)
def test_a_refusal_names_the_variable_that_was_set(
    playbook: str, variables: dict[str, Any], name: str, tmp_path: Path
) -> None:
    assert name in ended_red(playbook, variables, tmp_path).names("ws-1")
